"""SQS -> Lambda in virtual time: batches, visibility timeouts, dead letters, concurrency."""

import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from tests.simulator.conftest import START
from tests.simulator.queues import NAME, RECEIVE, QueueReader, queue_reader
from wavetank.aws.clients import ClientError
from wavetank.faults.event_sources import DuplicateBatch
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

VISIBILITY = {"VisibilityTimeout": "60"}
PROCESSED, RETURNED = Settlement.PROCESSED, Settlement.RETURNED


READER = queue_reader
"""The function of all tests here, for the fixture `reader`."""


def test_messages_are_processed_at_once_in_batches(reader: QueueReader) -> None:
    """Ten at most by default, whether they were sent before the run or during it."""
    url = reader.queue("orders", **VISIBILITY)
    reader.map(url)
    reader.send(url, *("before" for _ in range(12)))
    with reader.run():
        reader.send(url, "during")
    assert reader.batches() == [(0, 10), (0, 3)]
    assert {each.trigger for each in reader.of(AttemptBegan)} == {Trigger.QUEUE}
    (accepted,) = reader.of(EventAccepted)
    offered = [one for each in reader.of(EventOffered) for one in each.ids]
    processed = [one for each in reader.of(EventSettled) for one in each.ids]
    assert accepted.id == offered[-1]
    assert sorted(offered) == sorted(processed)
    assert reader.of(Drained)[0].complete


def test_the_same_seed_repeats_a_run(reader: QueueReader) -> None:
    """With the same ids of messages and requests, and another seed does not."""
    first, second = reader.queue("first", **VISIBILITY), reader.queue("second", **VISIBILITY)
    reader.map(first, BatchSize=1)
    reader.map(second)
    digests = []
    for seed in (1, 1, 2):
        reader.deployed.simulator.reset()
        with reader.run(seed):
            reader.send(first, *({"send": second, "sleep": number} for number in range(7)))
        digests.append(reader.digest())
    assert digests[0] == digests[1] != digests[2]
    assert len([each for each in reader.of(EventOffered) if each.source.endswith(":second")]) > 1


def test_a_failed_batch_comes_back_after_the_visibility_timeout(reader: QueueReader) -> None:
    """Counted from the instant at which it was received."""
    url = reader.queue("orders", **VISIBILITY)
    reader.map(url)
    with reader.run():
        reader.send(url, {"raise": True, "sleep": 5, "fail": 2})
    assert reader.batches() == [(0, 1), (60, 1), (120, 1)]
    assert reader.settled() == [(5, RETURNED, 1), (65, RETURNED, 1), (125, PROCESSED, 1)]


def test_only_the_reported_messages_come_back(reader: QueueReader) -> None:
    """With ReportBatchItemFailures; the same response without it processes the batch."""
    reporting, other = reader.queue("reporting", **VISIBILITY), reader.queue("other", **VISIBILITY)
    reader.map(reporting, FunctionResponseTypes=["ReportBatchItemFailures"])
    reader.map(other)
    for url in (reporting, other):
        with reader.run():
            reader.send(url, "a", {"fail": 1}, "b")
        expected = [(0, PROCESSED, 2), (0, RETURNED, 1), (60, PROCESSED, 1)]
        assert reader.settled() == (expected if url == reporting else [(0, PROCESSED, 3)])


def test_an_invalid_response_returns_the_whole_batch(reader: QueueReader) -> None:
    """Such as an identifier that is no message of the batch."""
    url = reader.queue("orders", **VISIBILITY)
    reader.map(url, FunctionResponseTypes=["ReportBatchItemFailures"])
    with reader.run() as run:
        reader.send(url, {"answer": {"batchItemFailures": [{"itemIdentifier": "none"}]}}, "b")
        run.run_until(START + timedelta(seconds=30))
        assert reader.settled() == [(0, RETURNED, 2)]


def test_a_message_received_too_often_is_in_the_dead_letter_queue(reader: QueueReader) -> None:
    """When it would be received once more; the run is drained then."""
    dead = reader.queue("dead")
    redrive = f'{{"deadLetterTargetArn":"{reader.arn(dead)}","maxReceiveCount":2}}'
    url = reader.queue("orders", **VISIBILITY, RedrivePolicy=redrive)
    reader.map(url)
    with reader.run():
        reader.send(url, {"raise": True, "fail": 9})
    assert reader.settled() == [
        (0, RETURNED, 1),
        (60, RETURNED, 1),
        (120, Settlement.DEAD_LETTERED, 1),
    ]
    assert reader.of(Drained)[0].complete
    (letter,) = reader.aws.sqs.receive_message(QueueUrl=dead)["Messages"]
    assert reader.of(EventAccepted)[0].id == letter["MessageId"]


def test_a_message_expires_at_the_end_of_its_retention(reader: QueueReader) -> None:
    """If it was not processed until then."""
    url = reader.queue("orders", **VISIBILITY, MessageRetentionPeriod="90")
    reader.map(url)
    with reader.run():
        reader.send(url, {"raise": True, "fail": 9})
    expired = (120, Settlement.EXPIRED, 1)
    assert reader.settled() == [(0, RETURNED, 1), (60, RETURNED, 1), expired]


