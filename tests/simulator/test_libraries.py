"""Compiled libraries and Powertools for AWS Lambda, the real ones, in cold and warm starts."""

import gc
import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest

from tests.pipelines.libraries import LIBRARIES
from tests.simulator.conftest import Deployed
from tests.simulator.stacks import deployed_beside, run_context, simulator_fixture
from wavetank.pytest_plugin.session_simulator import Deployed as PluginsDeployed
from wavetank.pytest_plugin.simulator_fixture import SimulatorFixture
from wavetank.simulation.runner import START

CALL = "_make_api_call"
"""The method of the SDK that the X-Ray SDK wraps."""
pytestmark = pytest.mark.nightly  # installs the libraries from the package index


@pytest.fixture(scope="module")
def stack(deployed: Deployed) -> Iterator[PluginsDeployed]:
    """The simulator with the functions deployed; deleted afterwards."""
    with deployed_beside(deployed, LIBRARIES) as made:
        yield made
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the X-Ray SDK opens a socket, and never closes it
        gc.collect()


@pytest.fixture
def libraries(stack: PluginsDeployed, tmp_path: Path) -> SimulatorFixture:
    """What a test of that pipeline has."""
    made = simulator_fixture(stack, run_context(tmp_path))
    made.durations(defaults="none")  # the tests name instants
    return made


def ask(libraries: SimulatorFixture, path: str, body: object = None) -> Any:
    """What the newer function returns; a cold start, unless `virtual_clock` is in progress."""
    headers = {"Content-Type": "application/json"}
    answer = libraries.http(
        "POST", f"/{path}", headers=headers, body=json.dumps(body), function_url="Newer"
    )
    assert answer.status == 200, answer
    return answer.json()


def test_cold_starts_with_compiled_libraries(libraries: SimulatorFixture) -> None:
    """Each has a fresh handler, and the libraries work again; warm starts keep their state."""
    for _ in range(3):
        made = ask(libraries, "numpy")
        assert (made["result"][1], made["starts"]) == (1.0, 1)
        assert ask(libraries, "pillow") == {"result": [4, 6], "starts": 1}
        order = ask(libraries, "pydantic", {"number": "7", "at": "2029-01-01T00:00:00Z"})
        assert order["result"] == [7, "2029-01-01T00:00:00+00:00", "2030-01-01T00:00:00+00:00"]
    with libraries.stepped_by_clock():
        assert [ask(libraries, "numpy")["starts"] for _ in range(3)] == [1, 2, 3]


def test_two_versions_of_a_library(libraries: SimulatorFixture) -> None:
    """Each function has the one of its own requirements."""
    newer = ask(libraries, "numpy")["result"][0]
    answer = libraries.http("GET", "/", function_url="Older")
    assert answer.json() == ["2.3.5", 10]
    assert newer != "2.3.5"
    assert ask(libraries, "numpy")["result"][0] == newer


def test_idempotency(libraries: SimulatorFixture) -> None:
    """The second order is the first one's result, across cold starts, until an hour has passed."""
    with libraries.stepped_by_clock() as clock:
        first = ask(libraries, "idempotency", {"number": 1})["result"]
        clock.advance(minutes=59)
        assert ask(libraries, "idempotency", {"number": 1})["result"] == first
        clock.advance(minutes=2)
        later = ask(libraries, "idempotency", {"number": 1})["result"]
    assert (first["placed"], later["placed"]) == (
        "2030-01-01T00:00:00+00:00",
        "2030-01-01T01:01:00+00:00",
    )


def test_batch_processor(libraries: SimulatorFixture) -> None:
    """The failed record alone is reported."""
    record = {
        "receiptHandle": "x",
        "attributes": {},
        "messageAttributes": {},
        "md5OfBody": "x",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-west-1:000000000000:q",
        "awsRegion": "eu-west-1",
    }
    event = {"Records": [{**record, "messageId": body, "body": body} for body in ("good", "bad")]}
    made = ask(libraries, "batch", event)["result"]
    assert made == {"batchItemFailures": [{"itemIdentifier": "bad"}]}


def test_parameters(libraries: SimulatorFixture) -> None:
    """By name, by path and from Secrets Manager; cached for as long as their maximum age."""
    with libraries.stepped_by_clock() as clock:
        made = ask(libraries, "parameters")["result"]
        assert made == ["7", {"rate": "7"}, {"key": "k"}]
        libraries.aws.session.client(
            "ssm", endpoint_url=libraries.aws.endpoint, config=libraries.aws.config
        ).put_parameter(Name="/shop/rate", Value="8", Overwrite=True)
        assert ask(libraries, "parameters")["result"][:2] == ["7", {"rate": "7"}]
        clock.advance(seconds=61)
        assert ask(libraries, "parameters")["result"][1] == {"rate": "8"}


def test_logger_and_metrics(libraries: SimulatorFixture, capfd: pytest.CaptureFixture[str]) -> None:
    """One line of JSON for each message and for the metrics, with request, cold start and time."""
    for cold in (True, True):
        ask(libraries, "none")
        lines = [
            json.loads(line) for line in capfd.readouterr().out.splitlines() if line[:1] == "{"
        ]
        (logged,) = [line for line in lines if line.get("message") == "asked"]
        assert (logged["service"], logged["path"], logged["cold_start"]) == ("shop", "none", cold)
        assert logged["timestamp"].startswith("2030-01-01 00:00:00")
        emf = [line for line in lines if "_aws" in line]
        assert [line.get("Asked", line.get("ColdStart")) for line in emf] == [[1.0], [1.0]]
        assert {line["_aws"]["Timestamp"] for line in emf} == {START.timestamp() * 1000}
    with libraries.stepped_by_clock():
        ask(libraries, "none")
        ask(libraries, "none")
    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines() if line[:1] == "{"]
    assert [line["cold_start"] for line in lines if "cold_start" in line] == [True, False]


def test_tracer(libraries: SimulatorFixture) -> None:
    """Nothing is sent to X-Ray, which a simulator does not have, and the SDK stays as it is."""
    assert ask(libraries, "tracer")["result"] == "traced"
    make_call = next(
        vars(each)[CALL] for each in type(libraries.aws.s3).mro() if CALL in vars(each)
    )
    assert type(make_call) is FunctionType  # a wrapper of the X-Ray SDK passes for an instance
