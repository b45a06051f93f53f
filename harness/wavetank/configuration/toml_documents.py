"""The user's TOML files: parsed and checked by a schema; the first mistake has its position."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn

from pydantic import BaseModel, ConfigDict, ValidationError

from wavetank.configuration.toml_positions import Path, TextPosition, key_positions, position_of
from wavetank.core.errors import UsageError
from wavetank.core.suggestions import one_of, shown
from wavetank.core.text import pluralize

SYNTAX_POSITION = re.compile(r"(?P<what>.*) \(at line (?P<line>\d+), column (?P<column>\d+)\)")


class StrictModel(BaseModel):
    """Base of TOML schemas: a frozen pydantic model without conversion and unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class RefusedValueError(ValueError):
    """Carries a `UsageError` through pydantic, which collects only ValueErrors."""

    def __init__(self, refusal: UsageError, field: str = "") -> None:
        super().__init__(str(refusal))
        self.refusal = refusal
        self.field = field


@dataclass(frozen=True)
class FieldProblem:
    """An invalid value in a TOML file: the path of its key, and the parts of the error message."""

    path: Path
    expected: str
    found: str
    action: str


@contextmanager
def nesting_refused(source: str, what: str) -> Iterator[None]:
    """Turn an overflow of the stack, while the file is read and checked, into an error.

    Raises:
        UsageError: lists or tables are nested too deeply.
    """
    try:
        yield
    except RecursionError as error:
        found = f"lists nested too deeply in {source}"
        raise UsageError(f"{what} in TOML", found, "nest them less") from error


def parse_toml(text: str, source: str, what: str) -> dict[str, Any]:
    """The content of the text; `source` is the file's name and `what` its kind, for errors.

    Raises:
        UsageError: the text is not TOML; with line and column.
    """
    try:
        return tomllib.loads(text)
    except ValueError as error:  # also for a number with more digits than Python converts
        position = SYNTAX_POSITION.fullmatch(str(error))
        reason = position["what"] if position else str(error).removesuffix(" (at end of document)")
        line, column = (position["line"], position["column"]) if position else (_last_line(text), 1)
        found = f"a mistake at {source}:{line}:{column} ({reason})"
        written = (text.splitlines() or [""])[int(line) - 1].strip()
        raise UsageError(f"{what} in TOML", found, _remedy(reason, written)) from error


def _remedy(reason: str, written: str) -> str:
    """What to do about the line as it is written; a second value of a key is not always there."""
    if "twice" in reason or "overwrite" in reason:
        return "remove one of the two keys or tables of that name"
    forms = 'name = "text", count = 3, is_on = true, list = ["a", "b"] or [table]'
    return f"correct {shown(written)}; lines are such as {forms}"


def _last_line(text: str) -> int:
    return text.rstrip("\n").count("\n") + 1


def schema_problems(
    error: ValidationError,
    schemas: Mapping[Path, type[BaseModel]],
    expected_values: Mapping[str, str],
) -> list[FieldProblem]:
    """The errors of pydantic as problems.

    `schemas` has the schema of each table by its path, and `expected_values` what the value of each
    key may be, for errors of the schema that have only pydantic's message.
    """
    return [
        _problem(details, schemas, expected_values) for details in error.errors(include_url=False)
    ]


def _problem(
    details: Mapping[str, Any],
    schemas: Mapping[Path, type[BaseModel]],
    expected_values: Mapping[str, str],
) -> FieldProblem:
    path = details["loc"]
    match details["type"]:
        case "value_error":
            return _refused(path, details["ctx"]["error"])
        case "missing":
            action = f"write it, as in {path[-1]} = ..."
            return FieldProblem(path, f"the key `{path[-1]}`", "none", action)
        case "extra_forbidden":
            keys = schemas[path[:-1]].model_fields
            return FieldProblem(path, *one_of("one of the keys", str(path[-1]), keys))
    key = next(part for part in reversed(path) if part in expected_values)
    return FieldProblem(
        path, f"`{key}` to be {expected_values[key]}", shown(details["input"]), "correct it"
    )


def _refused(path: Path, error: RefusedValueError) -> FieldProblem:
    refusal = error.refusal
    position = (*path, error.field) if error.field else path
    return FieldProblem(position, refusal.expected, refusal.found, refusal.action)


def raise_first(problems: Iterable[FieldProblem], text: str, source: str) -> NoReturn:
    """Raise the first problem in the file, with the number of others.

    Raises:
        UsageError: always.
    """
    positions = key_positions(text)

    def position(problem: FieldProblem) -> TextPosition:
        return position_of(positions, problem.path)

    # A key that is missing has no position, and one that is misspelt is often why it is missing.
    first, *others = sorted(problems, key=lambda each: (each.path not in positions, position(each)))
    found = f"{first.found} at {source}:{position(first).line}:{position(first).column}"
    more = f" ({pluralize(len(others), 'more problem')} after it)" if others else ""
    raise UsageError(first.expected, found, first.action + more)