def test_a_message_that_always_fails_is_named_at_the_end(reader: QueueReader) -> None:
    """Without a dead-letter queue it would come back for days: the run gives it up."""
    url = reader.queue("orders", **VISIBILITY)
    reader.map(url)
    with reader.run():
        reader.send(url, {"raise": True, "fail": 9999})
    (drained,) = reader.of(Drained)
    assert drained.remaining == ("1 message of orders",)
    assert len(reader.attempts()) == 11  # ten of them after the last action, at the start


def test_a_window_gathers_messages(reader: QueueReader) -> None:
    """Until it ends or the batch is full, which may then have more than ten messages."""
    url = reader.queue("orders", **VISIBILITY)
    reader.map(url, BatchSize=12, MaximumBatchingWindowInSeconds=20)
    with reader.run() as run:
        reader.send(url, "first")
        run.run_until(START + timedelta(seconds=5))
        reader.send(url, *("more" for _ in range(13)))
    assert reader.batches() == [(5, 12), (25, 2)]


def test_a_delayed_message_is_received_when_its_delay_ends(reader: QueueReader) -> None:
    """The queue's, or its own."""
    url = reader.queue("orders", **VISIBILITY, DelaySeconds="30")
    reader.map(url)
    with reader.run():
        reader.send(url, "of the queue")
        reader.send(url, "of its own", DelaySeconds=45)
    assert reader.batches() == [(30, 1), (45, 1)]


@pytest.mark.parametrize(
    ("settings", "begun"),
    [
        ({}, [0, 0, 0, 0, 0, 10, 10]),
        ({"ScalingConfig": {"MaximumConcurrency": 3}}, [0, 0, 0, 10, 10, 10, 20]),
    ],
)
def test_batches_at_a_time_are_limited(
    reader: QueueReader, settings: Any, begun: list[float]
) -> None:
    """To five, or by the mapping."""
    url = reader.queue("orders", **VISIBILITY)
    reader.map(url, BatchSize=1, **settings)
    with reader.run():
        reader.send(url, *({"sleep": 10} for _ in range(7)))
    assert reader.attempts() == begun


def test_a_throttled_batch_comes_back_after_its_visibility_timeout(reader: QueueReader) -> None:
    """The function's reserved concurrency is a limit for all of its triggers."""
    url = reader.queue("orders", **VISIBILITY)
    reader.map(url, BatchSize=1)
    lambda_ = reader.aws.awslambda
    lambda_.put_function_concurrency(FunctionName=NAME, ReservedConcurrentExecutions=1)
    try:
        with reader.run():
            reader.send(url, {"sleep": 10}, {"sleep": 10})
    finally:
        lambda_.delete_function_concurrency(FunctionName=NAME)
    assert reader.batches() == [(0, 1), (0, 1), (60, 1)]
    assert [each.outcome for each in reader.of(AttemptEnded)].count(Outcome.THROTTLED) == 1


def test_a_message_that_no_filter_matches_is_deleted(reader: QueueReader) -> None:
    """Its body is JSON with the value, or plain text; the format of the filter decides, too."""
    url = reader.queue("orders", **VISIBILITY)
    pattern = '{"body": {"kind": ["order"]}}'
    reader.map(url, FilterCriteria={"Filters": [{"Pattern": pattern}]})
    with reader.run():
        reader.send(url, {"kind": "order"}, {"kind": "refund"}, "order")
    assert reader.settled() == [(0, Settlement.FILTERED, 2), (0, PROCESSED, 1)]
    assert reader.of(Drained)[0].complete


def test_a_disabled_mapping_reads_nothing(reader: QueueReader) -> None:
    """And its messages do not count as remaining."""
    url = reader.queue("orders", **VISIBILITY)
    reader.map(url, Enabled=False)
    with reader.run():
        reader.send(url, "a")
    assert reader.batches() == []
    assert reader.of(EventAccepted) == []  # nothing has to settle it
    assert reader.of(Drained)[0].complete


def test_a_mapping_of_an_alias_invokes_its_version(reader: QueueReader) -> None:
    """And not the newest code."""
    lambda_ = reader.aws.awslambda
    version = lambda_.publish_version(FunctionName=NAME)["Version"]
    lambda_.create_alias(FunctionName=NAME, Name="live", FunctionVersion=version)
    url = reader.queue("orders", **VISIBILITY)
    reader.map(url, f"{NAME}:live")
    restore = reader.break_code()
    try:
        with reader.run():
            reader.send(url, "a")
    finally:
        restore()
    assert [each.outcome for each in reader.of(AttemptEnded)] == [Outcome.SUCCESS]


