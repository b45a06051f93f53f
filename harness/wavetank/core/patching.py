"""Replaces attributes of other packages, after checking them, and reversibly.

This is the only way in which Wavetank changes Python, LocalStack or the packages that LocalStack
uses. The replacements are declared as data (`wavetank.emulator.patches` lists all of them), and
their owners are imported when they are applied. The first application in a process compares the
original with its form in the version that the replacement was written for.
"""

import inspect
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pkgutil import resolve_name
from types import ModuleType
from typing import Any, Final

from wavetank.core.errors import InfrastructureError

ABSENT: Final = object()
"""Stands for an attribute that the owner does not have, or only inherits."""
NONE: Final = "none"
"""The form of an attribute that the original does not have."""
VALUE: Final = "value"
"""The form of an attribute of any type; only its existence is checked."""
PLAIN = (bool, int, float, str, bytes, tuple, type(None))
"""Types of default values whose `repr` is the same in each process."""


@dataclass(frozen=True)
class PinnedDistribution:
    """A package from PyPI, or Python itself, with the version that patches are written for."""

    name: str
    version: str

    def installed(self) -> str:
        """The installed version; Python's without its patch release."""
        if self == PYTHON:
            import platform  # noqa: PLC0415 - for an error, or for the document

            return platform.python_version().rpartition(".")[0]
        from importlib import metadata  # noqa: PLC0415 - as above

        try:
            return metadata.version(self.name)
        except metadata.PackageNotFoundError:
            return "that is not installed"

    def patches(self, ours: str, reason: str, forms: Mapping[str, str]) -> "tuple[Patch, ...]":
        """Patches that have the reason in common: the original's form by target.

        `ours` are the modules that replace them, separated by spaces.
        """
        return tuple(
            Patch(target=target, form=form, distribution=self, reason=reason, ours=(*ours.split(),))
            for target, form in forms.items()
        )


PYTHON = PinnedDistribution("Python", "3.13")


@dataclass(frozen=True, kw_only=True)
class Patch:
    """A monkeypatch: the attribute that it replaces, its signature, and the reason.

    `target` names it as `package.module:Class.attribute` or `package.module:attribute`. `form` is
    the original's signature without annotations, in the format of `form_of`. `reason` says why it
    is replaced, and `ours` are the modules of `wavetank` that do so.
    """

    target: str
    form: str
    distribution: PinnedDistribution
    reason: str
    ours: tuple[str, ...]

    @property
    def attribute(self) -> str:
        """The attribute's name, without the owner's."""
        return self.target.replace(":", ".").rpartition(".")[2]

    @property
    def owner_path(self) -> str:
        """The class or module that has the attribute, as `package.module:Class`."""
        return self.target[: -len(self.attribute) - 1]

    @property
    def is_applied(self) -> bool:
        """Whether the attribute is replaced now."""
        if self.target not in _CHECKED:
            return False
        known = _CHECKED[self.target]
        return _own(known.owner, self.attribute) is not known.stock

    def check(self) -> None:
        """Compare the original with its form in the version that this is made for.

        Raises:
            InfrastructureError: it is missing, or has another signature.
        """
        _known(self)

    def owner(self) -> Any:
        """The class or module that has the attribute, even if a test has replaced the class.

        Raises:
            InfrastructureError: as for `check`.
        """
        return _known(self).owner

    def original(self) -> Any:
        """The attribute of the distribution.

        Raises:
            InfrastructureError: as for `check`.
        """
        return _known(self).original

    def current(self) -> Any:
        """The current attribute, the original or its latest replacement.

        Raises:
            InfrastructureError: as for `check`.
        """
        return getattr(self.owner(), self.attribute)

    def apply(self, new: object, *, to: object = None) -> None:
        """Replace the attribute; `to` is a single instance to replace it on, instead of the owner.

        Raises:
            InfrastructureError: as for `check`.
        """
        owner = self.owner()
        setattr(owner if to is None else to, self.attribute, new)

    def undo(self) -> None:
        """Restore the owner's original."""
        known = _CHECKED.get(self.target)
        if known is not None:
            _restore(known.owner, self.attribute, known.stock)

    @contextmanager
    def replaced(self, new: object) -> Iterator[None]:
        """Replace the attribute while the body runs; afterwards restore its former value.

        Raises:
            InfrastructureError: as for `check`.
        """
        owner = self.owner()
        former = _own(owner, self.attribute)
        setattr(owner, self.attribute, new)
        try:
            yield
        finally:
            _restore(owner, self.attribute, former)

    def replace_in(self, chains: Iterable[list[Any]], new: object = None) -> None:
        """Replace the handler that is the attribute's value in lists of handlers.

        None removes it. A method is found in the lists whatever object it is bound to.

        Raises:
            InfrastructureError: it is in none of them, or as for `check`.
        """
        original = self.original()
        found = [
            (chain, index)
            for chain in chains
            for index, handler in enumerate(chain)
            if handler is original or getattr(handler, "__func__", None) is original
        ]
        if not found:
            raise self._refusal("none in the chain of handlers")
        for chain, index in reversed(found):
            chain[index : index + 1] = [] if new is None else [new]

    def _refusal(self, found: str) -> InfrastructureError:
        made_for = self.distribution
        error = InfrastructureError(
            f"{self.target}: {self.form}, as in {made_for.name} {made_for.version}",
            f"{found}, in version {made_for.installed()}",
            f"install {made_for.name} {made_for.version}, which this version of wavetank is "
            "made for: pip install 'wavetank[pinned]'",
        )
        REFUSED.append(error)
        return error


