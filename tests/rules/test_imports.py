"""Imports go downward: one direction, one door to AWS, one to LocalStack, none to the handlers."""

import sys
from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

import pytest

from tests.rules.layers import (
    CORE_LIBRARIES,
    EMULATOR_USERS,
    HANDLERS,
    LAYERS,
    LOCALSTACK,
    SDK,
    SDK_USERS,
)
from tests.rules.source import (
    Finding,
    Import,
    Source,
    assert_none,
    assert_only_exempt,
    project_files,
    project_sources,
)

SDK_EXEMPT = {
    "tests/rules/test_account.py": "asks the SDK itself which account it would find",
}
HARNESS = "harness/wavetank/"
STANDARD_LIBRARY = sys.stdlib_module_names | {"__future__"}
ORDER = list(LAYERS)


def part(path: str) -> str:
    """The module or package directly below `harness/wavetank` that the file belongs to."""
    return path.removeprefix(HARNESS).partition("/")[0].removesuffix(".py")


def imported_part(imported: Import) -> str:
    """The same for an import; empty where nothing of `wavetank` is imported."""
    package, _, below = imported.module.partition(".")
    if package != "wavetank":
        return ""
    return below.partition(".")[0] or imported.name or "__init__"


def layer(name: str) -> int | None:
    """How far below the top the part stands; None where the table does not know it."""
    return next((ORDER.index(key) for key, parts in LAYERS.items() if name in parts), None)


def unplaced(paths: Iterable[str]) -> list[Finding]:
    """The files of the harness whose part of it has no layer."""
    files = (path for path in paths if path.startswith(HARNESS) and path.endswith(".py"))
    return [Finding(p, 1, f"`{part(p)}` has no layer") for p in files if layer(part(p)) is None]


def upward(source: Source) -> Iterator[Finding]:
    """The imports of a harness file that go up, or into the emulator from anyone but an engine."""
    own = part(source.path)
    for imported in source.imports:
        target = imported_part(imported)
        here, there = layer(own), layer(target)
        if target and there is None:
            yield Finding(source.path, imported.line, f"`{target}` has no layer")
        elif here is not None and there is not None and there < here:
            what = f"{ORDER[here]} `{own}` imports {ORDER[there]} `{target}`"
            yield Finding(source.path, imported.line, what)
        elif target == "emulator" and own not in EMULATOR_USERS:
            yield Finding(source.path, imported.line, f"`{own}` imports the emulator")


def circular(sources: Iterable[Source]) -> list[Finding]:
    """The imports that make the first circle found, between parts or within one."""
    files = {source.module: source for source in sources if source.path.startswith(HARNESS)}
    parts: dict[str, dict[str, Finding]] = {}
    modules: dict[str, dict[str, Finding]] = {}
    for name, source in files.items():
        for imported in source.imports:
            below = f"{imported.module}.{imported.name}"
            target = below if below in files else imported.module
            if target in files and target != name:
                finding = Finding(source.path, imported.line, f"{name} imports {target}")
                modules.setdefault(name, {})[target] = finding
                if part(source.path) != part(files[target].path):
                    parts.setdefault(part(source.path), {})[part(files[target].path)] = finding
    return _circle(parts) or _circle(modules)


def _circle(graph: dict[str, dict[str, Finding]]) -> list[Finding]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return [graph[importer][imported] for imported, importer in pairwise(error.args[1])]
    return []


def foreign_to_core(source: Source) -> Iterator[Finding]:
    """What a core module imports besides the standard library and what the table grants it."""
    own = part(source.path)
    allowed = STANDARD_LIBRARY | {"wavetank"} | CORE_LIBRARIES.get(own, frozenset())
    if own in LAYERS["core"]:
        for imported in source.imports:
            if imported.root not in allowed:
                yield Finding(source.path, imported.line, f"core `{own}` imports {imported.root}")


def sdk_imports(source: Source) -> Iterator[Finding]:
    """The imports of AWS's SDK; those for type checkers alone do not count."""
    for imported in source.imports:
        if imported.root in SDK and not imported.for_types_only:
            yield Finding(source.path, imported.line, f"imports {imported.root}")


def localstack_imports(source: Source) -> Iterator[Finding]:
    """The imports of LocalStack and of what it is made of."""
    for imported in source.imports:
        if imported.root in LOCALSTACK:
            yield Finding(source.path, imported.line, f"imports {imported.root}")


def foreign_to_handler(source: Source) -> Iterator[Finding]:
    """What a handler imports that is not in its zip nor in AWS's runtime."""
    folder = source.path.split("/")[1]
    for imported in source.imports:
        in_reach = imported.root in STANDARD_LIBRARY | SDK | {folder}
        stub = imported.for_types_only and imported.root.startswith("mypy_boto3_")
        if not in_reach and not stub:
            yield Finding(source.path, imported.line, f"imports {imported.root}")


def _harness() -> list[Source]:
    return [source for source in project_sources() if source.path.startswith(HARNESS)]


def test_every_module_has_a_layer() -> None:
    """Every module of the harness stands in the table of layers."""
    assert_none(unplaced(project_files()), "Place it in the table in tests/rules/layers.py")


def test_no_module_has_two_layers() -> None:
    """The table of layers gives each module one place."""
    placed = [name for parts in LAYERS.values() for name in parts]
    assert sorted(placed) == sorted(set(placed))


def test_imports_go_downward() -> None:
    """No module imports one of a higher layer, and only an engine imports the emulator."""
    found = [finding for source in _harness() for finding in upward(source)]
    assert_none(found, "Pass it in as an argument, or move the shared part to a lower layer")


