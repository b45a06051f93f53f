"""Projections: the attributes, or parts of them, that a read returns.

Moto's projection fails for lists and binary values, gives numbers another notation, ignores the
parameter from before expressions in GetItem, and any in a transaction. So moto is asked for whole
items, and their parts are taken from its answer.
[DynamoDB developer guide: Expressions.ProjectionExpressions, Expressions.Attributes]
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import combinations
from typing import Any

from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords

from wavetank.emulator.dynamodb.attribute_values import AttributeValueError
from wavetank.emulator.dynamodb.expression_parameters import EXPRESSIONS, NAMES, placeholders
from wavetank.emulator.dynamodb.returned_values import Path, select

PROJECTION, ATTRIBUTES = "ProjectionExpression", "AttributesToGet"
STEP = re.compile(r"\s*(?:(?P<name>#?[A-Za-z_][\w]*|#\w+)|\[\s*(?P<index>\d+)\s*\])\s*", re.ASCII)
CACHE_SIZE = 1024

type Names = tuple[tuple[str, str], ...]


def projected_paths(parameters: Mapping[str, Any]) -> tuple[Path, ...] | None:
    """The paths that a read returns; None for whole items.

    Raises:
        AttributeValueError: the expression is not valid.
    """
    if text := parameters.get(PROJECTION):
        return parse_projection(text, tuple((parameters.get(NAMES) or {}).items()))
    if names := parameters.get(ATTRIBUTES):
        return tuple((name,) for name in names)
    return None


def without_projection(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters for whole items, without names that only the projection uses."""
    rest = {n: v for n, v in parameters.items() if n not in {PROJECTION, ATTRIBUTES, NAMES}}
    used = placeholders(tuple(rest[name] for name in EXPRESSIONS if rest.get(name)))
    names = {name: value for name, value in parameters.get(NAMES, {}).items() if name in used}
    return rest | ({NAMES: names} if names else {})


def project(item: Mapping[str, Any], paths: tuple[Path, ...] | None) -> dict[str, Any]:
    """The parts of the item; all of it without paths."""
    return dict(item) if paths is None else select(item, paths)


@lru_cache(CACHE_SIZE)
def parse_projection(text: str, names: Names) -> tuple[Path, ...]:
    """The paths of a projection expression.

    Raises:
        AttributeValueError: it is not valid.
    """
    paths = tuple(tuple(_steps(part, dict(names))) for part in text.split(","))
    for one, other in combinations(paths, 2):
        length = min(len(one), len(other))
        if one[:length] == other[:length]:
            raise _invalid(
                "Two document paths overlap with each other; must remove or rewrite one of these "
                f"paths; path one: {_shown(one)}, path two: {_shown(other)}"
            )
    return paths


def _steps(text: str, names: Mapping[str, str]) -> Iterator[str | int]:
    """The steps of one path."""
    position, is_first = 0, True
    while is_first or position < len(text):
        if not is_first and text[position] == ".":
            position += 1
            is_name = True
        else:
            is_name = is_first
        found = STEP.match(text, position)
        if found is None or (found["name"] is not None) is not is_name:
            raise _syntax_error(text, position)
        position, is_first = found.end(), False
        yield int(found["index"]) if found["index"] else _name(found["name"], names)


def _name(text: str, names: Mapping[str, str]) -> str:
    if text.startswith("#"):
        if text not in names:
            raise _invalid(
                "An expression attribute name used in the document path is not defined; attribute "
                f"name: {text}"
            )
        return names[text]
    if text.upper() in ReservedKeywords.get_reserved_keywords():
        raise _invalid(f"Attribute name is a reserved keyword; reserved keyword: {text}")
    return text


def _shown(path: Path) -> str:
    return f"[{', '.join(f'[{s}]' if isinstance(s, int) else s for s in path)}]"


def _syntax_error(text: str, position: int) -> AttributeValueError:
    token = text[position : position + 1].strip() or "<EOF>"
    return _invalid(f'Syntax error; token: "{token}", near: "{text.strip()}"')


def _invalid(problem: str) -> AttributeValueError:
    return AttributeValueError(f"Invalid {PROJECTION}: {problem}")
