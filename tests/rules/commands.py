"""Commands of Wavetank, as documents have them, held against those that there are."""

import shlex
from typing import Any

import typer.main

from wavetank.cli.main import app

COMMANDS: dict[str, Any] = vars(typer.main.get_command(app))["commands"]
FREE = "test"
"""Its arguments go to pytest."""


def unknown_words(line: str) -> list[str]:
    """The command of the line, or those of its options, that there are not."""
    program, name, *words = shlex.split(line)
    if program != "./wavetank" or name not in {*COMMANDS, "--version"}:
        return [f"{program} {name}"]
    if name not in COMMANDS or name == FREE:
        return []
    parameters = COMMANDS[name].params
    options = {o for one in parameters for o in (*one.opts, *one.secondary_opts)} | {"--help", "-h"}
    return [word for word in words if word.startswith("-") and word not in options]
