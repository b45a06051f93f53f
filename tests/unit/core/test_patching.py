"""An attribute is replaced only where the original is what the replacement is made for."""

import socket
import sys
from collections.abc import Iterator
from functools import partial
from types import ModuleType
from typing import Any

import pytest

from wavetank.core import patching
from wavetank.core.errors import InfrastructureError
from wavetank.core.patching import NONE, PYTHON, VALUE, Patch, form_of, require_patches


class Parent:
    """Of which `Thing` inherits."""

    def inherited(self) -> str:
        return "original"


class Thing(Parent):
    """Stands in for a class of another package."""

    limit = True
    without_signature = socket.getnameinfo

    def size(self, unit: str = "B") -> str:
        return f"original {unit}"

    @staticmethod
    def plain(name: str) -> str:
        return name

    @classmethod
    def make(cls, name: str) -> str:
        return name

    @property
    def shown(self) -> str:
        return "original"


@pytest.fixture(autouse=True)
def _module(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The class in a module of its own, and patches that are not those of the whole suite."""
    module: Any = ModuleType("some_package")
    module.Thing = Thing
    monkeypatch.setattr(Thing, "__module__", "some_package")
    monkeypatch.setitem(sys.modules, "some_package", module)
    monkeypatch.setattr(patching, "_CHECKED", {})
    monkeypatch.setattr(patching, "REFUSED", [])
    own = dict(vars(Thing))
    yield
    assert dict(vars(Thing)) == own


def _patch(attribute: str, form: str) -> Patch:
    target = f"some_package:Thing.{attribute}"
    return Patch(target=target, form=form, distribution=PYTHON, reason="a test", ours=("none",))


def ours(*_: object) -> str:
    """Takes the place of a method."""
    return "ours"


@pytest.mark.parametrize(
    ("attribute", "form"),
    [
        ("size", "(self, unit='B')"),
        ("inherited", "(self)"),
        ("plain", "staticmethod (name)"),
        ("make", "classmethod (cls, name)"),
        ("shown", "property (self)"),
        ("limit", "bool"),
        ("limit", VALUE),
        ("without_signature", VALUE),
        ("__deepcopy__", NONE),
    ],
)
def test_undo_gives_the_original_back(attribute: str, form: str) -> None:
    """A class has afterwards what it had, and only inherits what it only inherited."""
    own = vars(Thing).get(attribute)
    patch = _patch(attribute, form)
    patch.apply(ours)
    applied = patch.is_applied
    assert vars(Thing)[attribute] is ours
    patch.undo()
    assert (applied, patch.is_applied) == (True, False)
    assert vars(Thing).get(attribute) is own


def test_a_replacement_lasts_as_long_as_the_body() -> None:
    """The outer one's is there again after the inner one, also where the body raises."""
    patch = _patch("size", "(self, unit='B')")
    with patch.replaced(ours):
        with pytest.raises(KeyError), patch.replaced(len):
            raise KeyError
        assert patch.current() is ours
        assert patch.original()(Thing()) == "original B"
    assert Thing().size() == "original B"


def test_the_owner_is_the_class_that_a_subclass_stands_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """pytest-socket replaces the socket's class so, while a patch may be checked."""
    patch = _patch("size", "(self, unit='B')")
    with monkeypatch.context() as context:
        context.setattr("some_package.Thing", type("Guarded", (Thing,), {}))
        patch.check()
    assert patch.owner() is Thing


def test_one_instance_can_be_changed_alone() -> None:
    """Others have the original."""
    thing: Any = Thing()
    _patch("size", "(self, unit='B')").apply(ours, to=thing)
    assert thing.size() == "ours"
    assert Thing().size() == "original B"


@pytest.mark.parametrize(
    ("attribute", "form", "found"),
    [
        ("size", "(self)", "(self, unit='B')"),
        ("size", NONE, "(self, unit='B')"),
        ("limit", "int", "bool"),
        ("gone", "(self)", "none"),
        ("gone", VALUE, "none"),
        ("shown.gone", "(self)", "none"),
    ],
)
def test_another_signature_is_refused(attribute: str, form: str, found: str) -> None:
    """The error names what was expected and found, and what to do; nothing is replaced."""
    patch = _patch(attribute, form)
    for refused in (patch.check, partial(patch.apply, ours)):
        with pytest.raises(InfrastructureError) as error:
            refused()
        assert error.value.expected == f"{patch.target}: {form}, as in Python 3.13"
        assert error.value.found == f"{found}, in version 3.13"
        assert "install Python 3.13" in error.value.action


def test_a_missing_owner_is_refused() -> None:
    """A class or module that was moved is no `ImportError`, which would not name the patch."""
    for target in ("some_package:Other.size", "no_such_package.module:Thing.size"):
        patch = Patch(
            target=target, form="(self)", distribution=PYTHON, reason="a test", ours=("none",)
        )
        with pytest.raises(InfrastructureError, match=r"found no \S*, in version"):
            patch.apply(ours)


def test_a_refusal_that_was_only_logged_is_not_forgotten() -> None:
    """LocalStack goes on where a service could not be loaded; the one who starts it asks."""
    require_patches()
    with pytest.raises(InfrastructureError):
        _patch("size", "(self)").apply(ours)
    with pytest.raises(InfrastructureError, match=r"some_package:Thing\.size"):
        require_patches()


def test_a_handler_is_replaced_or_removed_in_its_chain() -> None:
    """A function by itself and a method of whatever object; the others keep their order."""
    patch = _patch("size", "(self, unit='B')")
    first, second = [1, Thing().size, 2], [3, Thing.size]
    patch.replace_in([first, second], ours)
    assert (first, second) == ([1, ours, 2], [3, ours])
    chain = [1, Thing().size, 2]
    patch.replace_in([chain])
    assert chain == [1, 2]


def test_a_handler_that_is_in_no_chain_is_refused() -> None:
    """Or a browser would be let in by one that was not found."""
    with pytest.raises(InfrastructureError, match="none in the chain of handlers"):
        _patch("size", "(self, unit='B')").replace_in([[ours]])


def test_annotations_and_unstable_defaults_are_not_compared() -> None:
    """They differ from one process or Python to the next, and a replacement does not need them."""

    def found(name: str, *, size: int = 3, marker: object = patching.ABSENT) -> None:
        raise NotImplementedError(name, size, marker)

    assert form_of(found) == "(name, *, size=3, marker=...)"
    assert form_of(sys) == "module sys"
    assert form_of(Thing) == "class ()"
