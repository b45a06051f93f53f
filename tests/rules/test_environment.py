"""Only `settings` reads the environment; ruff bans `os.environ` elsewhere, but cannot see this."""

import typer.main

from tests.rules.commands import COMMANDS
from wavetank.cli.main import app


def test_no_option_reads_the_environment_by_itself() -> None:
    """No option has a variable, which Typer would read past `settings`."""
    commands = [typer.main.get_command(app), *COMMANDS.values()]
    options = [option for command in commands for option in command.params]
    assert {"version", "engine"} <= {option.name for option in options}
    assert [option.name for option in options if option.envvar] == []
