"""What the brief asks for, as `demands.toml` has it."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("demands.toml")


@dataclass(frozen=True)
class Demand:
    """One thing that is asked for, with a command that shows it and tests that hold it.

    Tests are `file::function` below tests/. `judged` are the requirements of `check` that it is
    judged by, where what is deployed can tell.
    """

    asked: str
    command: str
    tests: tuple[str, ...]
    judged: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """One of the brief's steps, in its order."""

    number: int
    title: str
    demands: tuple[Demand, ...]


def read_steps() -> tuple[Step, ...]:
    """All of them."""
    steps = enumerate(tomllib.loads(FILE.read_text())["step"], 1)
    return tuple(
        Step(number, form["title"], tuple(map(_demand, form["demand"]))) for number, form in steps
    )


def _demand(form: dict[str, Any]) -> Demand:
    lists = {name: tuple(form.get(name, ())) for name in ("tests", "judged")}
    return Demand(**(form | lists))
