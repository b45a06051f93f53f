"""The examples end in the same state in virtual time and on a sandbox, for the same events."""

import http.client
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.examples import EXAMPLES, pipeline_of
from tests.simulator.conftest import Deployed
from tests.simulator.stacks import deployed_beside, run_context, simulator_fixture
from tests.waiting import wait_until_seen
from wavetank.pytest_plugin.resources import name_of
from wavetank.pytest_plugin.sandbox_fixture import LiveSandbox, live_sandbox
from wavetank.pytest_plugin.simulator_fixture import SimulatorFixture
from wavetank.simulation.runner import START

pytestmark = pytest.mark.embedded
COUNT = 6
MINUTES = 5
ROWS = "product,pieces,price\ndesk,{},99.5\nlamp,0,9.5\nchair,none,5\n"
VARYING = {"arrivalTimestamp", "attemptEndingTimestamp", "lambdaArn"}
"""What differs between the errors of any two runs."""

type State = dict[str, list[Any]]


@dataclass(frozen=True)
class Sent:
    """The events of an example: a workload, the same to a sandbox, and what they leave.

    `last` is the part of the state that is complete last, with so many entries.
    """

    workload: Callable[[SimulatorFixture], None]
    send: Callable[[LiveSandbox, int], None]
    state: Callable[[Any], State]
    last: tuple[str, int]


def _order(number: int) -> str:
    return json.dumps({"product": ("chair", "desk", "lamp")[number % 3], "quantity": number})


def _orders(simulator: SimulatorFixture) -> None:
    simulator.workload(
        "http",
        "ServerlessHttpApi",
        rate="1 per second",
        count=COUNT,
        method="PUT",
        path="/orders/{{ number }}",
        body=_order,
    )


def _put_order(sandbox: LiveSandbox, number: int) -> None:
    server = urlsplit(sandbox.endpoint)
    api = sandbox.name_of("ServerlessHttpApi")
    host = f"{api}.execute-api.localhost.localstack.cloud:{server.port}"
    headers = {"Host": host, "Content-Type": "application/json"}
    connection = http.client.HTTPConnection(server.hostname or "", server.port)
    connection.request("PUT", f"/orders/{number}", _order(number), headers)
    answer = connection.getresponse()
    assert answer.status == 202, answer.read()
    connection.close()


def _orders_left(aws: Any) -> State:
    """The items of both tables, and what was announced at least once."""
    queue = {"QueueUrl": name_of(aws, "Mailing"), "VisibilityTimeout": 0}
    received = aws.sqs.receive_message(**queue, MaxNumberOfMessages=10).get("Messages", [])
    found = {
        table: sorted(aws.dynamodb.scan(TableName=name_of(aws, table))["Items"], key=json.dumps)
        for table in ("Orders", "Stock")
    }
    return found | {"announced": sorted({each["Body"] for each in received})}


def _file(number: int) -> str:
    """A row that is delivered, one that is dropped, and one that is no row of sales."""
    return ROWS.format(number)


def _files(simulator: SimulatorFixture) -> None:
    key = "shops/{{ number }}.csv"
    simulator.workload(
        "put-object", "Uploads", rate="1 per second", count=COUNT, key=key, body=_file
    )


def _put_file(sandbox: LiveSandbox, number: int) -> None:
    key, body = f"shops/{number}.csv", _file(number).encode()
    sandbox.aws.s3.put_object(Bucket=sandbox.name_of("Uploads"), Key=key, Body=body)


def _files_left(aws: Any) -> State:
    """The records that were delivered at least once, and the errors."""
    bucket = name_of(aws, "Archive")
    found: State = {"sales": [], "failed": []}
    for each in aws.s3.list_objects_v2(Bucket=bucket).get("Contents", []):
        body = aws.s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read().decode()
        for record in map(json.loads, body.splitlines()):
            kept = {name: value for name, value in record.items() if name not in VARYING}
            found[each["Key"].partition("/")[0]].append(json.dumps(kept, sort_keys=True))
    return {kind: sorted(set(records)) for kind, records in found.items()}


SENT = {
    "orders": Sent(_orders, _put_order, _orders_left, ("announced", COUNT)),
    "files": Sent(_files, _put_file, _files_left, ("failed", COUNT)),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_ends_in_the_same_state_in_virtual_time_and_in_wall_time(
    deployed: Deployed, tmp_path: Path, name: str
) -> None:
    """Items, messages and records; something has arrived everywhere."""
    sent = SENT[name]
    part, count = sent.last
    pipeline = pipeline_of(EXAMPLES[name].copy(tmp_path, defect=False))
    with deployed_beside(deployed, pipeline) as made:
        simulator = simulator_fixture(made, run_context(tmp_path))
        sent.workload(simulator)
        simulator.run(minutes=MINUTES).assert_all_valid()
        with made.simulator.frozen_at(START):
            virtual = sent.state(made.simulator.aws)
    assert all(virtual.values())
    with live_sandbox(pipeline, tmp_path / "sandbox") as sandbox:
        for number in range(1, COUNT + 1):
            sent.send(sandbox, number)

        def seen() -> State:
            sandbox.deliver_now()
            return sent.state(sandbox.aws)

        live = wait_until_seen(seen, lambda state: len(state[part]) == count, f"{count} {part}")
    assert live == virtual
