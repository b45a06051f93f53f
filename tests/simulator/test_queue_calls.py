"""Queues in virtual time as handlers and tests call them: order, duplicates, waiting receivers."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from tests.simulator.conftest import START
from tests.simulator.queues import NAME, QueueReader, queue_reader
from wavetank.core.findings import Verdict
from wavetank.emulator.sqs import visibility
from wavetank.history import (
    AttemptEnded,
    EventAccepted,
    EventOffered,
    EventSettled,
    Outcome,
    Settlement,
)
from wavetank.invariants import GroupOrder, check_history

FIFO = {"FifoQueue": "true", "VisibilityTimeout": "60"}


READER = queue_reader
"""The function of all tests here, for the fixture `reader`."""


def _send(reader: QueueReader, url: str, group: str, *wishes: Any) -> None:
    for number, wish in enumerate(wishes):
        name = f"{group}{number}"
        reader.send(url, wish, MessageGroupId=group, MessageDeduplicationId=name)


def test_a_group_waits_for_its_batch_in_flight(reader: QueueReader) -> None:
    """One batch of a group at a time, in order; a failed message holds up its group only."""
    url = reader.queue("orders.fifo", **FIFO)
    reader.map(url, BatchSize=1)
    with reader.run():
        _send(reader, url, "a", {"sleep": 5}, {"raise": True, "fail": 1}, {"sleep": 1})
        _send(reader, url, "b", {"sleep": 2}, {"sleep": 2})
    assert reader.attempts() == [0, 0, 2, 5, 65, 65]
    accepted = [each.id for each in reader.of(EventAccepted)]
    offered = [one for each in reader.of(EventOffered) for one in each.ids]
    first, second = accepted[:3], accepted[3:]
    assert [one for one in offered if one in first] == [first[0], first[1], first[1], first[2]]
    assert [one for one in offered if one in second] == second


def test_messages_of_one_instant_keep_their_order(reader: QueueReader) -> None:
    """LocalStack orders them by time stamps, which are equal."""
    url = reader.queue("orders.fifo", **FIFO)
    reader.map(url)
    with reader.run():
        _send(reader, url, "a", *("text" for _ in range(20)))
    offered = [one for each in reader.of(EventOffered) for one in each.ids]
    assert offered == [each.id for each in reader.of(EventAccepted)]


def test_a_duplicate_is_dropped_for_five_minutes(reader: QueueReader) -> None:
    """Of virtual time, after which the same message is a new one."""
    url = reader.queue("orders.fifo", **FIFO)
    reader.map(url)
    with reader.run() as run:
        for minutes in (0, 4, 6):
            run.run_until(START + timedelta(minutes=minutes))
            _send(reader, url, "a", "text")
    assert reader.batches() == [(0, 1), (360, 1)]


def test_a_receiver_waits_in_virtual_time(reader: QueueReader) -> None:
    """Until the first message, or until its wait ends; a test gets its answer at once."""
    orders, other = (
        reader.queue("orders", VisibilityTimeout="60"),
        reader.queue("other", VisibilityTimeout="3600"),
    )
    reader.map(orders)
    with reader.run() as run:
        reader.send(other, "late", DelaySeconds=4)
        reader.send(orders, {"receive": other, "wait": 10})
        run.run_until(START + timedelta(minutes=1))
        reader.send(orders, {"receive": other, "wait": 10})
        empty = reader.queue("empty")
        assert "Messages" not in reader.aws.sqs.receive_message(QueueUrl=empty, WaitTimeSeconds=20)
    ended = [(each.at - START).total_seconds() for each in reader.of(AttemptEnded)]
    assert ended == pytest.approx([4, 70])


def test_a_receiver_gets_a_message_at_the_instant_at_which_it_is_sent(reader: QueueReader) -> None:
    """By another function, or by a test."""
    orders, other = reader.queue("orders", VisibilityTimeout="60"), reader.queue("other")
    reader.map(orders)
    with reader.run() as run:
        reader.send(orders, {"receive": other, "wait": 10})
        run.run_until(START + timedelta(seconds=2.345))
        reader.send(other, "text")
    (ended,) = reader.of(AttemptEnded)
    assert ended.at == START + timedelta(seconds=2.345)


def test_a_look_at_a_queue_does_not_read_its_messages(
    reader: QueueReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run asks after each of its actions, so delayed messages would slow all of them down."""
    url = reader.queue("orders")
    looks, stock = [], visibility.visible_at

    def count(queue: Any, message: Any) -> Any:
        looks.append(message)
        return stock(queue, message)

    reader.send(url, *("text" for _ in range(50)), DelaySeconds=600)
    monkeypatch.setattr(visibility, "visible_at", count)
    queue = visibility.queue_of(reader.arn(url))
    looks.clear()
    assert {visibility.next_visible(queue) for _ in range(10)} == {START.timestamp() + 600}
    assert len(looks) <= 20


