"""The tasks of a contributor: `.venv/bin/nox --list` shows them, `.venv/bin/nox -s lint` runs one.

All sessions use the project's environment, which `./wavetank` creates from `uv.lock`.
"""

import sys
from pathlib import Path

import nox

nox.options.default_venv_backend = "none"
nox.options.sessions = ["lint", "types", "quick"]
BIN = Path(sys.executable).parent
GENERATORS = (
    "tests.assignment.register",
    "tests.fidelity.register",
    "tests.patches_document",
    "tests.scenario_tables",
)


def _run(session: nox.Session, tool: str, *arguments: str) -> None:
    """Run a tool of the project's environment with more arguments from the command line."""
    session.run(str(BIN / tool), *arguments, *session.posargs, external=True)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, formatting and imports: ruff and import-linter."""
    session.run(str(BIN / "ruff"), "check", external=True)
    session.run(str(BIN / "ruff"), "format", "--check", external=True)
    packages = {"PYTHONPATH": "lambdas:."}  # the handlers and the tests are not installed
    session.run(str(BIN / "lint-imports"), "--no-cache", env=packages, external=True)


@nox.session
def types(session: nox.Session) -> None:
    """Check types: mypy, strict."""
    _run(session, "mypy")


@nox.session
def quick(session: nox.Session) -> None:
    """Run the tests that need no LocalStack, in a minute."""
    _run(session, "wavetank", "test", "--quick")


@nox.session
def test(session: nox.Session) -> None:
    """Run the whole test suite, in about nine minutes."""
    _run(session, "wavetank", "test")


@nox.session
def nightly(session: nox.Session) -> None:
    """Run the long and repeating tests, in about an hour."""
    _run(session, "wavetank", "test", "--nightly")


@nox.session
def docs(session: nox.Session) -> None:
    """Regenerate the tables and diagrams of the documents."""
    for generator in GENERATORS:
        session.run(sys.executable, "-m", generator, external=True)
    diagram = (str(BIN / "wavetank"), "diagram")
    session.run(*diagram, "--output", "docs/images/architecture.svg", external=True)
    mermaid = ("--format", "mermaid", "--output", "docs/architecture.md")
    session.run(*diagram, *mermaid, external=True)
