"""Lambda authorizers: who is identified by what, and what a function decides."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from wavetank.core.errors import UsageError
from wavetank.core.http_call import HttpAnswer, http_call
from wavetank.emulator.http_entries.authorizers import (
    HTTP_ANSWERS,
    REST_ANSWERS,
    AuthorizerAnswers,
    FunctionResult,
    LambdaAuthorizer,
    as_texts,
    authorizer_call,
    request_event,
    token_event,
)
from wavetank.emulator.http_entries.payload import RequestContext

STAGE = "arn:aws:execute-api:eu-west-1:000000000000:a1/live"
ARN = f"{STAGE}/GET/orders/7"
CONTEXT = RequestContext.of_stage(
    STAGE, request="r", at=datetime(2030, 1, 1, tzinfo=UTC), stage_variables={"color": "blue"}
)


def authorizer(*identity: str, **more: Any) -> LambdaAuthorizer:
    """An authorizer with these identity sources."""
    return LambdaAuthorizer(id="i1", function="arn:guard", identity=identity, **more)


HEADER = "method.request.header.Authorization"


@pytest.mark.parametrize(
    ("of", "headers", "found"),
    [
        (authorizer(HEADER, is_token=True), {"authorization": "t"}, ("t",)),
        (authorizer(HEADER, is_token=True), {}, None),
        (authorizer(HEADER, is_token=True, pattern="t[0-9]"), {"Authorization": "t1"}, ("t1",)),
        (authorizer(HEADER, is_token=True, pattern="t[0-9]"), {"Authorization": "t1x"}, None),
        (authorizer(HEADER), {}, None),
        (authorizer(HEADER, needs_identity=False), {}, ("",)),
        (authorizer("$request.querystring.key", "$context.stage"), {}, ("k", "live")),
        (authorizer("stageVariables.color"), {}, ("blue",)),
    ],
)
def test_sources_identify_the_sender(
    of: LambdaAuthorizer, headers: dict[str, str], found: tuple[str, ...] | None
) -> None:
    """All must be there, unless the authorizer needs none."""
    assert of.identity_of(http_call("GET", "/a?key=k", headers, None), CONTEXT) == found


def test_other_sources_are_refused_by_name() -> None:
    """Instead of an empty identity, which an authorizer might let pass."""
    with pytest.raises(UsageError, match="cookie"):
        authorizer("method.request.cookie.a").identity_of(http_call("GET", "/", {}, None), CONTEXT)


def policy(effect: str, resource: str = f"{STAGE}/GET/*", **more: Any) -> dict[str, Any]:
    """A decision by a policy."""
    statement = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": resource}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return {"principalId": "user", "policyDocument": document, **more}


def decided(value: Any, answers: AuthorizerAnswers = REST_ANSWERS, **more: Any) -> Any:
    """What the decision is for a request."""
    event = token_event("t", ARN)
    asked = authorizer_call(authorizer(**more), event, ARN, ("t",), answers, as_texts)
    return asked.decide(FunctionResult(json.dumps(value).encode()))


def test_a_result_is_reused_in_its_stage() -> None:
    """For another method and path of it, and not for another stage of the API."""
    of, stages = authorizer(HEADER, ttl=timedelta(minutes=5)), (STAGE, STAGE, f"{STAGE}-2")
    first, same, other = (
        authorizer_call(of, {}, f"{stage}/GET/{path}", ("t",), REST_ANSWERS, as_texts)
        for path, stage in enumerate(stages)
    )
    assert first.key == same.key != other.key
    assert first.source == other.source


def test_a_policy_lets_a_request_pass() -> None:
    """With the principal and the context, as text."""
    found = decided(policy("Allow", context={"plan": "gold", "size": 3, "is": True}))
    assert found == {"principalId": "user", "plan": "gold", "size": "3", "is": "true"}


@pytest.mark.parametrize(
    ("value", "status", "text"),
    [
        (policy("Deny"), 403, "with an explicit deny"),
        (policy("Allow", f"{STAGE}/POST/*"), 403, "User is not authorized to access this resource"),
        ({"principalId": "user"}, 500, ""),
        (policy("Allow", context={"list": []}), 500, ""),
        (policy("Perhaps"), 500, ""),
        ("text", 500, ""),
    ],
)
def test_others_are_refused(value: Any, status: int, text: str) -> None:
    """By the policy, or because there is none."""
    found = decided(value)
    assert isinstance(found, HttpAnswer)
    assert found.status == status
    assert text in found.text


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ({"isAuthorized": True, "context": {"a": [1]}}, None),
        ({"isAuthorized": False}, 403),
        ({}, 500),
    ],
)
def test_an_http_api_takes_simple_responses(value: Any, status: int | None) -> None:
    """With a context of any values."""
    asked = authorizer_call(
        authorizer(has_simple_responses=True), {}, ARN, (), HTTP_ANSWERS, lambda found: found
    )
    found = asked.decide(FunctionResult(json.dumps(value).encode()))
    assert (found.status if isinstance(found, HttpAnswer) else None) == status
    assert status or found == {"a": [1]}


@pytest.mark.parametrize(
    ("answers", "message", "status"),
    [
        (REST_ANSWERS, "Unauthorized", 401),
        (REST_ANSWERS, "other", 500),
        (HTTP_ANSWERS, "Unauthorized", 500),
    ],
)
def test_a_function_that_fails_refuses(
    answers: AuthorizerAnswers, message: str, status: int
) -> None:
    """A REST API asks for credentials if the error says so."""
    asked = authorizer_call(authorizer(), {}, ARN, ("t",), answers, as_texts)
    error = json.dumps({"errorMessage": message}).encode()
    found = asked.decide(FunctionResult(error, is_error=True))
    assert isinstance(found, HttpAnswer)
    assert found.status == status
    assert asked.source == f"{STAGE[:-5]}/authorizers/i1"


def test_an_authorizer_gets_the_request_without_its_body() -> None:
    """In its own format."""
    one = request_event({"path": "/a", "body": "x", "isBase64Encoded": False}, ARN)
    assert one == {"type": "REQUEST", "methodArn": ARN, "path": "/a"}
    two = request_event({"version": "2.0", "body": "x"}, ARN, identitySource=["t"])
    assert two == {"type": "REQUEST", "routeArn": ARN, "version": "2.0", "identitySource": ["t"]}
