"""How many batches are processed at a time, and which messages of a batch have failed."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from wavetank.simulation.event_sources.queue_policy import BatchConcurrency, failed_messages

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
IDS = ("a", "b")


@pytest.mark.parametrize(
    ("minutes", "limit"), [(0.0, 5), (0.9, 5), (1.0, 305), (4.0, 1205), (5.0, 1250), (60.0, 1250)]
)
def test_concurrency_grows_by_300_each_minute(minutes: float, limit: int) -> None:
    """While messages wait, from 5 up to 1,250."""
    assert BatchConcurrency(None).limit(NOON, NOON + minutes * MINUTE) == limit


def test_concurrency_is_five_while_no_message_waits() -> None:
    """Lambda scales back when traffic is low."""
    assert BatchConcurrency(None).limit(None, NOON) == 5


def test_maximum_concurrency_is_never_exceeded() -> None:
    """Below five at once, and later too."""
    assert BatchConcurrency(2).limit(None, NOON) == 2
    assert BatchConcurrency(100).limit(NOON, NOON + 9 * MINUTE) == 100


def test_the_next_increase_is_at_the_end_of_the_minute() -> None:
    """None once the limit is reached: more room depends on batches that end."""
    now = NOON + 1.5 * MINUTE
    assert BatchConcurrency(None).next_increase(NOON, now) == NOON + 2 * MINUTE
    assert BatchConcurrency(5).next_increase(NOON, now) is None


@pytest.mark.parametrize(
    "answer",
    [None, {}, {"batchItemFailures": []}, {"batchItemFailures": None}, {"statusCode": 200}],
)
def test_a_response_without_failures_is_a_success(answer: object) -> None:
    """As Lambda documents it."""
    assert failed_messages(json.dumps(answer).encode(), IDS) == frozenset()


def test_reported_messages_have_failed() -> None:
    """Only those."""
    answer = {"batchItemFailures": [{"itemIdentifier": "b"}]}
    assert failed_messages(json.dumps(answer).encode(), IDS) == {"b"}


@pytest.mark.parametrize(
    "answer",
    [
        b"not JSON",
        b'"text"',
        b'{"batchItemFailures": "a"}',
        b'{"batchItemFailures": ["a"]}',
        b'{"batchItemFailures": [{"itemIdentifier": ""}]}',
        b'{"batchItemFailures": [{"itemIdentifier": null}]}',
        b'{"batchItemFailures": [{"itemIdentifier": ["a"]}]}',
        b'{"batchItemFailures": [{"id": "a"}]}',
        b'{"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "other"}]}',
    ],
)
def test_an_invalid_response_is_a_complete_failure(answer: bytes) -> None:
    """Every message comes back, whatever else was reported."""
    assert failed_messages(answer, IDS) == set(IDS)
