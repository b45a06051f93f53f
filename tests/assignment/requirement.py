"""What the assignment asks for, as `requirements.toml` has it."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("requirements.toml")


@dataclass(frozen=True)
class AssignmentRequirement:
    """One requirement of the assignment, with a command that shows it and tests that prove it.

    Tests are `file::function` below tests/. `checks` are its names in the
    output of `check`, if a deployed pipeline shows whether it is met.
    """

    asked: str
    command: str
    tests: tuple[str, ...]
    checks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """One of the assignment's steps, in its order."""

    number: int
    title: str
    requirements: tuple[AssignmentRequirement, ...]


def read_steps() -> tuple[Step, ...]:
    """All of them."""
    steps = enumerate(tomllib.loads(FILE.read_text())["step"], 1)
    return tuple(
        Step(number, form["title"], tuple(map(_requirement, form["requirement"])))
        for number, form in steps
    )


def _requirement(form: dict[str, Any]) -> AssignmentRequirement:
    lists = {name: tuple(form.get(name, ())) for name in ("tests", "checks")}
    return AssignmentRequirement(**(form | lists))
