"""The resources of HTTP APIs that are deployed, for the whole process.

CloudFormation's threads change them, while the threads of a server read them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from wavetank.emulator.http_entries.http_api import HttpApi, HttpApiResources


@dataclass(frozen=True)
class ResourceKey:
    """The account, region, kind and id of a resource; the id of a stage includes its API's."""

    account: str
    region: str
    kind: str
    id: str


class HttpApiStore:
    """The properties of resources, as a template gives them."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._resources: dict[ResourceKey, Mapping[str, Any]] = {}

    def put(self, key: ResourceKey, properties: Mapping[str, Any]) -> None:
        """Store the properties, or replace them."""
        with self._lock:
            self._resources[key] = dict(properties)

    def remove(self, key: ResourceKey) -> None:
        """Remove the resource, if it is there."""
        with self._lock:
            self._resources.pop(key, None)

    def apis(self) -> list[HttpApi]:
        """The APIs of all accounts and regions, as they are at this moment."""
        with self._lock:
            resources = dict(self._resources)
        scopes = {(key.account, key.region) for key in resources}
        return [api for scope in sorted(scopes) for api in _definitions(resources, *scope)]

    def find(self, api_id: str) -> HttpApi | None:
        """The API of that id, which no two accounts or regions share; None if there is none."""
        return next((api for api in self.apis() if api.id == api_id), None)


HTTP_APIS = HttpApiStore()
"""The only instance, for CloudFormation, the server, its guard, and the simulation."""


def _definitions(
    resources: Mapping[ResourceKey, Mapping[str, Any]], account: str, region: str
) -> Iterator[HttpApi]:
    def of(kind: str) -> dict[str, Mapping[str, Any]]:
        wanted = (account, region, kind)
        return {
            key.id: properties
            for key, properties in resources.items()
            if (key.account, key.region, key.kind) == wanted
        }

    return HttpApiResources(
        account=account,
        region=region,
        apis=of("Api"),
        stages=of("Stage"),
        routes=of("Route"),
        integrations=of("Integration"),
    ).definitions()
