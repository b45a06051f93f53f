"""Function URLs and REST APIs, called by a test and by a workload, in virtual time."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from urllib.parse import quote

import pytest

from tests.pipelines.counter import COUNTER
from tests.simulator.conftest import Deployed
from tests.simulator.stacks import deployed_beside, run_context, simulator_fixture
from wavetank.core.errors import UsageError
from wavetank.core.http_call import HttpAnswer
from wavetank.history import AttemptBegan, HttpAnswered, Trigger, WorkloadSent
from wavetank.inspection.stack_resources import every_resource
from wavetank.pytest_plugin.session_simulator import Deployed as PluginsDeployed
from wavetank.pytest_plugin.simulator_fixture import SimulatorFixture
from wavetank.simulation.runner import START
from wavetank.templates.http_resources import HTTP_CHECKS

API, URL = "ServerlessRestApi", "Count"


@pytest.fixture(scope="module")
def stack(deployed: Deployed) -> Iterator[PluginsDeployed]:
    """The simulator with the counter deployed; deleted afterwards."""
    with deployed_beside(deployed, COUNTER) as made:
        yield made


def fixture(stack: PluginsDeployed, folder: Path) -> SimulatorFixture:
    """What a test of that pipeline has."""
    return simulator_fixture(stack, run_context(folder))


@pytest.fixture
def counter(stack: PluginsDeployed, tmp_path: Path) -> SimulatorFixture:
    """That of one test."""
    return fixture(stack, tmp_path)


def answered(answer: Any) -> str:
    """A query with which the function answers that."""
    return f"?answer={quote(json.dumps(answer))}"


def event_of(answer: HttpAnswer) -> dict[str, Any]:
    """The event of the function, which returns it."""
    assert answer.status == 201, answer
    found: dict[str, Any] = answer.json()
    return found


def test_a_function_url_is_called(counter: SimulatorFixture) -> None:
    """With an event in format 2.0; the effect stays, and is seen by the next call."""
    answer = counter.http(
        "post",
        "/a%20b?x=1&x=2",
        headers={"Cookie": "k=v", "X-A": "b"},
        body=b"\xff",
        function_url=URL,
    )
    event = event_of(answer)
    assert answer.headers["x-shop"] == "yes"
    assert event["version"] == "2.0"
    assert event["rawPath"] == "/a%20b"
    assert event["queryStringParameters"] == {"x": "1,2"}
    assert event["headers"]["x-a"] == "b"
    assert event["cookies"] == ["k=v"]
    assert event["requestContext"]["http"]["method"] == "POST"
    assert event["requestContext"]["timeEpoch"] == START.timestamp() * 1000
    assert (event["isBase64Encoded"], event["body"]) == (True, "/w==")
    table = counter.name_of("Visits")
    found = counter.aws.dynamodb.get_item(TableName=table, Key={"id": {"S": "all"}})["Item"]
    assert found["visits"] == {"N": "1"}


def test_requests_continue_one_time_line(stack: PluginsDeployed, tmp_path: Path) -> None:
    """The ids of services and of handlers never repeat, and a seed gives the same ones again."""

    def instants_and_ids() -> tuple[list[datetime], list[str]]:
        folder = Path(mkdtemp(dir=tmp_path))
        counter = fixture(stack, folder)
        counter.durations(defaults="none")
        answers = [counter.http("POST", "/?sleep=2", function_url=URL) for _ in range(2)]
        counter.run(minutes=1)
        answers.append(counter.http("POST", "/", function_url=URL))
        with counter.stepped_by_clock() as clock:
            answers.append(counter.http("POST", "/", function_url=URL))
            clock.advance(minutes=2)
        answers.append(counter.http("POST", "/", function_url=URL))
        contexts = [event_of(each)["requestContext"] for each in answers]
        times = [datetime.fromtimestamp(each["timeEpoch"] / 1000, UTC) for each in contexts]
        return times, [each["requestId"] for each in contexts] + [
            each.headers["x-id"] for each in answers
        ]

    times, ids = instants_and_ids()
    seconds = [(each - START).total_seconds() for each in times]
    assert (seconds[:2], seconds[3:]) == ([0, 2], [0, 120])
    assert seconds[2] >= 60  # when the run has drained
    assert len(set(ids)) == len(ids)
    assert instants_and_ids() == (times, ids)


def test_a_rest_api_is_called(counter: SimulatorFixture) -> None:
    """With an event in format 1.0, by the most specific route."""
    event = event_of(counter.http("GET", "/orders/7%2F8?x=1&x=2", headers={"X-A": "b"}, api=API))
    assert event["resource"] == "/orders/{id}"
    assert event["pathParameters"] == {"id": "7/8"}
    assert event["queryStringParameters"] == {"x": "2"}
    assert event["multiValueQueryStringParameters"] == {"x": ["1", "2"]}
    assert event["headers"]["X-A"] == "b"
    assert event["requestContext"]["path"] == "/Prod/orders/7%2F8"
    assert (event["body"], event["isBase64Encoded"]) == (None, False)
    rest = event_of(counter.http("PUT", "/files/a/b", body="text", api=API, stage="Stage"))
    assert (rest["pathParameters"], rest["body"]) == ({"proxy": "a/b"}, "text")
    assert rest["requestContext"]["stage"] == "Stage"


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("/none", 403, "Missing Authentication Token"),
        ("/orders/1?fail=1", 502, "Internal server error"),
        (f"/orders/1{answered({'statusCode': 200, 'other': 1})}", 502, "Internal server error"),
        (f"/orders/1{answered('text')}", 502, "Internal server error"),
        ("/orders/1?sleep=30", 504, "Endpoint request timed out"),
    ],
)
def test_errors_of_a_rest_api_are_those_of_aws(
    counter: SimulatorFixture, path: str, status: int, message: str
) -> None:
    """Without the function's own error."""
    answer = counter.http("GET", path, api=API)
    assert (answer.status, answer.json()) == (status, {"message": message})