@dataclass(frozen=True)
class _Known:
    """A patch's owner and original; `stock` is ABSENT if the owner inherits the original."""

    owner: Any
    original: Any
    stock: object


_CHECKED: dict[str, _Known] = {}
"""Checked patches of this process, by target."""
REFUSED: list[InfrastructureError] = []
"""Refused patches of this process. LocalStack only logs an error of a service that it loads."""


def require_patches() -> None:
    """Check that no patch was refused so far.

    Raises:
        InfrastructureError: one was; the first of them.
    """
    if REFUSED:
        raise REFUSED[0]


def form_of(original: Any) -> str:
    """The signature of a function or class without annotations; the type's name of other values.

    Such as `(self, key, default=None)`, `class (name)`, `property (self)`, `module sqlite3`.
    """
    match original:
        case property():
            return f"property {form_of(original.fget)}"
        case staticmethod() | classmethod():
            return f"{type(original).__name__} {form_of(original.__func__)}"
        case ModuleType():
            return f"module {original.__name__}"
        case type():
            return f"class {_signature(original)}"
    return _signature(original) if callable(original) else type(original).__name__


def _signature(original: Any) -> str:
    found = inspect.signature(original)
    parameters = [_without_annotation(each) for each in found.parameters.values()]
    empty = inspect.Signature.empty
    return str(found.replace(parameters=parameters, return_annotation=empty))


def _without_annotation(parameter: inspect.Parameter) -> inspect.Parameter:
    default: Any = parameter.default
    if default is not parameter.empty and type(default) not in PLAIN:
        default = _Omitted()
    return parameter.replace(annotation=parameter.empty, default=default)


class _Omitted:
    """A default value whose `repr` may differ in each process."""

    def __repr__(self) -> str:
        return "..."


def _known(patch: Patch) -> _Known:
    known = _CHECKED.get(patch.target)
    if known is None:
        known = _CHECKED[patch.target] = _checked(patch)
    return known


def _checked(patch: Patch) -> _Known:
    try:
        owner = _owner(patch.owner_path)
    except (AttributeError, ImportError) as error:
        raise patch._refusal(f"no {patch.owner_path}") from error  # noqa: SLF001 - of this module
    stock = original = _own(owner, patch.attribute)
    if stock is ABSENT:
        original = inspect.getattr_static(owner, patch.attribute, ABSENT)
    # functions in C may have no signature
    is_value = patch.form == VALUE and original is not ABSENT
    found = NONE if original is ABSENT else VALUE if is_value else form_of(original)
    if found != patch.form:
        raise patch._refusal(found)  # noqa: SLF001 - as above
    return _Known(owner, original, stock)


def _owner(path: str) -> Any:
    """The module or class of that path.

    A plug-in of pytest may have put a subclass in place of the class, as pytest-socket does for one
    test. The class that the subclass extends is the one that stays.
    """
    found = resolve_name(path)
    module, _, name = path.partition(":")
    parents = found.__mro__ if isinstance(found, type) else ()
    named = (each for each in parents if (each.__module__, each.__qualname__) == (module, name))
    return next(named, found)


def _own(owner: Any, attribute: str) -> Any:
    """The attribute without inheritance; some of Twisted's modules are proxies."""
    if isinstance(owner, type):
        return vars(owner).get(attribute, ABSENT)
    return getattr(owner, attribute, ABSENT)


def _restore(owner: Any, attribute: str, former: object) -> None:
    if former is not ABSENT:
        setattr(owner, attribute, former)
    elif _own(owner, attribute) is not ABSENT:
        delattr(owner, attribute)
