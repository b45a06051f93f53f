"""What a stage of a REST API does with requests of real clients."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from wavetank.core.errors import UsageError
from wavetank.core.http_call import HttpAnswer, HttpCall, http_call
from wavetank.emulator.http_entries.entry import FunctionCall
from wavetank.emulator.http_entries.request_checks import ApiKeys, ApiPolicy, RequestValidator
from wavetank.simulation.entries.rest_api import RestApi, RestMethod

FUNCTION = "arn:aws:lambda:eu-west-1:000000000000:function:take"
AT = datetime(2030, 1, 1, tzinfo=UTC)
PICTURE = base64.b64encode(b"\x89PNG").decode()


def api(*binary_types: str, authorization: str = "NONE", needs_api_key: bool = False) -> RestApi:
    """A stage whose only method invokes the function."""
    uri = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/"
    method = RestMethod(
        method="ANY",
        path="/a",
        resource_id="r",
        authorization=authorization,
        needs_api_key=needs_api_key,
        integration={"type": "AWS_PROXY", "uri": f"{uri}{FUNCTION}/invocations"},
    )
    return RestApi(
        id="a1",
        arn="arn:aws:execute-api:eu-west-1:000000000000:a1/live",
        stage="live",
        methods=(method,),
        binary_types=binary_types,
    )


def routed(of: RestApi, call: HttpCall) -> FunctionCall:
    """The function that the request invokes."""
    found = of.route(call, "r1", AT)
    assert isinstance(found, FunctionCall)
    return found


def answered(of: RestApi, accept: str, value: dict[str, Any]) -> HttpAnswer:
    """What a client that accepts such types is answered."""
    call = http_call("GET", "/a", {"Accept": accept} if accept else {}, None)
    return routed(of, call).answer(json.dumps(value).encode())


@pytest.mark.parametrize(
    ("types", "accept", "decoded"),
    [
        (("image/png",), "image/png", True),
        (("image/png",), "image/PNG;q=0.9, text/html", True),
        (("image/png",), "text/html, image/png", False),
        (("image/*",), "image/png", True),
        (("*/*",), "", True),
        ((), "image/png", False),
    ],
)
def test_the_first_type_that_a_client_accepts_decides(
    types: tuple[str, ...],
    accept: str,
    decoded: bool,  # noqa: FBT001 - a case
) -> None:
    """Whether it gets bytes, or the Base64 that the function returns."""
    found = answered(api(*types), accept, {"body": PICTURE, "isBase64Encoded": True})
    assert found.body == (b"\x89PNG" if decoded else PICTURE.encode())


def test_what_is_not_in_base64_is_an_error_of_the_api() -> None:
    """500 and not 502, as for other answers that cannot be read."""
    found = answered(api("*/*"), "", {"body": "%", "isBase64Encoded": True})
    assert (found.status, found.json()) == (500, {"message": "Internal server error"})


def test_a_body_of_a_binary_type_is_in_base64() -> None:
    """With parameters and in any case."""
    sent = http_call("POST", "/a", {"Content-Type": "Image/png; x=1"}, b"\x89PNG")
    event = routed(api("image/png"), sent).event
    assert (event["body"], event["isBase64Encoded"]) == (PICTURE, True)


def test_headers_of_the_connection_do_not_reach_the_function() -> None:
    """Others do, with their values in order."""
    sent = HttpCall(
        "POST",
        "/a/",
        headers=(("Connection", "close"), ("content-length", "1"), ("X-A", "1"), ("X-A", "2")),
        body=b"x",
    )
    headers = routed(api(), sent).event["multiValueHeaders"]
    assert headers["X-A"] == ["1", "2"]
    assert not {"connection", "content-length"} & {name.lower() for name in headers}


@pytest.mark.parametrize("size", [6 * 1024 * 1024, 10 * 1024 * 1024 + 1])
def test_large_requests_are_refused(size: int) -> None:
    """By the function's limit, to which the rest of the event counts, and by that of the API."""
    found = api().route(http_call("POST", "/a", {}, b"x" * size), "r1", AT)
    assert isinstance(found, HttpAnswer)
    assert found.status == 413
    assert routed(api(), http_call("POST", "/a", {}, b"x" * (size // 2)))


def test_what_would_decide_over_requests_is_refused() -> None:
    """By name: here every request would pass."""
    with pytest.raises(UsageError, match="the authorization AWS_IAM of ANY /a"):
        routed(api(authorization="AWS_IAM"), http_call("GET", "/a", {}, None))


@pytest.mark.parametrize(("key", "status"), [("", 403), ("other", 403), ("secret", None)])
def test_a_key_of_a_usage_plan_is_required(key: str, status: int | None) -> None:
    """Without one of the stage's plans the function is not invoked; its event has the key's id."""
    headers = {"X-Api-Key": key} if key else {}
    guarded = replace(api(needs_api_key=True), keys=ApiKeys(ids={"secret": "k1"}))
    found = guarded.route(http_call("GET", "/a", headers, None), "r1", AT)
    if isinstance(found, HttpAnswer):
        assert (found.status, found.json()) == (status, {"message": "Forbidden"})
    else:
        assert status is None
        assert found.event["requestContext"]["identity"]["apiKeyId"] == "k1"


BEFORE = {"DateLessThan": {"aws:CurrentTime": "2030-01-02T00:00:00Z"}}
ANYONE = {"Principal": "*", "Action": "execute-api:Invoke"}
POLICY = {
    "Statement": [
        {**ANYONE, "Effect": "Allow", "Resource": "execute-api:/live/GET/*", "Condition": BEFORE},
        {**ANYONE, "Effect": "Deny", "Resource": "execute-api:/live/DELETE/*"},
    ]
}


@pytest.mark.parametrize(
    ("method", "day", "refused"),
    [
        ("GET", 1, None),
        ("GET", 2, "live/GET/a"),
        ("POST", 1, "live/POST/a"),
        ("DELETE", 1, "live/DELETE/a with an explicit deny"),
    ],
)
def test_the_policy_of_an_api_decides_in_virtual_time(
    method: str, day: int, refused: str | None
) -> None:
    """By method, path and date; the account in the answer is hidden, as AWS does."""
    policy = ApiPolicy.of(json.dumps(POLICY), "arn:aws:execute-api:eu-west-1:000000000000:a1")
    found = replace(api(), policy=policy).route(
        http_call(method, "/a", {}, None), "r1", AT.replace(day=day)
    )
    if refused is None:
        assert isinstance(found, FunctionCall)
    else:
        assert isinstance(found, HttpAnswer)
        assert found.status == 403
        assert found.json()["Message"] == (
            "User: anonymous is not authorized to perform: execute-api:Invoke on resource: "
            f"arn:aws:execute-api:eu-west-1:********0000:a1/{refused}"
        )


VALIDATOR = RequestValidator(
    parameters=("method.request.querystring.q", "method.request.header.X-A"),
    schema={"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}},
)


@pytest.mark.parametrize(
    ("url", "headers", "body", "message"),
    [
        ("/a?q=1", {"x-a": "1"}, '{"n": 1}', None),
        ("/a?q=1", {"x-a": "1", "Content-Type": "text/plain"}, "n", None),
        ("/a?q=1", {"x-a": "1"}, '{"n": "1"}', "Invalid request body"),
        ("/a?q=1", {"x-a": "1"}, "{", "Invalid request body"),
        ("/a?q=1", {"x-a": "1"}, None, "Invalid request body"),
        ("/a", {}, '{"n": 1}', "Missing required request parameters: [X-A, q]"),
    ],
)
def test_a_validator_answers_what_is_not_valid(
    url: str, headers: dict[str, str], body: str | None, message: str | None
) -> None:
    """By required parameters, and by the model of a body in JSON."""
    method = replace(api().methods[0], validator=VALIDATOR)
    found = replace(api(), methods=(method,)).route(http_call("PUT", url, headers, body), "r1", AT)
    if message is None:
        assert isinstance(found, FunctionCall)
    else:
        assert isinstance(found, HttpAnswer)
        assert (found.status, found.json()) == (400, {"message": message})


def mapped(**integration: Any) -> RestApi:
    """A stage whose only method has mapping templates."""
    method = api().methods[0]
    whole = {**method.integration, "type": "AWS", **integration}
    return replace(api(), methods=(replace(method, integration=whole),))


QUEUE = "arn:aws:apigateway:eu-west-1:sqs:path/q"
OK = {"statusCode": "200", "responseTemplates": {"application/json": '{"got": $input.json("$.n")}'}}
FAILED = {"statusCode": "400", "selectionPattern": ".*broken.*"}


def test_mapping_templates_make_the_event_and_the_answer() -> None:
    """With parts of the request; a function's error chooses the response by its message."""
    template = '{"id": "$input.params(\'id\')", "n": $input.path("$.n"), "at": "$context.stage"}'
    of = mapped(
        requestTemplates={"application/json": template},
        integrationResponses={"200": OK, "400": FAILED},
    )
    call = routed(of, http_call("POST", "/a?id=7", {}, '{"n": 3}'))
    assert call.event == {"id": "7", "n": 3, "at": "live"}
    assert call.answer(b'{"n": [1, 2]}').json() == {"got": [1, 2]}
    assert call.failed is not None
    broken = call.failed(b'{"errorMessage": "it is broken"}')
    assert (broken.status, broken.json()) == (400, {"errorMessage": "it is broken"})


def test_a_response_template_overrides_the_status() -> None:
    """And headers, as the mapping's own language does."""
    override = "#set($context.responseOverride."
    template = f'{override}status = 418){override}header.x-a = "b")x'
    response = {"statusCode": "200", "responseTemplates": {"text/plain": template}}
    found = routed(mapped(integrationResponses={"200": response}), http_call("GET", "/a", {}, None))
    answer = found.answer(b"{}")
    assert (answer.status, answer.text, answer.headers["x-a"]) == (418, "x", "b")


@pytest.mark.parametrize(
    ("behaviour", "templates", "status"),
    [
        ("WHEN_NO_MATCH", {"text/plain": "{}"}, None),
        ("WHEN_NO_TEMPLATES", {"text/plain": "{}"}, 415),
        ("WHEN_NO_TEMPLATES", {}, None),
        ("NEVER", {}, 415),
    ],
)
def test_a_body_without_a_template_is_passed_or_refused(
    behaviour: str, templates: dict[str, str], status: int | None
) -> None:
    """As the integration says."""
    of = mapped(
        passthroughBehavior=behaviour,
        requestTemplates=templates,
        integrationResponses={"200": {"statusCode": "200"}},
    )
    found = of.route(http_call("POST", "/a", {}, '{"n": 3}'), "r1", AT)
    if isinstance(found, HttpAnswer):
        assert found.status == status
    else:
        assert (status, found.event) == (None, {"n": 3})


@pytest.mark.parametrize(
    ("found", "integration"),
    [
        (
            "the integration of arn:aws:apigateway:eu-west-1:sqs:path/q",
            {"uri": "arn:aws:apigateway:eu-west-1:sqs:path/q"},
        ),
        (
            "the mapping of integration.request.header.X-Amz-Invocation-Type",
            {"requestParameters": {"integration.request.header.X-Amz-Invocation-Type": "'Event'"}},
        ),
        ("the integration HTTP of ANY /a", {"type": "HTTP"}),
    ],
)
def test_integrations_that_are_not_simulated_are_refused(
    found: str, integration: dict[str, Any]
) -> None:
    """By name, when they are called."""
    with pytest.raises(UsageError, match=found):
        routed(mapped(**integration), http_call("GET", "/a", {}, None))