def test_answers_of_a_rest_api_have_their_headers(counter: SimulatorFixture) -> None:
    """Several of one name, cookies, and bytes for a client that accepts them."""
    picture = base64.b64encode(b"\x89PNG").decode()
    given = {
        "multiValueHeaders": {"X-A": ["1", "2"], "Set-Cookie": ["a=1", "b=2"]},
        "headers": {"Content-Type": "image/png"},
        "body": picture,
        "isBase64Encoded": True,
    }
    path = f"/orders/1{answered(given)}"
    answer = counter.http("GET", path, headers={"Accept": "image/png"}, api=API)
    assert (answer.status, answer.body) == (200, b"\x89PNG")
    assert (answer.headers["x-a"], answer.cookies) == ("1, 2", ("a=1", "b=2"))
    assert counter.http("GET", path, api=API).text == picture


def test_browsers_may_ask_first(counter: SimulatorFixture) -> None:
    """SAM's Cors is a mock integration, which invokes nothing."""
    answer = counter.http("OPTIONS", "/orders/1", api=API)
    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"


@pytest.mark.parametrize(
    ("query", "status", "body"),
    [
        (answered({"a": 1}), 200, '{"a":1}'),
        (answered("hello"), 200, "hello"),
        (answered({"statusCode": 204}), 204, ""),
        (answered({"statusCode": "none"}), 502, "Internal Server Error"),
        ("?fail=1", 502, "Internal Server Error"),
    ],
)
def test_answers_of_a_function_url(
    counter: SimulatorFixture, query: str, status: int, body: str
) -> None:
    """A value without a status code is the body; an error is an internal one."""
    answer = counter.http("GET", f"/{query}", function_url=URL)
    assert (answer.status, answer.text) == (status, body)


def test_resources_of_an_api_are_called(counter: SimulatorFixture, stack: PluginsDeployed) -> None:
    """Like those of a document; without a permission of the function the API has an error."""
    assert counter.http("GET", "/7", api="Classic").status == 500
    counter.aws.awslambda.add_permission(
        FunctionName=counter.name_of("Private"),
        StatementId="classic",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )
    event = event_of(counter.http("GET", "/7", api="Classic"))
    assert (event["resource"], event["pathParameters"]) == ("/{id}", {"id": "7"})
    assert (event["stageVariables"], event["requestContext"]["stage"]) == ({"color": "blue"}, "v1")
    assert counter.http("GET", "/slow", api="Classic").status == 504
    found = every_resource(stack.simulator.aws)
    assert HTTP_CHECKS.keys() <= {each.kind for each in found}


def test_a_rest_api_checks_the_key_and_the_body(
    counter: SimulatorFixture, stack: PluginsDeployed
) -> None:
    """The key of its usage plan first; only a body of the model reaches the function."""
    (key,) = stack.simulator.aws.apigateway.get_api_keys(includeValues=True)["items"]

    def status(body: str, **headers: str) -> int:
        return counter.http("POST", "/orders", headers=headers, body=body, api="Keyed").status

    assert status('{"n": 1}') == 403
    assert status('{"n": "1"}', **{"x-api-key": key["value"]}) == 400
    assert status('{"n": 1}', **{"x-api-key": key["value"]}) == 201


def test_an_http_api_is_called(counter: SimulatorFixture) -> None:
    """In both formats, with the stage in the path, and by the default route of an API."""
    event = event_of(counter.http("GET", "/orders/7?x=1", api="Shop"))
    assert (event["version"], event["routeKey"]) == ("2.0", "GET /orders/{id}")
    assert (event["rawPath"], event["pathParameters"]) == ("/live/orders/7", {"id": "7"})
    old = event_of(counter.http("POST", "/old", body="x", api="Shop"))
    assert (old["version"], old["resource"], old["body"]) == ("1.0", "/old", "eA==")
    plain = event_of(counter.http("PUT", "/any/path", api="Plain"))
    assert (plain["routeKey"], plain["rawPath"]) == ("$default", "/any/path")
    assert "pathParameters" not in plain


