"""The list of the routes, read from the routers: what is there is listed, and nothing else."""

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
"""The pages of people; all else below ROOT answers programs."""


@dataclass(frozen=True, order=True)
class ListedRoute:
    """A path with its arguments in angle brackets, a method, and what it does."""

    path: str
    method: str
    does: str

    @property
    def changes(self) -> bool:
        """Whether it may change something."""
        return self.method not in READING

    @property
    def is_page(self) -> bool:
        """Whether it is for people."""
        return self.path in {ROOT, f"{ROOT}/"} or self.path.startswith(PAGES)


def listed_routes() -> list[ListedRoute]:
    """All that the router has below ROOT, by path and method."""
    return sorted(set(_listed()))


@dataclass(frozen=True, order=True)
class LocalStackRoute:
    """A path and a host, with arguments in angle brackets, and a method."""

    path: str
    method: str
    host: str


def localstack_routes() -> list[LocalStackRoute]:
    """All that LocalStack routes and that is no AWS API, by path and host."""
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
    """The route of the list."""

    @route(f"{ROOT}/routes", methods=["GET"])
    def on_get(self, _: Request, **__: object) -> Response:
        """Lists all routes below /_wavetank/ with what each does, and those of LocalStack."""
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
    """The first sentence of its docstring."""
    return (inspect.getdoc(endpoint) or "").partition("\n")[0]
