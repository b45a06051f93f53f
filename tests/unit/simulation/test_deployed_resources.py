"""What a test or a workload names: by id, by logical id, and by a name if only one has it."""

from types import SimpleNamespace
from typing import Any

import pytest

from wavetank.core.errors import UsageError
from wavetank.inspection.stack_resources import StackResource
from wavetank.simulation.deployed_resources import Candidate, DeployedResources
from wavetank.simulation.entries.deployed_entries import function_urls


def resource(logical_id: str, physical_id: str, kind: str = "AWS::ApiGatewayV2::Api") -> Any:
    """A resource of a template."""
    return StackResource(
        stack="s",
        logical_id=logical_id,
        physical_id=physical_id,
        kind=kind,
        status="CREATE_COMPLETE",
        reason="",
    )


RESOURCES = DeployedResources(
    lambda: [
        resource("Old", "a1"),
        resource("New", "a2"),
        resource("Orders", "https://sqs/0/orders-x1", "AWS::SQS::Queue"),
        resource("Twin", "a1"),
        resource("Twin", "a2"),
    ]
)
APIS = [Candidate(id=id_, name="shop", found=id_.upper()) for id_ in ("a1", "a2")]


@pytest.mark.parametrize(("name", "found"), [("a2", "A2"), ("Old", "A1"), ("New", "A2")])
def test_two_apis_of_one_name_are_told_apart(name: str, found: str) -> None:
    """By their ids and logical ids, which are also what a history says."""
    assert RESOURCES.find(name, APIS, "an API").found == found


@pytest.mark.parametrize("name", ["shop", "Twin"])
def test_an_ambiguous_name_is_refused(name: str) -> None:
    """With the ids to choose from."""
    with pytest.raises(UsageError, match=f"2 that are named {name}; .* its id: a1, a2"):
        RESOURCES.find(name, APIS, "an API")


def test_a_single_name_is_enough() -> None:
    """Of what no template has, too; a URL or an ARN is found by its last part."""
    assert RESOURCES.find("shop", APIS[:1], "an API").found == "A1"
    queue = Candidate(id="orders-x1", name="orders-x1", found="url")
    assert RESOURCES.find("Orders", [queue], "a queue") == queue
    assert RESOURCES.label(queue) == "Orders"
    assert RESOURCES.label(Candidate(id="x", name="own", found="")) == "own"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Orders", "Orders, which is AWS::SQS::Queue; choose another; there are: New, Old"),
        ("Nwe", "one of New, Old; found 'Nwe'; did you mean New"),
    ],
)
def test_what_is_not_found_is_refused_with_what_there_is(name: str, message: str) -> None:
    """A resource of another type by its type."""
    with pytest.raises(UsageError, match=message):
        RESOURCES.find(name, APIS, "an API")
    with pytest.raises(UsageError, match="none is deployed"):
        RESOURCES.find("x", [], "an API")


def aws_with_urls(*qualifiers: str) -> Any:
    """Clients of an account whose only function has these URLs."""
    arn = "arn:aws:lambda:eu-west-1:0:function:take"
    urls = [
        {
            "FunctionArn": f"{arn}{qualifier}",
            "FunctionUrl": f"https://url{number}.lambda-url.eu-west-1.on.aws/",
            "AuthType": "NONE",
        }
        for number, qualifier in enumerate(qualifiers)
    ]
    pages = [{"Functions": [{"FunctionName": "take"}]}]
    return SimpleNamespace(
        awslambda=SimpleNamespace(
            get_paginator=lambda _: SimpleNamespace(paginate=lambda: pages),
            list_function_url_configs=lambda **_: {"FunctionUrlConfigs": urls},
        )
    )


def test_urls_of_aliases_have_names_of_their_own() -> None:
    """The function's own name is its unqualified URL, or else its only one."""
    both = function_urls(aws_with_urls(":live", ":$LATEST"))
    find = RESOURCES.find
    assert find("take", both, "a URL").id == "url1"
    assert find("take:live", both, "a URL").id == "url0"
    (only,) = function_urls(aws_with_urls(":live"))
    assert find("take", [only], "a URL") == only
