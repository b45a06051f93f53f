"""The overview and each command's help, as they are read in 80 columns."""

import re
import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from wavetank.cli.commands import ENTRIES
from wavetank.cli.main import app

WIDTH = 80
SENTENCE = re.compile(r"([A-Z'\d]|[a-z][\w-]* ).*\.", re.DOTALL)
"""A capital at its beginning, or a value's name; a full stop at its end."""


def _help(*arguments: str) -> str:
    done = CliRunner().invoke(app, [*arguments, "--help"], env={"COLUMNS": str(WIDTH)})
    assert done.exit_code == 0, done.output
    return done.output


def test_the_overview_names_every_command_in_a_line_of_its_own() -> None:
    """With its whole sentence: none is cut short."""
    overview = _help()
    assert max(map(len, overview.splitlines())) <= WIDTH
    for name, entry in ENTRIES.items():
        assert re.search(rf"^  {name} +{re.escape(entry.summary)}$", overview, re.MULTILINE)


@pytest.mark.parametrize("name", [name for name, e in ENTRIES.items() if not e.passes_arguments])
def test_each_commands_help_fits_and_describes_each_option(name: str) -> None:
    """In sentences, and no line is longer than the terminal."""
    text = _help(name)
    assert max(map(len, text.splitlines())) <= WIDTH
    group = typer.main.get_command(app)
    command = group.get_command(None, name)  # type: ignore[attr-defined]  # typer hides its groups
    assert SENTENCE.fullmatch(command.help.strip())
    undescribed = [
        parameter.name
        for parameter in command.params
        if not SENTENCE.fullmatch(getattr(parameter, "help", None) or "")
    ]
    assert undescribed == []


def test_the_version_needs_none_of_the_commands() -> None:
    """Neither the AWS SDK nor LocalStack nor rich is imported to say it."""
    code = (
        "import sys; from wavetank.cli.main import app; app(['--version'], standalone_mode=False);"
        "print(sorted({'boto3', 'localstack', 'docker', 'rich', 'pydantic'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_command_that_is_misspelt_is_guessed() -> None:
    """Though no command has been imported yet."""
    done = CliRunner().invoke(app, ["chek"])
    assert done.exit_code == 2
    assert "Did you mean 'check'" in done.output
