"""Paths with parameters: `/orders/{id}`, and `/{proxy+}` for the rest of a path.

A static part of a path precedes a parameter, and that precedes the rest; a method precedes ANY.
[API Gateway developer guide: http-api-develop-routes, api-gateway-set-up-simple-proxy]
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import unquote

ANY = "ANY"
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
    routes: Iterable[Route], method: str, path: str
) -> MatchedRoute[Route] | None:
    """The most specific route of the request; None if it has none."""
    found: list[tuple[tuple[tuple[int, ...], bool], MatchedRoute[Route]]] = []
    for route in routes:
        parameters = _parameters(route.path, path)
        if parameters is not None and route.method in {method, ANY}:
            rank = (_ranks(route.path), route.method == ANY)
            found.append((rank, MatchedRoute(route, parameters)))
    return min(found, key=lambda each: each[0])[1] if found else None


def _parameters(template: str, path: str) -> dict[str, str] | None:
    """The values of the parameters, decoded; None if the path is another."""
    expected, actual = _parts(template), _parts(path)
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


def _parts(path: str) -> list[str]:
    """The parts between slashes; a slash at the end is ignored."""
    return path.strip("/").split("/") if path.strip("/") else []
