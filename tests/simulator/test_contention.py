"""Contention without a fault: what overlaps because calls and handlers take time.

Each run is an ordinary one, on a seed that was searched for once. `test_without_durations` shows
that the same runs have none of it if nothing takes time.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.simulator.conftest import NO_DURATIONS, START, Deployed
from tests.simulator.queues import RECEIVE, QueueReader, deployed_function
from tests.simulator.runs import HORIZON, MINUTE, ScenarioRun, run_faults
from wavetank.faults.calls import LostReply
from wavetank.history import (
    ApiCalled,
    AttemptBegan,
    AttemptEnded,
    EventOffered,
    EventSettled,
    Outcome,
)
from wavetank.scenario.timing.settings import Durations, durations_from_dict
from wavetank.simulation.run import Run

NAME = "counting-reader"
TABLE = "counts"
SOURCE = b"""
import boto3

TABLE = boto3.resource("dynamodb").Table("counts")
SQS = boto3.client("sqs")

def handler(event, context):
    for url in event.get("send", []):
        SQS.send_message(QueueUrl=url, MessageBody="sent")
    for record in event.get("Records", []):
        count = TABLE.get_item(Key={"id": "all"}).get("Item", {}).get("count", 0)
        TABLE.put_item(Item={"id": "all", "count": count + 1})
