"""A log group keeps its newest events, in bounded memory."""

from dataclasses import dataclass
from typing import Any

from wavetank.emulator.lambda_.function_logs import drop_oldest, drop_oldest_bytes


@dataclass
class Stream:
    """As much of LocalStack's as matters here."""

    events: list[Any]


@dataclass
class Event:
    """As much of LocalStack's as matters here."""

    message: str


def test_the_oldest_events_are_dropped_once_there_are_too_many() -> None:
    """First those of the oldest stream, until as many are left as are kept."""
    streams = [Stream([1, 2, 3]), Stream([4, 5, 6]), Stream([7, 8])]
    drop_oldest(streams, kept=4, most=8)
    assert [stream.events for stream in streams] == [[1, 2, 3], [4, 5, 6], [7, 8]]
    drop_oldest(streams, kept=4, most=7)
    assert [stream.events for stream in streams] == [[], [5, 6], [7, 8]]


def test_the_oldest_events_are_dropped_once_their_messages_are_too_long() -> None:
    """A few long messages count as much as many short ones; the newest are left."""
    old, new = Stream([Event("a" * 50), Event("b" * 50)]), Stream([Event("c" * 60)])
    drop_oldest_bytes([old, new], bytes_max=160)
    assert [len(old.events), len(new.events)] == [2, 1]
    drop_oldest_bytes([old, new], bytes_max=120)
    assert [event.message[0] for event in old.events + new.events] == ["b", "c"]
    drop_oldest_bytes([old, new], bytes_max=59)
    assert not old.events + new.events
