"""Deduplication and numbers of FIFO topics."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from wavetank.emulator.sns.fifo_topics import FifoTopics

NOW = datetime(2026, 11, 30, tzinfo=UTC)


def _message(text: str, key: str | None = None) -> Any:
    return SimpleNamespace(message=text, message_deduplication_id=key, sequencer_number=None)


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
    first, second, again = _message("x"), _message("y"), _message("x")
    topics.accepts("a", first, NOW)
    topics.accepts("a", second, NOW)
    topics.restart()
    assert topics.accepts("a", again, NOW)
    assert first.sequencer_number < second.sequencer_number
    assert again.sequencer_number == first.sequencer_number
