"""Lists the routes, read from the routers themselves."""

import inspect
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import chain
from typing import Any

from localstack.aws import handlers
from localstack.http import Request, Response, route
from localstack.services.edge import ROUTER

from wavetank.console.responses import as_json
from wavetank.emulator.http_guard.routing import READING

ROOT = "/_wavetank"
PAGES = f"{ROOT}/pages"
"""The prefix of web pages; all other routes below ROOT are for programs."""


@dataclass(frozen=True, order=True)
class ListedRoute:
    """A route of Wavetank's console: path, HTTP method, and what it does."""

    path: str
    method: str
    description: str

    @property
    def changes(self) -> bool:
        """Whether it may change something."""
        return self.method not in READING

    @property
    def is_page(self) -> bool:
        """Whether it is a web page."""
        return self.path in {ROOT, f"{ROOT}/"} or self.path.startswith(PAGES)


def listed_routes() -> list[ListedRoute]:
    """All routes below ROOT, by path and method."""
    return sorted(set(_listed()))


@dataclass(frozen=True, order=True)
class LocalStackRoute:
    """A route of LocalStack: path, host and HTTP method, with arguments in angle brackets."""

    path: str
    method: str
    host: str


def localstack_routes() -> list[LocalStackRoute]:
    """All routes of LocalStack that are no AWS API, by path and host."""
    internal: Any = handlers.serve_localstack_resources
    rules = chain(ROUTER.url_map.iter_rules(), internal.resources.url_map.iter_rules())
    found = {
        LocalStackRoute(rule.rule, method, str(rule.host or ""))
        for rule in rules
        if not _is_ours(rule.rule)
        for method in (rule.methods or {"GET", "POST"})
    }
    return sorted(found)


class RouteList:
    """Serves the list of all routes of a sandbox."""

    @route(f"{ROOT}/routes", methods=["GET"])
    def on_get(self, _: Request, **__: object) -> Response:
        """Lists all routes below /_wavetank/ with descriptions, and those of LocalStack."""
        ours, theirs = listed_routes(), localstack_routes()
        return as_json({"routes": list(map(asdict, ours)), "localstack": list(map(asdict, theirs))})


def _listed() -> Iterator[ListedRoute]:
    for rule in ROUTER.url_map.iter_rules():
        if _is_ours(rule.rule):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield ListedRoute(rule.rule, method, _does(rule.endpoint))


def _is_ours(path: str) -> bool:
    return path == ROOT or path.startswith(f"{ROOT}/")


def _does(endpoint: Any) -> str:
    """The first sentence of the endpoint's docstring."""
    return (inspect.getdoc(endpoint) or "").partition("\n")[0]