def test_errors_of_an_http_api_are_those_of_aws(counter: SimulatorFixture) -> None:
    """No route, an error of the function, and a timeout of the integration."""
    found = [
        counter.http("PUT", "/orders/7", api="Shop"),
        counter.http("GET", "/orders/7?fail=1", api="Shop"),
        counter.http("POST", "/old?sleep=6", api="Shop"),
    ]
    assert [(each.status, each.json()["message"]) for each in found] == [
        (404, "Not Found"),
        (500, "Internal Server Error"),
        (503, "Service Unavailable"),
    ]


@pytest.mark.parametrize(
    ("api", "token", "status"),
    [
        ("Guarded", "bad", 403),
        ("Guarded", "none", 401),
        ("Guarded", "", 401),
        ("Modest", "bad", 403),
        ("Modest", "none", 500),
    ],
)
def test_an_authorizer_refuses(
    counter: SimulatorFixture, api: str, token: str, status: int
) -> None:
    """By its decision, by its error, and without being asked if there is no token."""
    headers = {"Authorization": token} if token else {}
    assert counter.http("GET", "/me", headers=headers, api=api).status == status


@pytest.mark.parametrize(
    ("api", "seconds", "found"),
    [
        ("Guarded", 1, {"principalId": "user", "plan": "good"}),
        ("Modest", 2, {"lambda": {"plan": "good"}}),
    ],
)
def test_an_authorizer_lets_pass(
    counter: SimulatorFixture, api: str, seconds: int, found: dict[str, Any]
) -> None:
    """It takes its time, once where its decision is reused; the function sees its context."""
    counter.durations(defaults="none")
    with counter.stepped_by_clock() as clock:
        for _ in range(2):
            answer = counter.http("GET", "/me", headers={"Authorization": "good"}, api=api)
            assert event_of(answer)["requestContext"]["authorizer"] == found
        assert clock.now() == START + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("where", "status"), [({"api": "Shop"}, 204), ({"function_url": "Count"}, 200)]
)
def test_other_origins_are_allowed_as_configured(
    counter: SimulatorFixture, where: Any, status: int
) -> None:
    """A preflight request invokes nothing; the answers have the headers, too."""
    allowed, name = {"Origin": "https://shop.example"}, "access-control-allow-origin"
    asked = counter.http("OPTIONS", "/orders/7", headers=allowed, **where)
    assert (asked.status, asked.headers[name]) == (status, "https://shop.example")
    assert counter.http("GET", "/orders/7", headers=allowed, **where).headers[name]
    other = counter.http("GET", "/orders/7", headers={"Origin": "https://other"}, **where)
    assert name not in other.headers


def test_a_url_needs_a_permission(counter: SimulatorFixture) -> None:
    """Of anyone, as SAM adds it, and a template must."""
    answer = counter.http("GET", "/", function_url="Private")
    assert (answer.status, answer.json()) == (403, {"Message": "Forbidden"})


def test_wrong_names_are_refused(counter: SimulatorFixture) -> None:
    """With what there is."""
    with pytest.raises(UsageError, match=r"one of Count, Private; .* Count\?"):
        counter.http("GET", "/", function_url="Cuont")
    with pytest.raises(UsageError, match="one function URL or API in the templates"):
        counter.http("GET", "/")
    with pytest.raises(UsageError, match="a stage of the API: one of Prod, Stage"):
        counter.http("GET", "/", api=API, stage="prod")


def test_a_call_takes_the_time_of_its_function(counter: SimulatorFixture) -> None:
    """In the run in progress; it ends for its client when API Gateway gives it up."""
    with counter.stepped_by_clock() as clock:
        counter.durations(defaults="none")
        counter.http("GET", "/?sleep=12.5", function_url=URL)
        assert clock.now() == START + timedelta(seconds=12.5)
        counter.http("GET", "/orders/1?sleep=40", api=API)
        assert clock.now() == START + timedelta(seconds=41.5)
        result = clock.finish()
    found = [(each.entry, each.status, each.duration_ms) for each in result.of(HttpAnswered)]
    assert found == [("Count", 201, 12_500), ("ServerlessRestApi", 504, 29_000)]
    assert {each.trigger for each in result.of(AttemptBegan)} == {Trigger.HTTP}


def test_a_workload_calls(counter: SimulatorFixture) -> None:
    """By path, with the body as JSON; two runs of one seed have one digest."""
    path = "/orders/{{ number }}?sleep={{ integer(0, 3) }}"
    counter.workload("http", "ServerlessRestApi", method="GET", path=path, rate="1 per second")
    counter.workload("http", "Count", count=3, path="/{{ key }}", body='{"n": {{ number }}}')
    first, second = (counter.run(seconds=10) for _ in range(2))
    assert first.digest == second.digest
    sent, answers = first.of(WorkloadSent), first.of(HttpAnswered)
    assert len(sent) == len(answers) == 14
    assert {each.ids[0] for each in sent} == {each.request for each in answers}
    assert {each.status for each in answers} == {201}
    assert {each.path for each in answers if each.entry == "Count"} == {
        "/key-1",
        "/key-2",
        "/key-3",
    }
    counter.workload("http", "Visits", count=1)
    with pytest.raises(UsageError, match="found Visits, which is AWS::DynamoDB::Table"):
        counter.run(seconds=1)
