"""The failures in a run, each in one sentence."""

from datetime import UTC, datetime

import pytest

from wavetank.history import (
    Event,
    EventSettled,
    EventUndelivered,
    Settlement,
    failure_message,
)

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
QUEUE = "arn:aws:sqs:eu-west-1:000000000000:orders"


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (
            EventSettled(NOON, "", QUEUE, ("a", "b"), Settlement.EXPIRED),
            "2 events of queue orders: expired, at the end of the retention period",
        ),
        (EventSettled(NOON, "", QUEUE, ("a",), Settlement.PROCESSED), ""),
        (
            EventUndelivered(NOON, "", ("a",), QUEUE, "AccessDenied", 3, ""),
            f"{QUEUE} refuses an event: AccessDenied",
        ),
    ],
)
def test_lost_events_are_failures(event: Event, text: str) -> None:
    """Those that a source gives up, and those that a target refuses for good."""
    assert failure_message(event) == text


def test_every_loss_has_words() -> None:
    """Every settlement after which no function gets the events."""
    gone = set(Settlement) - {Settlement.PROCESSED, Settlement.RETURNED, Settlement.FILTERED}
    for each in gone:
        assert failure_message(EventSettled(NOON, "", QUEUE, ("a",), each))
