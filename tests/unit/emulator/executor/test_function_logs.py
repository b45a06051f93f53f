"""A log group keeps its newest events, in bounded memory."""

from dataclasses import dataclass

from wavetank.emulator.executor.function_logs import drop_oldest


@dataclass
class Stream:
    """As much of LocalStack's as matters here."""

    events: list[int]


def test_the_oldest_events_are_dropped_once_there_are_too_many() -> None:
    """First those of the oldest stream, until as many are left as are kept."""
    streams = [Stream([1, 2, 3]), Stream([4, 5, 6]), Stream([7, 8])]
    drop_oldest(streams, kept=4, most=8)
    assert [stream.events for stream in streams] == [[1, 2, 3], [4, 5, 6], [7, 8]]
    drop_oldest(streams, kept=4, most=7)
    assert [stream.events for stream in streams] == [[], [5, 6], [7, 8]]
