"""The overview and each command's help, as they are read in 80 columns."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from wavetank.cli.commands import ENTRIES
from wavetank.cli.main import app
from wavetank.core import installation

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


@pytest.mark.parametrize("arguments", [("--debug", "scenarios"), ("scenarios", "--debug")])
def test_debug_may_stand_before_and_after_the_command(arguments: tuple[str, ...]) -> None:
    """As other commands' general options may."""
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output


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


def test_completion_names_commands_and_options_and_imports_no_other_command() -> None:
    """A key press is answered in a fraction of a second."""
    code = (
        "import sys; from wavetank.cli.main import app\n"
        "try: app(prog_name='wavetank')\n"
        "finally: print([m for m in ('boto3', 'wavetank.cli.run') if m in sys.modules])"
    )
    completed = {
        "wavetank ru": ["run", "runs", "[]"],
        "wavetank --ver": ["--version", "[]"],
    }
    for words, wanted in completed.items():
        variables = {"COMP_WORDS": words, "COMP_CWORD": "1"}
        variables["_WAVETANK_COMPLETE"] = "complete_bash"
        assignments = [f"{name}={value}" for name, value in variables.items()]
        command = ["env", *assignments, sys.executable, "-c", code]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.stdout.split() == wanted


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_installed_for_each_shell(
    shell: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Into the home, where the shell reads it when it starts."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")
    done = CliRunner().invoke(app, ["--install-completion", shell], prog_name="wavetank")
    assert done.exit_code == 0, done.output
    (script,) = [path for path in tmp_path.rglob("*wavetank*") if path.is_file()]
    assert "_WAVETANK_COMPLETE" in script.read_text()


def test_an_installed_command_shows_no_commands_of_the_repository(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """And names itself as it is typed there, in each command's help too."""
    monkeypatch.setattr(installation, "PACKAGE", tmp_path)
    overview = _help()
    assert "  run " in overview
    assert "Development of Wavetank" not in overview
    assert "  bench " not in overview
    assert "with wavetank run NAME" in re.sub(r"\s+", " ", _help("scenarios"))