def test_groups_without_messages_are_forgotten(reader: QueueReader) -> None:
    """A FIFO queue may have a new group for each message."""
    url = reader.queue("orders.fifo", **FIFO)
    reader.map(url)
    with reader.run() as run:
        for number in range(60):
            _send(reader, url, f"group-{number}-", "text")
            run.run_until(START + timedelta(seconds=number))
    assert len(reader.batches()) == 60
    assert len(visibility.queue_of(reader.arn(url)).message_groups) <= 20


def test_a_function_times_out_while_it_waits(reader: QueueReader) -> None:
    """And its next attempt is another environment's."""
    orders, other = reader.queue("orders", VisibilityTimeout="60"), reader.queue("other")
    reader.map(orders)
    with reader.run() as run:
        reader.send(orders, {"sleep": 5, "receive": other, "wait": 20})
        run.run_until(START + timedelta(seconds=30))
        reader.send(other, "there")
    outcomes = [each.outcome for each in reader.of(AttemptEnded)]
    assert outcomes == [Outcome.TIMEOUT, Outcome.SUCCESS]


def test_messages_in_flight_are_visible_again_in_virtual_time(reader: QueueReader) -> None:
    """In a queue without a mapping, too, and as its attributes say."""
    url = reader.queue("orders", VisibilityTimeout="30")
    simulator, sqs = reader.deployed.simulator, reader.aws.sqs
    reader.send(url, "a")
    sqs.receive_message(QueueUrl=url)
    counts = []
    for seconds in (29, 30):
        simulator.move_to(START + timedelta(seconds=seconds))
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        counts.append([found[name] for name in names])
    assert counts == [["0", "1"], ["1", "0"]]


def test_a_redrive_moves_the_messages_at_once(reader: QueueReader) -> None:
    """StartMessageMoveTask has no thread: its messages are in the other queue when it returns."""
    dead, other = reader.queue("dead"), reader.queue("other")
    redrive = f'{{"deadLetterTargetArn":"{reader.arn(dead)}","maxReceiveCount":2}}'
    reader.queue("orders", RedrivePolicy=redrive)
    reader.send(dead, "a", "b")
    reader.aws.sqs.start_message_move_task(
        SourceArn=reader.arn(dead), DestinationArn=reader.arn(other)
    )
    found = reader.aws.sqs.receive_message(QueueUrl=other, MaxNumberOfMessages=10)["Messages"]
    assert [each["Body"] for each in found] == ["a", "b"]


def test_sequence_numbers_and_ids_repeat_after_a_reset(reader: QueueReader) -> None:
    """So that runs in one process are the same as in another; numbers of a queue ascend."""
    url = reader.queue("orders.fifo", **FIFO)
    found = []
    for _ in range(2):
        reader.deployed.simulator.reset()
        _send(reader, url, "a", "first", "second")
        received = reader.aws.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"]
        )["Messages"]
        found.append([(m["MessageId"], m["Attributes"]["SequenceNumber"]) for m in received])
    assert found[0] == found[1]
    assert all(one[1] < other[1] for one, other in pairwise(found[0]))


def test_a_handler_that_reports_the_wrong_failed_items_breaks_the_order(
    reader: QueueReader,
) -> None:
    """It names the first message of the group, and not those behind it: Lambda deletes them."""
    url = reader.queue("orders.fifo", **FIFO)
    reader.map(url, BatchSize=10, FunctionResponseTypes=["ReportBatchItemFailures"])
    orders = [{"fail": 1, "n": 1}, {"n": 2}, {"n": 3}]
    for wrong in (True, False):
        wishes = orders if wrong else [each | {"fail": 1} for each in orders]
        with reader.run():
            _send(reader, url, "ada" if wrong else "bob", *wishes)
        (found,) = check_history(reader.events, [GroupOrder()])
        assert found.verdict is (Verdict.INVALID if wrong else Verdict.VALID), found
        assert f"processed by {NAME} before" in found.evidence or not wrong


def test_a_message_that_the_function_deletes_is_processed(reader: QueueReader) -> None:
    """Also if it fails afterwards: the message does not come back, and is not lost either."""
    url = reader.queue("orders", VisibilityTimeout="60")
    reader.map(url)
    with reader.run():
        reader.send(url, {"delete": url, "fail": 1, "raise": True})
        reader.send(url, {"fail": 1, "raise": True})
    deleted, other = [each.id for each in reader.of(EventAccepted)]
    settled = [(each.ids, each.settlement) for each in reader.of(EventSettled)]
    processed, returned = Settlement.PROCESSED, Settlement.RETURNED
    assert settled == [((deleted,), processed), ((other,), returned), ((other,), processed)], (
        settled
    )
