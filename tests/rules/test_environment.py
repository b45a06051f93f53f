"""Only `settings` reads the environment: whoever else wants to know takes an argument."""

import ast
from collections.abc import Iterator

import pytest

from tests.rules.layers import HANDLERS, HARNESS
from tests.rules.source import Finding, Source, assert_only_exempt, findings, sources_outside

READS = frozenset(
    {
        "os.environ",
        "os.environb",
        "os.getenv",
        "os.getenvb",
        "os.path.expandvars",
        "os.putenv",
        "os.unsetenv",
    }
)
EXEMPT = {
    f"{HARNESS}emulator/executor/bootstrap.py": "a function's environment is its configuration",
    f"{HARNESS}engines/tank/variables.py": "gives each handler the environment of its function",
    f"{HARNESS}emulator/settings.py": "LocalStack is a process of its own; this is its `settings`",
    f"{HARNESS}guardian.py": "hands its owner's environment on to the command, unread",
    "tests/browser.py": "knows whether a browser is demanded",
    "tests/conftest.py": "hides the host's AWS account, and knows whether Docker is demanded",
    "tests/property/conftest.py": "where CI is set, every run draws the same examples",
}


def environment_reads(source: Source) -> Iterator[Finding]:
    """Every touch of the environment, and every command-line option that reads it by itself."""
    for line, name in source.references():
        if name in READS:
            yield Finding(source.path, line, f"uses {name}")
    for node in ast.walk(source.tree):
        if isinstance(node, ast.keyword) and node.arg == "envvar":
            yield Finding(source.path, node.lineno, "an option with `envvar`")


def test_settings_is_the_only_reader() -> None:
    """The environment is read by `settings` and by handlers, and by nobody else."""
    found = findings(environment_reads, sources_outside(f"{HARNESS}settings.py", *HANDLERS))
    assert_only_exempt(found, EXEMPT, "Read it in settings.py and pass the value on")


@pytest.mark.parametrize(
    "text",
    [
        "import os\nos.environ['HOME']",
        "import os\nos.environ.get('HOME')",
        "import os as system\nsystem.getenv('HOME')",
        "def late():\n    import os.path\n    os.path.expandvars('$HOME')",
        "from os import path\npath.expandvars('$HOME')",
        "from os import environ",
        "import typer\ntyper.Option(envvar='WAVETANK_HOURS')",
    ],
)
def test_environment_read_is_caught(text: str) -> None:
    """A reading of the environment is found however it is written."""
    assert len(list(environment_reads(Source("x.py", text)))) == 1


def test_other_environments_are_not_meant() -> None:
    """Another object's `environ`, and the rest of `os`, pass."""
    text = "import os\nrequest.environ['PATH']\nos.defpath\nenviron = configuration.environment"
    assert list(environment_reads(Source("x.py", text))) == []
