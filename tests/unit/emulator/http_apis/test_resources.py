"""CloudFormation's resources of HTTP APIs, created, updated and deleted without a server."""

from types import SimpleNamespace
from typing import Any

from wavetank.emulator.http_apis.resources import HttpApiResource, HttpStageResource
from wavetank.emulator.http_entries.http_api_store import HTTP_APIS


def request(state: dict[str, Any], previous: dict[str, Any] | None = None) -> Any:
    """CloudFormation's request in some account and region."""
    return SimpleNamespace(
        account_id="123456789012",
        region_name="eu-west-3",
        desired_state=state,
        previous_state=previous,
    )


def test_an_api_belongs_to_the_account_and_region_of_its_stack() -> None:
    """From its creation, over an update, to its deletion."""
    api, stage = HttpApiResource(), HttpStageResource()
    model: Any = api.create(request({"Name": "shop"})).resource_model
    id_ = model["ApiId"]
    assert model["ApiEndpoint"] == f"https://{id_}.execute-api.eu-west-3.amazonaws.com"
    stages = request({"ApiId": id_, "StageName": "live"})
    stage.create(stages)
    updated: Any = api.update(request({"Name": "market"}, model)).resource_model
    assert updated["ApiId"] == id_
    found = HTTP_APIS.find(id_)
    assert found is not None
    assert (found.account, found.region, found.name) == ("123456789012", "eu-west-3", "market")
    assert found.stages.keys() == {"live"}
    stage.delete(stages)
    api.delete(request(model))
    assert HTTP_APIS.find(id_) is None
