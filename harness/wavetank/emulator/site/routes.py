"""The list of our routes, read from the router: what is there is listed, and nothing else."""

import inspect
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from localstack.http import Request, Response, route
from localstack.services.edge import ROUTER

from wavetank.emulator.http_guard.routing import READING
from wavetank.emulator.site.answers import as_json

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


class RouteList:
    """The route of the list."""

    @route(f"{ROOT}/routes", methods=["GET"])
    def on_get(self, _: Request, **__: object) -> Response:
        """Lists all routes below /_wavetank/ with what each does."""
        return as_json({"routes": [asdict(entry) for entry in listed_routes()]})


def _listed() -> Iterator[ListedRoute]:
    for rule in ROUTER.url_map.iter_rules():
        if rule.rule == ROOT or rule.rule.startswith(f"{ROOT}/"):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield ListedRoute(rule.rule, method, _does(rule.endpoint))


def _does(endpoint: Any) -> str:
    """The first sentence of its docstring."""
    return (inspect.getdoc(endpoint) or "").partition("\n")[0]
