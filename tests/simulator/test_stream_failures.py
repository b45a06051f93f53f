"""Streams -> Lambda in virtual time: retries, discarded records and their destinations, loops."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.simulator.conftest import START
from tests.simulator.streams import NAME, READ, WRITE, StreamReader, stream_reader
from wavetank.core.errors import UsageError
from wavetank.core.findings import Verdict
from wavetank.history import DestinationReached, Drained, EventSettled, Settlement
from wavetank.invariants import NothingLost, check_history
from wavetank.simulation import request_chains

PROCESSED, RETURNED = Settlement.PROCESSED, Settlement.RETURNED
DISCARDED = Settlement.DISCARDED
REPORTS: Any = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}
POISON = {"fail": 99_999, "raise": True}


READER = stream_reader
"""The function of all tests here, for the fixture `reader`."""


def _discards(arn: str) -> dict[str, Any]:
    return {"DestinationConfig": {"OnFailure": {"Destination": arn}}}


def test_a_batch_is_discarded_after_its_retries(reader: StreamReader) -> None:
    """The shard goes on behind it."""
    reader.read(reader.stream(), MaximumRetryAttempts=2, BatchSize=1)
    with reader.run():
        reader.put(POISON, "b")
    returned = [(0, RETURNED, 1), (1, RETURNED, 1)]
    assert reader.settled() == [*returned, (3, DISCARDED, 1), (3, PROCESSED, 1)]
    assert reader.of(Drained)[0].complete


def test_only_what_follows_the_first_failure_is_retried(reader: StreamReader) -> None:
    """With ReportBatchItemFailures; the same response without it processes the batch."""
    none: Any = {}
    for number, settings in enumerate((REPORTS, none)):
        name = f"prices-{number}"
        reader.deployed.simulator.reset()
        reader.read(reader.stream(name), **settings)
        with reader.run():
            reader.put("a", {"fail": 1}, "c", {"fail": 1}, stream=name)
        expected = [(0, PROCESSED, 1), (0, RETURNED, 3), (1, PROCESSED, 3)]
        assert reader.settled() == (expected if settings else [(0, PROCESSED, 4)])


def test_an_invalid_response_fails_the_whole_batch(reader: StreamReader) -> None:
    """Such as an identifier that is no record of the batch."""
    reader.read(reader.stream(), MaximumRetryAttempts=0, **REPORTS)
    with reader.run():
        reader.put({"answer": {"batchItemFailures": [{"itemIdentifier": "none"}]}}, "b")
    assert reader.settled() == [(0, DISCARDED, 2)]


def test_a_batch_that_fails_is_split(reader: StreamReader) -> None:
    """Until the record is alone that fails, which is discarded; no split counts as a retry."""
    reader.read(reader.stream(), MaximumRetryAttempts=0, BisectBatchOnFunctionError=True)
    with reader.run():
        reader.put("a", "b", "c", POISON, "e")
    assert [size for _, size in reader.batches()] == [5, 3, 2, 1, 1]
    discarded = [each for each in reader.of(EventSettled) if each.settlement is DISCARDED]
    assert [len(each.ids) for each in discarded] == [1]
    processed = [each for each in reader.of(EventSettled) if each.settlement is PROCESSED]
    assert sum(len(each.ids) for each in processed) == 4


def test_old_records_are_discarded(reader: StreamReader) -> None:
    """Those of a batch that fails, once they have the age that the mapping names."""
    reader.read(reader.stream(), MaximumRecordAgeInSeconds=60, BatchSize=1)
    with reader.run() as run:
        reader.put(POISON)
        run.run_until(START + timedelta(seconds=50))
        reader.put("b")
    assert reader.attempts() == [0, 1, 3, 7, 15, 31, 63]
    assert reader.settled()[-2:] == [(63, DISCARDED, 1), (63, PROCESSED, 1)]


def test_records_that_were_too_old_to_be_offered_are_kept(reader: StreamReader) -> None:
    """The destination is told the request under which they are settled, so nothing is lost."""
    settings = _discards(reader.arn(reader.queue("discarded")))
    reader.read(reader.stream(), MaximumRecordAgeInSeconds=60, BatchSize=1, **settings)
    with reader.run():
        reader.put(POISON, "b")
    discarded = [each.request for each in reader.of(EventSettled) if each.settlement is DISCARDED]
    assert len(set(discarded)) == 2
    assert [each.request for each in reader.of(DestinationReached)] == discarded
    (finding,) = check_history(reader.events, [NothingLost()])
    assert finding.verdict is Verdict.VALID, finding


@pytest.mark.parametrize("kind", ["sqs", "sns"])
def test_discarded_batches_are_reported(reader: StreamReader, kind: str) -> None:
    """To a queue, or to a topic: where the records are, and why, but not the records."""
    url = reader.queue("discarded")
    target = reader.arn(url)
    if kind == "sns":
        topic = reader.aws.sns.create_topic(Name="discarded")["TopicArn"]
        reader.aws.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=target)
        target = topic
    arn = reader.stream()
    reader.read(arn, MaximumRetryAttempts=1, **_discards(target))
    with reader.run() as run:
        reader.put(POISON, "b")
        run.run_until(START + timedelta(seconds=5))
    (reached,) = reader.of(DestinationReached)
    assert (reached.destination, reached.outcome) == (target, "ok")
    if kind == "sns":
        reader.aws.sns.delete_topic(TopicArn=target)
        return
    (message,) = reader.aws.sqs.receive_message(QueueUrl=url)["Messages"]
    record = json.loads(message["Body"])
    (discarded,) = [each for each in reader.of(EventSettled) if each.settlement is DISCARDED]
    assert record["requestContext"] == {
        "requestId": discarded.request,
        "functionArn": reader.function,
        "condition": "RetryAttemptsExhausted",
        "approximateInvokeCount": 2,
    }
    assert record["KinesisBatchInfo"] == {
        "shardId": "shardId-000000000000",
        "startSequenceNumber": discarded.ids[0],
        "endSequenceNumber": discarded.ids[-1],
        "approximateArrivalOfFirstRecord": "2026-11-24T10:00:00.000Z",
        "approximateArrivalOfLastRecord": "2026-11-24T10:00:00.000Z",
        "batchSize": 2,
        "streamArn": arn,
    }


def test_discarded_batches_are_objects_with_their_records(reader: StreamReader) -> None:
    """In a bucket, under a key with the mapping, the shard and the day."""
    s3: Any = reader.aws.s3
    bucket = "discarded-records"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    settings = _discards(f"arn:aws:s3:::{bucket}")
    mapping = reader.read(reader.table(), MaximumRetryAttempts=0, **settings)
    with reader.run():
        reader.write(POISON)
    (found,) = s3.list_objects_v2(Bucket=bucket)["Contents"]
    record = json.loads(s3.get_object(Bucket=bucket, Key=found["Key"])["Body"].read())
    s3.delete_object(Bucket=bucket, Key=found["Key"])
    s3.delete_bucket(Bucket=bucket)
    shard = record["DDBStreamBatchInfo"]["shardId"]
    day = "2026/11/24/2026-11-24T10.00.00"
    assert found["Key"].startswith(f"aws/lambda/{mapping}/{shard}/{day}-")
    (change,) = record["payload"]["Records"]
    assert change["dynamodb"]["SequenceNumber"] == record["DDBStreamBatchInfo"]["endSequenceNumber"]


def test_a_destination_needs_the_roles_permission(reader: StreamReader) -> None:
    """Without it the report is lost, which the history shows."""
    target = reader.arn(reader.queue("discarded"))
    reader.read(reader.stream(), MaximumRetryAttempts=0, **_discards(target))
    reader.allow(*READ)
    try:
        with reader.run():
            reader.put(POISON)
    finally:
        reader.allow(*READ, *WRITE)
    assert [each.outcome for each in reader.of(DestinationReached)] == ["AccessDenied"]


def test_records_that_the_stream_loses_are_recorded(reader: StreamReader) -> None:
    """Kinesis keeps them for a day: they are lost if they could not be read until then."""
    reader.read(reader.stream())
    reader.deployed.simulator.move_to(START - timedelta(hours=24) + timedelta(minutes=2))
    reader.put("a", "b")
    reader.deployed.simulator.move_to(START)
    with reader.run() as run:
        reader.allow(*WRITE)
        reader.put("c")
        run.run_until(START + timedelta(minutes=3))
        reader.allow(*READ, *WRITE)
    assert reader.settled() == [(120, Settlement.EXPIRED, 2), (240, PROCESSED, 1)]


def test_records_are_lost_that_are_gone_when_they_could_be_read(reader: StreamReader) -> None:
    """Even if none is left in the stream, and nothing comes after them."""
    reader.read(reader.table())
    reader.deployed.simulator.move_to(START - timedelta(hours=24) + timedelta(minutes=2))
    reader.write({}, {})
    reader.deployed.simulator.move_to(START)
    with reader.run() as run:
        reader.allow(*WRITE)
        run.run_until(START + timedelta(minutes=2))
        reader.aws.dynamodbstreams.list_streams()  # DynamoDB removes what is too old
        reader.allow(*READ, *WRITE)
    assert reader.settled() == [(120, Settlement.EXPIRED, 2)]


def test_a_deleted_table_ends_with_its_records(reader: StreamReader) -> None:
    """Its stream is read to the end; an item that would expire later is gone with the table."""
    reader.read(reader.table("short"))
    dynamodb: Any = reader.aws.dynamodb
    specification = {"Enabled": True, "AttributeName": "expires"}
    dynamodb.update_time_to_live(TableName="short", TimeToLiveSpecification=specification)
    with reader.run() as run:
        reader.write({}, table="short", expires={"N": str(int(START.timestamp()))})
        reader.delete_table("short")
        run.run_until(START + timedelta(minutes=2))
    assert reader.settled() == [(0, PROCESSED, 1)]


def test_a_record_of_a_batch_that_fails_is_lost_when_it_expires(reader: StreamReader) -> None:
    """It is not reported to the destination, and the shard goes on."""
    reader.read(reader.stream(), BatchSize=1)
    reader.deployed.simulator.move_to(START - timedelta(hours=24) + timedelta(seconds=2))
    reader.put(POISON)
    reader.deployed.simulator.move_to(START)
    with reader.run():
        reader.put("b")
    assert reader.settled()[-2:] == [(3, Settlement.EXPIRED, 1), (3, PROCESSED, 1)]


def test_a_batch_that_always_fails_is_named_at_the_end(reader: StreamReader) -> None:
    """Without limits it would be retried for a day: the run gives it up, with what is behind it."""
    reader.read(reader.stream(), BatchSize=1)
    with reader.run():
        reader.put(POISON, "b")
    (drained,) = reader.of(Drained)
    assert drained.remaining == ("2 records of prices",)
    assert len(reader.attempts()) == 11  # ten of them after the last action, at the start


def test_a_stream_that_may_not_be_read_ends_the_drain(reader: StreamReader) -> None:
    """After as many reads; what is in it is named."""
    reader.read(reader.stream())
    try:
        with reader.run():
            reader.allow(*WRITE)
            reader.put("a")
    finally:
        reader.allow(*READ, *WRITE)
    (drained,) = reader.of(Drained)
    assert drained.remaining == ("1 record of prices",)
    assert drained.at == START + timedelta(minutes=10)


def test_a_loop_ends_the_run_and_is_named(
    reader: StreamReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A function that writes to what it reads; Lambda would go on."""
    monkeypatch.setattr(request_chains, "UNDETECTED_MAX", 20)  # instead of many more
    reader.read(reader.stream())
    with pytest.raises(UsageError) as caught, reader.run():
        reader.put({"again": "prices"})
    loop = f"stream prices -> function {NAME} -> stream prices"
    assert caught.value.found == f"a recursive loop: {loop}, 20 times for one event"
    assert len(reader.attempts()) == 20