"""
ACTIONS = (*RECEIVE, "sqs:SendMessage", "dynamodb:GetItem", "dynamodb:PutItem")
MESSAGES = 20
INTERVAL = timedelta(milliseconds=20)


@contextmanager
def counting_reader(deployed: Deployed) -> Iterator[QueueReader]:
    """A function that adds one to an item for each message, by reading it and writing it."""
    aws: Any = deployed.simulator.aws
    aws.dynamodb.create_table(
        TableName=TABLE,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    with deployed_function(deployed, NAME, SOURCE, *ACTIONS) as arns:
        yield QueueReader(deployed, *arns)
    aws.dynamodb.delete_table(TableName=TABLE)


READER = counting_reader
"""The function of all tests here, for the fixture `reader`."""


def visible_too_early(reader: QueueReader, durations: Durations) -> bool:
    """Whether a message was offered again while a handler worked on it.

    Its visibility timeout is the function's timeout, which AWS accepts; the cold start adds to it.
    """
    url = reader.queue("orders", VisibilityTimeout="20")
    reader.map(url, NAME, BatchSize=1)
    with reader.run(seed=1, durations=durations):
        reader.send(url, *("order" for _ in range(MESSAGES)))
    settled = {(each.request, one): each.at for each in reader.of(EventSettled) for one in each.ids}
    first: dict[str, str] = {}
    for each in reader.of(EventOffered):
        (one,) = each.ids
        before = first.setdefault(one, each.request)
        if before != each.request and settled[before, one] > each.at:
            return True
    return False


def lost_update(reader: QueueReader, durations: Durations) -> bool:
    """Whether two batches have read the same count, and written the same."""
    url = reader.queue("orders", VisibilityTimeout="60")
    reader.map(url, NAME, BatchSize=1)
    with reader.run(seed=1, durations=durations) as run:
        _send_one_by_one(reader, run, url)
    item = reader.aws.dynamodb.get_item(TableName=TABLE, Key={"id": {"S": "all"}})["Item"]
    return int(item["count"]["N"]) < MESSAGES


def processed_in_another_order(reader: QueueReader, durations: Durations) -> bool:
    """Whether the messages of a standard queue were processed in another order than offered."""
    url = reader.queue("orders", VisibilityTimeout="60")
    reader.map(url, NAME, BatchSize=1)
    return not _in_order(reader, url, durations)


def _in_order(reader: QueueReader, url: str, durations: Durations, **more: str) -> bool:
    with reader.run(seed=1, durations=durations) as run:
        _send_one_by_one(reader, run, url, **more)
    offered = [one for each in reader.of(EventOffered) for one in each.ids]
    return offered == [one for each in reader.of(EventSettled) for one in each.ids]


def _send_one_by_one(reader: QueueReader, run: Run, url: str, **more: str) -> None:
    """Each message comes alone, so that two batches overlap only if one of them lasts."""
    for number in range(MESSAGES):
        reader.send(url, f"order {number}", **more)
        run.run_until(run.now + INTERVAL)


def throttled(reader: QueueReader, durations: Durations) -> bool:
    """Whether an event found the one reserved execution taken, and was retried until it was run."""
    reader.aws.awslambda.put_function_concurrency(FunctionName=NAME, ReservedConcurrentExecutions=1)
    with reader.run(seed=1, durations=durations) as run:
        run.invoke(reader.function, {})
        run.invoke(reader.function, {})
    reader.aws.awslambda.delete_function_concurrency(FunctionName=NAME)
    outcomes = [each.outcome for each in reader.of(AttemptEnded)]
    assert outcomes.count(Outcome.SUCCESS) == 2
    return Outcome.THROTTLED in outcomes


def filled_window(reader: QueueReader, durations: Durations) -> bool:
    """Whether a batch was full some time after its first message, and before its window ended."""
    url = reader.queue("orders", VisibilityTimeout="120")
    reader.map(url, NAME, BatchSize=5, MaximumBatchingWindowInSeconds=60)
    with reader.run(seed=1, durations=durations) as run:
        run.invoke(reader.function, {"send": [url] * 5})
    (offered,) = reader.of(EventOffered)
    began = reader.of(AttemptBegan)[0].at
    return len(offered.ids) == 5 and began < offered.at < START.replace(minute=1)


def timed_out(reader: QueueReader, durations: Durations) -> bool:
    """Whether one of many invocations took longer than the function may run."""
    with reader.run(seed=1, durations=durations) as run:
        for _ in range(MESSAGES):
            run.invoke(reader.function, {"send": []})
    return Outcome.TIMEOUT in {each.outcome for each in reader.of(AttemptEnded)}


SLOW = durations_from_dict({"handler": "median 8s, p99 30s"})
"""Of a function that may run for 20 seconds."""
CASES = [
    (visible_too_early, durations_from_dict({"handler": "15s to 20s"})),
    (lost_update, Durations()),
    (processed_in_another_order, Durations()),
    (throttled, Durations()),
    (filled_window, Durations()),
    (timed_out, SLOW),
]

type Contention = Callable[[QueueReader, Durations], bool]


@pytest.mark.parametrize(("occurs", "durations"), CASES)
def test_it_occurs_without_a_fault(
    occurs: Contention, durations: Durations, reader: QueueReader
) -> None:
    """On a frozen seed, with the default durations or those of a slow handler."""
    assert occurs(reader, durations)


@pytest.mark.parametrize("occurs", [occurs for occurs, _ in CASES])
def test_without_durations(occurs: Contention, reader: QueueReader) -> None:
    """If nothing takes time, nothing overlaps."""
    assert not occurs(reader, NO_DURATIONS)


def test_a_fifo_queue_keeps_its_order(reader: QueueReader) -> None:
    """In a group, whatever the durations."""
    url = reader.queue("orders.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    reader.map(url, NAME, BatchSize=1)
    assert _in_order(reader, url, Durations(), MessageGroupId="one")


def test_a_fault_changes_only_the_durations_of_what_it_hits(deployed: Deployed) -> None:
    """Every other tick takes the same calls the same time, to the millisecond."""
    calm, hit = (
        run_faults(deployed),
        run_faults(deployed, LostReply(after=2 * MINUTE, lasts=MINUTE)),
    )
    (injected,) = hit.injections()
    request = injected.detail.rpartition(" ")[2]
    changed = {of for of, calls in _calls(hit).items() if calls != _calls(calm)[of]}
    assert changed == {request}
    assert len(_calls(calm)) == HORIZON // MINUTE


def _calls(run: ScenarioRun) -> dict[str, list[tuple[str, datetime]]]:
    """The calls of each request, and when they were made."""
    found: dict[str, list[tuple[str, datetime]]] = {}
    for call in run.of(ApiCalled):
        found.setdefault(call.request, []).append((call.operation, call.at))
    return found
