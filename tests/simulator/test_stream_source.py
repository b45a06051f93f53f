"""Kinesis and DynamoDB streams -> Lambda in virtual time: shards, positions, batches, order."""

import threading
from datetime import timedelta
from typing import Any

import pytest

from tests.simulator.conftest import START
from tests.simulator.streams import (
    NAME,
    READ,
    WRITE,
    StreamReader,
    printed_records,
    stream_reader,
)
from wavetank.aws.clients import ClientError
from wavetank.core.findings import Verdict
from wavetank.history import (
    AttemptBegan,
    AttemptEnded,
    Drained,
    EventAccepted,
    EventOffered,
    EventSettled,
    Outcome,
    Settlement,
    Trigger,
)
from wavetank.invariants import GroupOrder, check_history

PROCESSED, RETURNED = Settlement.PROCESSED, Settlement.RETURNED


READER = stream_reader
"""The function of all tests here, for the fixture `reader`."""


def sources(reader: StreamReader) -> set[str]:
    """The sources that events of the history name."""
    accepted = {each.source for each in reader.of(EventAccepted)}
    offered = {each.source for each in reader.of(EventOffered)}
    return accepted | offered | {each.source for each in reader.of(EventSettled)}


def test_records_are_processed_in_batches(reader: StreamReader) -> None:
    """At the next of Lambda's reads, one a second, all that arrived until then."""
    reader.read(reader.stream())
    with reader.run() as run:
        reader.put("a", "b")
        run.run_until(START + timedelta(seconds=1.2))
        reader.put("c")
        run.run_until(START + timedelta(seconds=1.7))
        reader.put("d")
    assert reader.batches() == [(0, 2), (2, 2)]
    assert {each.trigger for each in reader.of(AttemptBegan)} == {Trigger.STREAM}
    accepted = [each.id for each in reader.of(EventAccepted)]
    assert accepted == [one for each in reader.of(EventOffered) for one in each.ids]
    assert accepted == [one for each in reader.of(EventSettled) for one in each.ids]
    assert sources(reader) == {"arn:aws:kinesis:eu-west-1:000000000000:stream/prices"}
    assert reader.of(Drained)[0].complete


def test_changes_of_a_table_are_processed_in_order(
    reader: StreamReader, capsys: pytest.CaptureFixture[str]
) -> None:
    """Four reads a second, with the images of the stream's view type."""
    reader.read(reader.table())
    with reader.run() as run:
        reader.write({"a": 1}, data={"B": b"\0"})
        run.run_until(START + timedelta(seconds=0.3))
        reader.write({"a": 2})
        reader.aws.dynamodb.delete_item(TableName="items", Key={"id": {"S": "0"}})
    assert reader.batches() == [(0, 1), (0.5, 2)]
    assert sources(reader) == {"arn:aws:dynamodb:eu-west-1:000000000000:table/items"}
    assert [each.group for each in reader.of(EventAccepted)] == ['{"id": "0"}'] * 3
    (order,) = check_history(reader.events, [GroupOrder()])
    assert (order.verdict, order.evidence[:14]) == (Verdict.VALID, "1 event behind")
    first, second, third = printed_records(capsys.readouterr().out)
    assert [each["eventName"] for each in (first, second, third)] == ["INSERT", "MODIFY", "REMOVE"]
    assert first["dynamodb"]["NewImage"]["data"] == {"B": "AA=="}
    assert second["dynamodb"]["OldImage"]["wish"] == first["dynamodb"]["NewImage"]["wish"]
    assert (third["eventSource"], "NewImage" in third["dynamodb"]) == ("aws:dynamodb", False)


