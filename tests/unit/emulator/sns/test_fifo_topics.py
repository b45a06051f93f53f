"""Deduplication and numbers of FIFO topics."""

import threading
import weakref
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


def test_a_clock_that_is_set_back_accepts_a_message_again() -> None:
    """Times after now are of a clock that a test has moved, whatever is older."""
    topics = FifoTopics()
    assert topics.accepts("a", _message("old"), NOW)
    assert topics.accepts("a", _message("x"), NOW + timedelta(minutes=4))
    assert topics.accepts("a", _message("x"), NOW + timedelta(minutes=1))
    assert not topics.accepts("a", _message("x"), NOW + timedelta(minutes=2))


class _Key(str):
    """A text that can have weak references."""

    __slots__ = ("__weakref__",)


def test_an_expired_message_is_forgotten() -> None:
    """Its key takes no memory once the next message arrives."""
    topics, key = FifoTopics(), _Key("1")
    kept = weakref.ref(key)
    topics.accepts("a", _message("x", key), NOW)
    del key
    topics.accepts("a", _message("x", "2"), NOW + timedelta(seconds=299))
    assert kept() == "1"
    topics.accepts("a", _message("x", "3"), NOW + timedelta(seconds=300))
    assert kept() is None


def test_one_of_many_publishers_is_accepted() -> None:
    """Threads that publish the same messages at the same time are accepted once for each."""
    topics, accepted = FifoTopics(), list[str]()
    begin = threading.Barrier(8)

    def publish() -> None:
        begin.wait()
        for number in range(500):
            if topics.accepts(
                "a", _message("x", str(number)), NOW + timedelta(seconds=number / 10)
            ):
                accepted.append(str(number))

    threads = [threading.Thread(target=publish) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(accepted) == sorted(map(str, range(500)))
