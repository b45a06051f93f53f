"""Faults of a function that makes no AWS calls: they end it when it returns."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.simulator.queues import NAME, QueueReader, queue_reader
from wavetank.faults.functions import (
    FunctionTimeout,
    HandlerCrash,
    InvocationFault,
    OutOfMemory,
    Side,
)
from wavetank.history import ApiCalled, AttemptEnded, FaultInjected, Outcome

READER = queue_reader
"""The function of all tests here, for the fixture `reader`."""
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        (HandlerCrash, Outcome.CRASH),
        (OutOfMemory, Outcome.CRASH),
        (FunctionTimeout, Outcome.TIMEOUT),
    ],
)
def test_it_ends_before_lambda_has_its_result(
    reader: QueueReader, kind: type[InvocationFault], outcome: Outcome, side: Side
) -> None:
    """So the messages come back, and the second attempt processes them."""
    url = reader.queue("orders", VisibilityTimeout="60")
    reader.map(url)
    fault = kind(after=timedelta(), lasts=MINUTE, function=NAME, side=side)
    with reader.run(1, fault):
        reader.send(url, "first")
    assert reader.of(ApiCalled) == []
    ended = [each.outcome for each in reader.of(AttemptEnded)]
    assert ended == [outcome, Outcome.SUCCESS]
    (injected,) = reader.of(FaultInjected)
    assert injected.kind == fault.kind


def test_a_later_call_is_still_one_that_it_does_not_make(reader: QueueReader) -> None:
    """The fault of a second call does not hit a function without calls, nor one that fails."""
    url = reader.queue("orders", VisibilityTimeout="60")
    reader.map(url)
    second = HandlerCrash(after=timedelta(), lasts=MINUTE, function=NAME, call_number=2)
    with reader.run(1, second):
        reader.send(url, "first")
    assert reader.of(FaultInjected) == []
    with reader.run(1, replace(second, call_number=1)):
        reader.send(url, {"raise": True, "fail": 1})
    assert [each.outcome for each in reader.of(AttemptEnded)] == [Outcome.ERROR, Outcome.SUCCESS]
