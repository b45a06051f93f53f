"""Imports go downward: the table of layers holds every module, and no import climbs it."""

from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

import pytest

from tests.rules.layers import EMULATOR_USERS, HARNESS, LAYERS, depth, part
from tests.rules.source import (
    Finding,
    Import,
    Source,
    assert_none,
    findings,
    project_files,
    sources_in,
)

NAMES = list(LAYERS)


def unplaced(paths: Iterable[str]) -> list[Finding]:
    """The files of the harness whose part of it has no layer."""
    files = (path for path in paths if path.startswith(HARNESS) and path.endswith(".py"))
    return [Finding(p, 1, f"`{part(p)}` has no layer") for p in files if depth(part(p)) is None]


def imported_part(imported: Import) -> str:
    """The part of the harness that is imported; empty where it is none."""
    package, _, below = imported.module.partition(".")
    if package != "wavetank":
        return ""
    return below.partition(".")[0] or imported.name or "__init__"


def upward(source: Source) -> Iterator[Finding]:
    """The imports of a harness file that go up, or into the emulator from anyone but an engine."""
    own = part(source.path)
    for imported in source.imports:
        target = imported_part(imported)
        here, there = depth(own), depth(target)
        if target and there is None:
            yield Finding(source.path, imported.line, f"imports `{target}`, which has no layer")
        elif here is not None and there is not None and there < here:
            what = f"{NAMES[here]} `{own}` imports {NAMES[there]} `{target}`"
            yield Finding(source.path, imported.line, what)
        elif target == "emulator" and own not in EMULATOR_USERS:
            yield Finding(source.path, imported.line, f"`{own}` imports the emulator")


def circular(sources: Iterable[Source]) -> list[Finding]:
    """The imports that make the first circle found, between parts or within one."""
    modules = {source.module: source for source in sources}
    between: dict[str, dict[str, Finding]] = {}
    within: dict[str, dict[str, Finding]] = {}
    for name, source in modules.items():
        for imported in source.imports:
            below = f"{imported.module}.{imported.name}"
            target = below if below in modules else imported.module
            if target in modules and target != name:
                finding = Finding(source.path, imported.line, f"{name} imports {target}")
                within.setdefault(name, {})[target] = finding
                own, other = part(source.path), part(modules[target].path)
                if own != other:
                    between.setdefault(own, {})[other] = finding
    return _circle(between) or _circle(within)


def _circle(graph: dict[str, dict[str, Finding]]) -> list[Finding]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return [graph[importer][imported] for imported, importer in pairwise(error.args[1])]
    return []


def test_every_module_has_a_layer() -> None:
    """Every module of the harness stands in the table of layers."""
    assert_none(unplaced(project_files()), "Place it in the table in tests/rules/layers.py")


def test_no_module_has_two_layers() -> None:
    """The table of layers gives each module one place."""
    placed = sorted(name for parts in LAYERS.values() for name in parts)
    assert placed == sorted(set(placed))


def test_imports_go_downward() -> None:
    """No module imports one of a higher layer, and only an engine imports the emulator."""
    found = findings(upward, sources_in(HARNESS))
    assert_none(found, "Pass it in as an argument, or move what both need to a lower layer")


def test_imports_never_come_back() -> None:
    """No chain of imports in the harness leads back to where it started."""
    assert_none(circular(sources_in(HARNESS)), "Break the circle: move what both need below both")


def test_unplaced_module_is_caught() -> None:
    """A module that the table does not know is found."""
    stranger = f"{HARNESS}weather/wind.py"
    assert [finding.path for finding in unplaced([f"{HARNESS}clock.py", stranger])] == [stranger]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("clock.py", "from wavetank import clients"),
        ("clock.py", "def late():\n    import wavetank.cli.main"),
        ("emulator/mailbox.py", "from wavetank.settings import REGION"),
        ("stack/seed.py", "from wavetank.emulator import clock"),
        ("stack/seed.py", "from wavetank.nowhere import thing"),
        ("stack/seed.py", "import importlib\nimportlib.import_module('wavetank.report')"),
        ("probes.py", "if TYPE_CHECKING:\n    from wavetank.driver import Driver"),
        ("engines/tank.py", "from ..driver import Driver"),
        ("engines/__init__.py", "from .. import driver"),
    ],
)
def test_upward_import_is_caught(path: str, text: str) -> None:
    """An import that goes up is found however it is written and wherever it stands."""
    assert len(list(upward(Source(HARNESS + path, text)))) == 1


def test_downward_import_is_allowed() -> None:
    """An engine may import the emulator, and anyone what is below or beside it."""
    text = "from wavetank.emulator import clock\nfrom wavetank import guardian, stack\nimport rich"
    assert list(upward(Source(f"{HARNESS}engines/tank.py", text))) == []


@pytest.mark.parametrize(
    ("one", "other"), [("a.py", "b.py"), ("a/x.py", "a/y.py"), ("a/x.py", "b/__init__.py")]
)
def test_circle_is_caught(one: str, other: str) -> None:
    """Two modules that import each other are found, in one package or in two."""
    names = [Source(HARNESS + path, "").module for path in (one, other)]
    first = Source(HARNESS + one, f"import {names[1]}")
    second = Source(HARNESS + other, f"def late():\n    from {names[0]} import thing")
    assert [finding.path for finding in sorted(circular([first, second]))] == sorted(
        [HARNESS + one, HARNESS + other]
    )


def test_circle_between_packages_is_caught() -> None:
    """Two packages that import each other are found though no two of their modules do."""
    files = {
        "a/x.py": "import wavetank.b.x",
        "a/y.py": "",
        "b/x.py": "",
        "b/y.py": "from wavetank.a import y",
    }
    found = circular(Source(HARNESS + path, text) for path, text in files.items())
    assert {finding.path for finding in found} == {f"{HARNESS}a/x.py", f"{HARNESS}b/y.py"}


def test_tree_of_imports_is_allowed() -> None:
    """A package that offers its own modules under its own name makes no circle."""
    files = {"a/__init__.py": "from wavetank.a.x import thing", "a/x.py": "import wavetank.b"}
    assert circular(Source(HARNESS + path, text) for path, text in files.items()) == []
