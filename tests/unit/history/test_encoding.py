"""An event as its one line."""

import inspect
from datetime import UTC, datetime, timedelta, timezone

import pytest
from freezegun.api import FakeDatetime

from tests.pipeline import NOON
from tests.sample_histories import calm
from wavetank.history import (
    EVENTS,
    Drained,
    Event,
    RuleFired,
    RunEnded,
    decode,
    digest_of,
    encode,
    encoding,
    events,
)


def test_line_is_canonical() -> None:
    """A line has sorted keys, no spaces, ASCII only, and instants in UTC."""
    later = NOON.astimezone(timezone(timedelta(hours=1))) + timedelta(microseconds=5)
    assert encode(RuleFired(later, "täglich", "f", "r", NOON)) == (
        '{"at":"2026-11-23T12:00:00.000005Z","due":"2026-11-23T12:00:00Z","event":"RuleFired",'
        '"request":"r","rule":"t\\u00e4glich","target":"f"}'
    )


def test_a_whole_run_can_be_written_and_read() -> None:
    """Every event of a run is the same after writing and reading."""
    history = calm(ticks=3, failing=[2])
    assert [decode(encode(event)) for event in history] == history


def test_instant_without_zone_is_refused() -> None:
    """An event whose instant is ambiguous is not written."""
    with pytest.raises(ValueError, match="without a time zone"):
        encode(RunEnded(NOON.replace(tzinfo=None)))


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "[]",
        '{"event":[]}',
        '{"event":"Unheard"}',
        '{"event":"RunEnded"}',
        '{"at":"2026-11-23T12:00:00","event":"RunEnded"}',
        '{"at":"0001-01-01T00:00:00+10:00","event":"RunEnded"}',
        '{"at":1,"event":"RunEnded"}',
        '{"at":"2026-11-23T12:00:00Z","event":"RunEnded","more":1}',
        '{"at":"2026-11-23T12:00:00Z","complete":1,"event":"Drained","remaining":[]}',
        '{"at":"2026-11-23T12:00:00Z","complete":true,"event":"Drained","remaining":"abc"}',
        '{"at":"2026-11-23T12:00:00Z","event":"TableSnapshot","items":[3],"table":"t"}',
    ],
)
def test_what_is_no_event_is_refused(line: str) -> None:
    """A line that is not exactly an event's is an error, and never half an event."""
    with pytest.raises(ValueError, match=r"."):
        decode(line)


def test_every_event_can_be_written() -> None:
    """The table of events names every class of the module that is one."""
    classes = [kind for _, kind in inspect.getmembers(events, inspect.isclass)]
    assert {kind for kind in classes if issubclass(kind, Event)} - {Event} == set(EVENTS)


def test_digests_of_different_histories_differ() -> None:
    """Equal histories have one digest; another order has another."""
    one = [RunEnded(NOON), RunEnded(datetime(2026, 1, 1, tzinfo=UTC))]
    assert digest_of(one) == digest_of(list(one))
    assert digest_of(one) != digest_of(one[::-1])


def test_a_history_is_read_while_time_is_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a test with `virtual_clock`, before which the process has read none."""
    event = Drained(NOON, complete=True)
    line = encode(event)
    encoding._decoder.cache_clear()  # noqa: SLF001 - as in a new process
    monkeypatch.setattr(encoding, "datetime", FakeDatetime)
    assert decode(line) == event