def test_imports_never_come_back() -> None:
    """No chain of imports in the harness leads back to where it started."""
    assert_none(circular(project_sources()), "Break the circle: move what both need below both")


def test_core_needs_no_library() -> None:
    """Core imports the standard library, itself, and what the table grants by name."""
    found = [finding for source in _harness() for finding in foreign_to_core(source)]
    assert_none(found, "Keep core pure: do this at the edge, or grant it in tests/rules/layers.py")


def test_clients_is_the_only_door_to_aws() -> None:
    """AWS's SDK is imported by `clients` and by handlers, and by nobody else."""
    doors = {f"{HARNESS}{name}.py" for name in SDK_USERS}
    others = (s for s in project_sources() if s.path not in doors)
    outside = (source for source in others if not source.path.startswith(HANDLERS))
    found = [finding for source in outside for finding in sdk_imports(source)]
    assert_only_exempt(found, SDK_EXEMPT, "Take clients and error types from wavetank.clients")


def test_emulator_is_the_only_door_to_localstack() -> None:
    """LocalStack is imported by `emulator`, and by tests that look inside it."""
    inside = (f"{HARNESS}emulator/", "tests/")
    outside = (s for s in project_sources() if not s.path.startswith(inside))
    found = [finding for source in outside for finding in localstack_imports(source)]
    assert_none(found, "Move it into wavetank.emulator, or ask LocalStack over its API")


def test_handlers_stand_alone() -> None:
    """A handler imports the standard library, AWS's SDK and its own folder: what its zip finds."""
    handlers = (s for s in project_sources() if s.path.startswith("lambdas/"))
    found = [finding for source in handlers for finding in foreign_to_handler(source)]
    assert_none(found, "The function's process would not find it; keep it in the handler's folder")


def test_harness_knows_no_handler() -> None:
    """The harness imports neither a handler nor a test."""
    folders = {path.split("/")[1] for path in project_files() if path.startswith("lambdas/")}
    found = [
        Finding(source.path, imported.line, f"imports {imported.root}")
        for source in project_sources()
        if source.path.startswith("harness/")
        for imported in source.imports
        if imported.root in folders | {"tests", "lambdas"}
    ]
    assert_none(found, "Reach handlers through what is deployed, never by import")


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("clock.py", "from wavetank import clients"),
        ("clock.py", "def late():\n    import wavetank.cli.main"),
        ("emulator/mailbox.py", "from wavetank.settings import REGION"),
        ("stack/seed.py", "from wavetank.emulator import clock"),
        ("stack/seed.py", "from wavetank.nowhere import thing"),
        ("stack/seed.py", "import importlib\nimportlib.import_module('wavetank.report')"),
        ("probes.py", "if TYPE_CHECKING:\n    from wavetank.driver import Driver"),
        ("engines/tank.py", "from ..driver import Driver"),
    ],
)
def test_upward_import_is_caught(path: str, line: str) -> None:
    """An import that goes up is found however it is written and wherever it stands."""
    assert len(list(upward(Source(HARNESS + path, line)))) == 1


def test_downward_import_is_allowed() -> None:
    """An engine may import the emulator, and anyone what is below."""
    text = "from wavetank.emulator import clock\nfrom wavetank import guardian\nimport wavetank"
    assert list(upward(Source(f"{HARNESS}engines/tank.py", text))) == []


def test_unplaced_module_is_caught() -> None:
    """A module that the table does not know is found."""
    assert [finding.path for finding in unplaced([f"{HARNESS}weather/wind.py"])]


@pytest.mark.parametrize(
    ("one", "other"), [("a.py", "b.py"), ("stack/a.py", "stack/b.py"), ("a/x.py", "b/__init__.py")]
)
def test_circle_is_caught(one: str, other: str) -> None:
    """Two modules that import each other are found, in one package or in two."""
    first, second = Source(HARNESS + one, ""), Source(HARNESS + other, "")
    circle = [
        Source(first.path, f"import {second.module}"),
        Source(second.path, f"def late():\n    from {first.module} import thing"),
    ]
    assert {finding.path for finding in circular(circle)} == {first.path, second.path}


def test_circle_through_a_package_is_caught() -> None:
    """Two packages that import each other are found though no two of their modules do."""
    lines = {
        "a/x.py": "import wavetank.b.x",
        "b/x.py": "",
        "b/y.py": "from wavetank.a import y",
        "a/y.py": "",
    }
    circle = circular(Source(HARNESS + path, line) for path, line in lines.items())
    assert [finding.line for finding in circle] == [1, 1]


@pytest.mark.parametrize(
    ("checker", "path", "text"),
    [
        (foreign_to_core, f"{HARNESS}clock.py", "import requests"),
        (foreign_to_core, f"{HARNESS}clock.py", "from pydantic import BaseModel"),
        (foreign_to_core, f"{HARNESS}history.py", "if TYPE_CHECKING:\n    import mypy_boto3_s3"),
        (sdk_imports, f"{HARNESS}probes.py", "def late():\n    from boto3.session import Session"),
        (sdk_imports, "init/ready.d/deploy.py", "import botocore.exceptions"),
        (localstack_imports, f"{HARNESS}probes.py", "from localstack import config"),
        (foreign_to_handler, "lambdas/streaming/walk.py", "from wavetank import ticker"),
        (foreign_to_handler, "lambdas/streaming/walk.py", "import notification.message"),
        (foreign_to_handler, "lambdas/streaming/walk.py", "import mypy_boto3_firehose"),
    ],
)
def test_foreign_import_is_caught(checker, path: str, text: str) -> None:  # type: ignore[no-untyped-def]  # x
    """An import of a library that the file's place does not allow is found."""
    assert len(list(checker(Source(path, text)))) == 1
