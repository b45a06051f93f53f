"""Who may import whom: the contracts in pyproject.toml, and what core and handlers may need."""

import re
import sys
import tomllib
from functools import cache
from typing import Any

import grimp
import pytest
from importlinter.cli import lint_imports

from tests.rules.source import ROOT

PROJECT = ROOT / "pyproject.toml"
HANDLERS = sorted(path.parent.name for path in (ROOT / "lambdas").glob("*/__init__.py"))
OURS = {"wavetank", *HANDLERS}
PURE = ("configuration", "core", "faults", "history", "iam", "invariants", "scenario")
GRANTED = {
    ("configuration", "pydantic"),  # wavetank.toml is written by people
    ("faults", "hypothesis"),  # fault plans are drawn and shrunk
    ("scenario", "pydantic"),  # scenario files are written by people
}
"""What a core module needs besides the standard library."""


def options() -> dict[str, Any]:
    """How import-linter is set up."""
    tool: dict[str, Any] = tomllib.loads(PROJECT.read_text())["tool"]["importlinter"]
    return tool


@cache
def graph(*, types_too: bool) -> grimp.ImportGraph:
    """Every import of ours, wherever it stands, with those for type checkers or without."""
    return grimp.build_graph(
        *OURS,
        include_external_packages=True,
        exclude_type_checking_imports=not types_too,
        cache_dir=None,
    )


def needs(package: str, *, types_too: bool) -> set[str]:
    """What the package imports besides the standard library and the folder that it is in."""
    ours = graph(types_too=types_too)
    modules = {package, *ours.find_descendants(package)}
    imported = {name for one in modules for name in ours.find_modules_directly_imported_by(one)}
    roots = {name.partition(".")[0] for name in imported}
    return roots - sys.stdlib_module_names - {package.partition(".")[0]}


def test_contracts_are_kept(capsys: pytest.CaptureFixture[str]) -> None:
    """Imports go downward and never come back; the emulator, LocalStack and the SDK have a door."""
    failed = lint_imports(config_filenames=(str(PROJECT),), no_cache=True, no_logo=True)
    if failed:
        pytest.fail(capsys.readouterr().out, pytrace=False)


def test_contracts_are_about_every_package() -> None:
    """A function that is added is held to them too."""
    assert {*options()["root_packages"]} == {*OURS, "benchmarks", "tests"}


def test_the_documents_layers_are_the_contracts() -> None:
    """In their order, from the command line down."""
    page = (ROOT / "docs" / "architecture.md").read_text()
    (table,) = re.findall(r"^\| package \| purpose \|\n.*\n((?:\|.*\n)+)", page, re.MULTILINE)
    (first, *below) = options()["contracts"][0]["layers"]
    assert re.findall(r"^\| `(\w+)`", table, re.MULTILINE) == [first.rpartition(" : ")[2], *below]


def test_core_needs_no_library() -> None:
    """The pure packages import the standard library, each other, and what is granted by name."""
    found = {(part, name) for part in PURE for name in needs(f"wavetank.{part}", types_too=True)}
    assert found == GRANTED


@pytest.mark.parametrize("handler", HANDLERS)
def test_handlers_stand_alone(handler: str) -> None:
    """A handler imports what its zip finds: the standard library, AWS's SDK, its own folder."""
    assert needs(handler, types_too=False) <= {"boto3", "botocore"}


@pytest.mark.parametrize("package", ["wavetank.aws.clients", "wavetank.emulator.firehose"])
def test_a_library_is_seen(package: str) -> None:
    """What needs one is told apart from what needs none."""
    assert needs(package, types_too=False) & {"boto3", "localstack"}
