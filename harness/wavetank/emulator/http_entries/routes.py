"""Paths with parameters: `/orders/{id}`, and `/{proxy+}` for the rest of a path.

A static part of a path precedes a parameter, and that precedes the rest; a method precedes ANY.
[API Gateway developer guide: http-api-develop-routes, api-gateway-set-up-simple-proxy]
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import unquote

ANY = "ANY"
STAGE_VARIABLE = re.compile(r"\$\{stageVariables\.(\w+)\}")
STATIC, PARAMETER, REST = range(3)
"""The rank of a part of a path; lower ones are preferred."""


class HasRoute(Protocol):
    """A method, or ANY, and a path."""

    @property
    def method(self) -> str:
        """The method in upper case, or ANY."""
        ...

    @property
    def path(self) -> str:
        """The path with its parameters, such as `/orders/{id}`."""
        ...


@dataclass(frozen=True)
class MatchedRoute[Route: HasRoute]:
    """The route of a request, and the values of its path's parameters."""

    route: Route
    parameters: Mapping[str, str]


def match_route[Route: HasRoute](
    routes: Iterable[Route], method: str, path: str, *, slash_at_end_counts: bool = False
) -> MatchedRoute[Route] | None:
    """The most specific route of the request; None if it has none.

    REST APIs ignore a slash at the end of a path; to HTTP APIs it is another path.
    """
    actual = _parts(path, keep_end=slash_at_end_counts)
    found: list[tuple[tuple[tuple[int, ...], bool], MatchedRoute[Route]]] = []
    for route in routes:
        parameters = _parameters(_parts(route.path), actual)
        if parameters is not None and route.method in {method, ANY}:
            rank = (_ranks(route.path), route.method == ANY)
            found.append((rank, MatchedRoute(route, parameters)))
    return min(found, key=lambda each: each[0])[1] if found else None


def _parameters(expected: list[str], actual: list[str]) -> dict[str, str] | None:
    """The values of the parameters, decoded; None if the path is another."""
    values: dict[str, str] = {}
    for number, part in enumerate(expected):
        if _rank(part) == REST:
            rest = "/".join(actual[number:])
            values[part[1:-2]] = unquote(rest)
            return values if rest else None
        if number >= len(actual):
            return None
        if _rank(part) == PARAMETER and actual[number]:
            values[part[1:-1]] = unquote(actual[number])
        elif part != actual[number]:
            return None
    return values if len(expected) == len(actual) else None


def _ranks(template: str) -> tuple[int, ...]:
    return tuple(map(_rank, _parts(template)))


def _rank(part: str) -> int:
    if not (part.startswith("{") and part.endswith("}")):
        return STATIC
    return REST if part.endswith("+}") else PARAMETER


def _parts(path: str, *, keep_end: bool = False) -> list[str]:
    """The parts between slashes; with `keep_end` an empty one after a slash at the end."""
    inside = path.lstrip("/") if keep_end else path.strip("/")
    return inside.split("/") if inside else []


def with_stage_variables(text: str, variables: Mapping[str, str]) -> str:
    """The text with the values of `${stageVariables.NAME}`, empty without such a variable."""
    return STAGE_VARIABLE.sub(lambda found: variables.get(found[1], ""), text)