def test_a_mapping_needs_a_visibility_timeout_of_at_least_the_functions(
    reader: QueueReader,
) -> None:
    """CreateEventSourceMapping refuses it as AWS does."""
    url = reader.queue("orders", VisibilityTimeout="19")
    text = "Queue visibility timeout: 19 seconds is less than Function timeout: 20 seconds"
    with pytest.raises(ClientError, match=text):
        reader.map(url)


@pytest.mark.parametrize("missing", RECEIVE)
def test_the_functions_role_needs_the_permissions(reader: QueueReader, missing: str) -> None:
    """Without one of them CreateEventSourceMapping refuses the mapping."""
    url = reader.queue("orders", **VISIBILITY)
    reader.allow(*(action for action in RECEIVE if action != missing))
    try:
        with pytest.raises(ClientError, match=f"permissions to call {missing[4:]} on SQS"):
            reader.map(url)
    finally:
        reader.allow(*RECEIVE, "sqs:SendMessage")


def test_messages_wait_while_the_role_may_not_receive(reader: QueueReader) -> None:
    """Lambda polls again, and processes them when the permission is there again."""
    url = reader.queue("orders", **VISIBILITY)
    reader.map(url)
    with reader.run() as run:
        reader.allow("sqs:DeleteMessage")
        reader.send(url, "a")
        run.run_until(START + timedelta(seconds=90))
        reader.allow(*RECEIVE, "sqs:SendMessage")
    assert reader.batches() == [(120, 1)]


def test_a_batch_is_repeated_though_a_poll_was_refused_meanwhile(reader: QueueReader) -> None:
    """The messages that were received before become visible again; those of a deleted queue not."""
    url = reader.queue("orders", **VISIBILITY)
    reader.map(url)
    fault = DuplicateBatch(after=timedelta(), lasts=timedelta(minutes=1))
    with reader.run(1, fault) as run:
        reader.send(url, {"sleep": 5})
        run.run_until(START + timedelta(seconds=1))
        reader.allow("sqs:DeleteMessage")
        reader.send(url, "b")
        run.run_until(START + timedelta(seconds=10))
        reader.allow(*RECEIVE, "sqs:SendMessage")
    assert reader.batches() == [(0, 1), (61, 2)]
    gone = reader.aws.sqs.create_queue(QueueName="gone", Attributes=VISIBILITY)["QueueUrl"]
    reader.map(gone)
    with reader.run(1, fault) as run:
        reader.send(gone, {"sleep": 5})
        run.run_until(START + timedelta(seconds=1))
        reader.aws.sqs.delete_queue(QueueUrl=gone)
    assert reader.settled() == [(5, RETURNED, 1)]


def test_a_window_is_refused_for_a_fifo_queue(reader: QueueReader) -> None:
    """As AWS refuses it."""
    url = reader.queue("orders.fifo", **VISIBILITY, FifoQueue="true")
    with pytest.raises(ClientError, match="Batching window is not supported for FIFO queues"):
        reader.map(url, MaximumBatchingWindowInSeconds=1)


def test_a_recursive_loop_is_stopped_and_named(reader: QueueReader) -> None:
    """After 16 invocations with what the function sent itself; the last message remains."""
    url = reader.queue("orders", **VISIBILITY)
    reader.map(url)
    with reader.run():
        reader.send(url, {"again": url})
    assert reader.attempts() == [0.0] * 16
    assert [each[1] for each in reader.settled()].count(Settlement.STOPPED) == 11
    (drained,) = reader.of(Drained)
    loop = f"queue orders -> function {NAME} -> queue orders, 16 times for one event"
    assert drained.remaining == (f"1 message of orders, in a recursive loop: {loop}",)


def test_a_queue_that_may_never_be_received_from_is_named(reader: QueueReader) -> None:
    """The run does not poll it for days."""
    url = reader.queue("orders", **VISIBILITY)
    reader.map(url)
    reader.allow("sqs:DeleteMessage")
    try:
        with reader.run():
            reader.send(url, "a")
    finally:
        reader.allow(*RECEIVE, "sqs:SendMessage")
    (drained,) = reader.of(Drained)
    assert drained.remaining == ("1 message of orders",)
    assert drained.at == START + timedelta(minutes=10)


def test_more_batches_run_after_a_minute_of_waiting(reader: QueueReader) -> None:
    """All that wait then; and five at a time again once the queue was empty."""
    url = reader.queue("orders", **VISIBILITY)
    reader.map(url, BatchSize=1)
    with reader.run() as run:
        reader.send(url, *({"sleep": 19} for _ in range(30)))
        run.run_until(START + timedelta(seconds=200))
        reader.send(url, *({"sleep": 1} for _ in range(6)))
    begun = Counter(reader.attempts())
    assert begun == {0: 5, 19: 5, 38: 5, 57: 5, 60: 10, 200: 5, 201: 1}


def test_no_thread_of_localstack_runs(reader: QueueReader) -> None:
    """Neither that of the queues, nor a poller of the mapping."""
    reader.map(reader.queue("orders", **VISIBILITY))
    names = {thread.name for thread in threading.enumerate()}
    assert not [name for name in names if "sqs" in name or "event-source-mapping" in name]
