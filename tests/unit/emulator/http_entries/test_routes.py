"""Routes of APIs: parameters of paths, and which of several routes a request has."""

from dataclasses import dataclass

import pytest

from wavetank.emulator.http_entries.routes import match_route


@dataclass(frozen=True)
class Route:
    """A method and a path."""

    method: str
    path: str


ROUTES = [
    Route("ANY", "/{proxy+}"),
    Route("GET", "/orders"),
    Route("ANY", "/orders"),
    Route("GET", "/orders/{id}"),
    Route("GET", "/orders/new"),
    Route("GET", "/orders/{id}/lines/{line}"),
    Route("POST", "/"),
]


@pytest.mark.parametrize(
    ("method", "path", "route", "parameters"),
    [
        ("GET", "/orders", Route("GET", "/orders"), {}),
        ("GET", "/orders/", Route("GET", "/orders"), {}),
        ("PUT", "/orders", Route("ANY", "/orders"), {}),
        ("GET", "/orders/new", Route("GET", "/orders/new"), {}),
        ("GET", "/orders/a%20b", Route("GET", "/orders/{id}"), {"id": "a b"}),
        ("GET", "/orders/1/lines/2", ROUTES[5], {"id": "1", "line": "2"}),
        ("PUT", "/orders/1", Route("ANY", "/{proxy+}"), {"proxy": "orders/1"}),
        ("GET", "/x/y/z", Route("ANY", "/{proxy+}"), {"proxy": "x/y/z"}),
        ("POST", "/", Route("POST", "/"), {}),
    ],
)
def test_the_most_specific_route_is_chosen(
    method: str, path: str, route: Route, parameters: dict[str, str]
) -> None:
    """A static part before a parameter, and a method before ANY."""
    matched = match_route(ROUTES, method, path)
    assert matched is not None
    assert (matched.route, matched.parameters) == (route, parameters)


@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("POST", "/orders/1")])
def test_others_have_no_route(method: str, path: str) -> None:
    """The rest of a path is not empty, and a method must be there."""
    assert match_route(ROUTES[1:] if method == "POST" else ROUTES, method, path) is None
