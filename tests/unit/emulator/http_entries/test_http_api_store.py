"""The resources of HTTP APIs that are deployed: whose they are, and who reads them."""

from typing import Any

from wavetank.emulator.http_entries.http_api_store import HttpApiStore, ResourceKey

FUNCTION = "arn:aws:lambda:eu-west-1:000000000000:function:take"


def key(kind: str, id_: str, account: str = "000000000000", region: str = "eu-west-1") -> Any:
    """The key of a resource."""
    return ResourceKey(account, region, kind, id_)


def test_an_api_consists_of_resources_of_its_account_and_region() -> None:
    """A route that another account or region creates for its id has no effect."""
    store = HttpApiStore()
    store.put(key("Api", "a"), {"Name": "shop"})
    integration = {"ApiId": "a", "IntegrationType": "AWS_PROXY", "IntegrationUri": FUNCTION}
    route = {"ApiId": "a", "RouteKey": "GET /own", "Target": "integrations/i"}
    store.put(key("Integration", "i"), integration)
    store.put(key("Route", "r"), route)
    foreign = route | {"RouteKey": "GET /foreign"}
    store.put(key("Route", "r", account="123456789012"), foreign)
    store.put(key("Route", "r", region="us-east-1"), foreign)
    store.put(key("Api", "b", account="123456789012", region="us-east-1"), {"Name": "other"})
    found = store.find("a")
    assert found is not None
    assert (found.account, found.region) == ("000000000000", "eu-west-1")
    assert [each.key for each in found.routes] == ["GET /own"]
    assert [(each.id, each.account, each.region) for each in store.apis()] == [
        ("a", "000000000000", "eu-west-1"),
        ("b", "123456789012", "us-east-1"),
    ]


def test_apis_are_read_while_resources_change() -> None:
    """By another thread, at any moment: here between two resources."""
    store = HttpApiStore()

    class ChangesTheStore(dict[str, Any]):
        def get(self, name: Any, default: Any = None) -> Any:
            store.put(key("Api", "new"), {})
            store.remove(key("Api", "b"))
            return super().get(name, default)

    store.put(key("Api", "a"), {"Name": "a", "Body": ChangesTheStore(info={"title": "a"})})
    store.put(key("Api", "b"), {"Name": "b"})
    assert [each.id for each in store.apis()] == ["a", "b"]
    assert [each.id for each in store.apis()] == ["a", "new"]
