"""Only `settings` reads the environment; ruff bans `os.environ` elsewhere, but cannot see this."""

from tests.rules.commands import COMMANDS


def test_no_option_reads_the_environment_by_itself() -> None:
    """No option of a command has a variable, which Typer would read past `settings`."""
    options = [option for command in COMMANDS.values() for option in command.params]
    assert options
    assert [option.name for option in options if option.envvar] == []