def test_a_loop_is_seen_beside_another_reader(
    reader: StreamReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mapping that passes a record over earlier does not hide what caused it."""
    monkeypatch.setattr(request_chains, "UNDETECTED_MAX", 20)
    arn, version = reader.stream(), reader.aws.awslambda.publish_version(FunctionName=NAME)
    filters = [{"Pattern": '{"data":{"none":["at all"]}}'}]
    reader.read(arn, function=version["FunctionArn"], FilterCriteria={"Filters": filters})
    reader.read(arn, MaximumBatchingWindowInSeconds=1)
    with pytest.raises(UsageError) as caught, reader.run():
        reader.put({"again": "prices"})
    assert "20 times for one event" in str(caught.value.found)


def test_a_loop_through_reports_is_seen(reader: StreamReader) -> None:
    """What a function does with a report is caused by what made the report."""
    url = reader.queue("discarded")
    reader.map(url, function=NAME)
    reader.read(reader.stream(), MaximumRetryAttempts=0, **_discards(reader.arn(url)))
    with reader.run():
        reader.put(POISON)
    assert Settlement.STOPPED in {settlement for _, settlement, _ in reader.settled()}
    (drained,) = reader.of(Drained)
    assert "in a recursive loop: queue discarded" in drained.remaining[0]
