"""Deduplication and numbers of FIFO topics."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from wavetank.emulator.sns.fifo_topics import FifoTopics

NOW = datetime(2026, 11, 30, tzinfo=UTC)


def _message(text: str, key: str | None = None) -> Any:
    return SimpleNamespace(message=text, message_deduplication_id=key)


def test_a_message_counts_once_in_five_minutes() -> None:
    """By its deduplication id or its content, for each topic."""
    topics = FifoTopics()
    assert topics.accepts("a", _message("x"), NOW)
    assert not topics.accepts("a", _message("x"), NOW + timedelta(seconds=299))
    assert topics.accepts("b", _message("x"), NOW)
    assert topics.accepts("a", _message("x", "1"), NOW)
    assert not topics.accepts("a", _message("y", "1"), NOW)
    assert topics.accepts("a", _message("x"), NOW + timedelta(minutes=5))


def test_numbers_increase_and_begin_anew() -> None:
    """With each run, so that one seed has one history."""
    topics = FifoTopics()
    first, second = topics.next_number(), topics.next_number()
    topics.accepts("a", _message("x"), NOW)
    topics.restart()
    assert first < second
    assert topics.next_number() == first
    assert topics.accepts("a", _message("x"), NOW)