def test_the_same_seed_repeats_a_run(reader: StreamReader) -> None:
    """With the same ids, and another seed does not."""
    reader.read(reader.stream(shards=3), BatchSize=2)
    reader.read(reader.table(), ParallelizationFactor=2, BatchSize=1)
    digests = []
    for seed in (1, 1, 2):
        reader.deployed.simulator.reset()
        with reader.run(seed):
            reader.write(*({"put": "prices", "sleep": 0.5} for _ in range(2)))
            for number in range(4):
                reader.put({"sleep": 1}, key=str(number))
        digests.append(reader.digest())
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize(
    ("position", "expected"),
    [
        ({"StartingPosition": "TRIM_HORIZON"}, ["old", "at", "new"]),
        ({"StartingPosition": "LATEST"}, ["new"]),
        (
            {
                "StartingPosition": "AT_TIMESTAMP",
                "StartingPositionTimestamp": START + timedelta(seconds=5),
            },
            ["at", "new"],
        ),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_a_mapping_begins_at_its_position(
    reader: StreamReader, position: dict[str, Any], expected: list[str]
) -> None:
    """LATEST is what the stream gets after the mapping was created, in each run.

    AT_TIMESTAMP is what it got then or later, here five seconds after the start; what it gets
    before, it passes over.
    """
    arn = reader.stream()
    reader.put("old")
    reader.deployed.simulator.move_to(START + timedelta(seconds=5))
    reader.put("at")
    reader.read(arn, **position)
    with reader.run() as run:
        run.run_until(START + timedelta(seconds=6))
        reader.put("new")
    processed = [one for each in reader.of(EventSettled) for one in each.ids]
    numbers = [int(each) - int(processed[-1]) for each in processed]
    assert numbers == list(range(1 - len(expected), 1))
    reader.deployed.simulator.reset()
    with reader.run():
        reader.put("again")
    is_before = position["StartingPosition"] == "AT_TIMESTAMP"
    assert reader.batches() == ([] if is_before else [(0, 1)])
    settled = {event.settlement for event in reader.of(EventSettled)}
    assert settled == {Settlement.FILTERED if is_before else Settlement.PROCESSED}


def test_a_batch_that_fails_blocks_its_shard(reader: StreamReader) -> None:
    """And is retried until it is processed, with growing waits; other shards go on."""
    reader.read(reader.stream(shards=2))
    with reader.run() as run:
        reader.put({"fail": 3, "raise": True}, key="a")
        run.run_until(START + timedelta(seconds=2))
        reader.put("later", key="a")
        reader.put("other", key="b")
    assert reader.batches() == [(0, 1), (1, 1), (2, 1), (3, 1), (7, 1), (7, 1)]
    assert reader.of(Drained)[0].complete


def test_a_window_gathers_records(reader: StreamReader) -> None:
    """Until it ends or the batch is full."""
    reader.read(reader.stream(), BatchSize=3, MaximumBatchingWindowInSeconds=20)
    with reader.run() as run:
        reader.put("first")
        run.run_until(START + timedelta(seconds=5))
        reader.put("second", "third", "fourth")
    assert reader.batches() == [(5, 3), (25, 1)]


def test_batches_of_different_keys_run_at_a_time(reader: StreamReader) -> None:
    """As many as ParallelizationFactor says, and those of one key one after another."""
    reader.read(reader.stream(), BatchSize=1, ParallelizationFactor=2)
    with reader.run():
        for key in ("a", "a", "b"):
            reader.put({"sleep": 10}, key=key)
    assert [each.group for each in reader.of(EventAccepted)] == ["a", "a", "b"]
    (order,) = check_history(reader.events, [GroupOrder()])
    assert order.verdict is Verdict.VALID
    assert reader.attempts() in ([0, 0, 10], [0, 10, 20])
    reader.deployed.simulator.reset()
    with reader.run():
        for number in range(8):
            reader.put({"sleep": 10}, key=str(number))
    assert reader.attempts()[:2] == [0, 0]
    assert max(reader.attempts()) < 70


def test_a_record_that_no_filter_matches_is_passed_over(reader: StreamReader) -> None:
    """Its data is JSON with the value; data that is not JSON matches no pattern about data."""
    pattern = '{"data": {"kind": ["order"]}}'
    reader.read(reader.stream(), FilterCriteria={"Filters": [{"Pattern": pattern}]})
    with reader.run():
        reader.put('{"kind":  "order"}', {"kind": "refund"}, "order")
    assert reader.settled() == [(0, Settlement.FILTERED, 2), (0, PROCESSED, 1)]
    assert reader.of(Drained)[0].complete


def test_changes_are_filtered_by_their_name_and_attributes(reader: StreamReader) -> None:
    """The pattern is about the record as the function gets it."""
    pattern = '{"eventName": ["INSERT"], "dynamodb": {"NewImage": {"kind": {"S": ["x"]}}}}'
    reader.read(reader.table(), FilterCriteria={"Filters": [{"Pattern": pattern}]})
    with reader.run():
        reader.write({}, kind={"S": "x"})
        reader.write({}, kind={"S": "y"})
    assert reader.settled() == [(0, Settlement.FILTERED, 1), (0, PROCESSED, 1)]


def test_a_throttled_batch_is_retried_and_blocks_its_shard(reader: StreamReader) -> None:
    """Throttles do not count as retries."""
    reader.read(reader.stream(shards=2), MaximumRetryAttempts=0)
    lambda_ = reader.aws.awslambda
    lambda_.put_function_concurrency(FunctionName=NAME, ReservedConcurrentExecutions=1)
    try:
        with reader.run():
            reader.put({"sleep": 10}, key="a")
            reader.put({"sleep": 10}, key="b")
    finally:
        lambda_.delete_function_concurrency(FunctionName=NAME)
    assert [at for at, _ in reader.batches()] == [0, 0, 1, 3, 7, 15]
    outcomes = [each.outcome for each in reader.of(AttemptEnded)]
    assert outcomes.count(Outcome.THROTTLED) == 4
    assert reader.of(Drained)[0].complete


def test_a_disabled_mapping_reads_nothing(reader: StreamReader) -> None:
    """And its records do not count as remaining."""
    reader.read(reader.stream(), Enabled=False)
    with reader.run():
        reader.put("a")
    assert reader.batches() == []
    assert reader.of(Drained)[0].complete


def test_a_mapping_of_an_alias_invokes_its_version(reader: StreamReader) -> None:
    """And not the newest code."""
    lambda_ = reader.aws.awslambda
    version = lambda_.publish_version(FunctionName=NAME)["Version"]
    lambda_.create_alias(FunctionName=NAME, Name="live", FunctionVersion=version)
    reader.read(reader.stream(), f"{NAME}:live")
    restore = reader.break_code()
    try:
        with reader.run():
            reader.put("a")
    finally:
        restore()
    assert [each.outcome for each in reader.of(AttemptEnded)] == [Outcome.SUCCESS]


def test_shards_of_a_split_are_read_after_their_parent(reader: StreamReader) -> None:
    """From their beginning, so that the order of a key survives the split."""
    reader.read(reader.stream(), StartingPosition="LATEST", BatchSize=1)
    with reader.run():
        reader.put({"sleep": 5}, "b")
        reader.aws.kinesis.split_shard(
            StreamName="prices", ShardToSplit="shardId-000000000000", NewStartingHashKey="1000"
        )
        reader.put("c")
    accepted = [each.id for each in reader.of(EventAccepted)]
    assert accepted == [one for each in reader.of(EventSettled) for one in each.ids]
    assert reader.attempts() == [0, 5, 5]


def test_items_that_expire_are_in_the_stream_at_their_instant(
    reader: StreamReader, capsys: pytest.CaptureFixture[str]
) -> None:
    """Deleted by Time to Live, which the record names; also if the run has no call then."""
    reader.read(reader.table())
    reader.aws.dynamodb.update_time_to_live(
        TableName="items", TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl"}
    )
    with reader.run() as run:
        expires = int(START.timestamp()) + 600
        reader.write({}, ttl={"N": str(expires)})
        run.run_until(START + timedelta(minutes=20))
        reader.write({}, ttl={"N": str(expires + 10**6)})
    assert reader.batches() == [(0, 1), (660, 1), (1200, 1)]
    removed = printed_records(capsys.readouterr().out)[1]
    assert removed["userIdentity"] == {
        "principalId": "dynamodb.amazonaws.com",
        "type": "Service",
    }
    assert reader.of(Drained)[0].complete


@pytest.mark.parametrize("missing", [*READ[:3], *READ[3:]])
def test_the_functions_role_needs_the_permissions(reader: StreamReader, missing: str) -> None:
    """Without one of them CreateEventSourceMapping refuses the mapping."""
    arn = reader.stream() if missing.startswith("kinesis") else reader.table()
    reader.allow(*(action for action in READ if action != missing))
    try:
        with pytest.raises(ClientError, match="Please ensure the role can perform the GetRecords"):
            reader.read(arn)
    finally:
        reader.allow(*READ, *WRITE)


def test_records_wait_while_the_role_may_not_read(reader: StreamReader) -> None:
    """Lambda reads again, and processes them when the permission is there again."""
    reader.read(reader.stream())
    with reader.run() as run:
        reader.allow("kinesis:DescribeStream")
        reader.put("a")
        run.run_until(START + timedelta(seconds=90))
        reader.allow(*READ, *WRITE)
    assert reader.batches() == [(120, 1)]


def test_no_thread_of_localstack_runs(reader: StreamReader) -> None:
    """No poller of the mapping does."""
    reader.read(reader.stream())
    names = {thread.name for thread in threading.enumerate()}
    assert not [name for name in names if "event-source-mapping" in name]
