"""The streaming function's entry point: what it takes for an event."""

import pytest
from freezegun import freeze_time

from streaming import handler
from tests.pipeline import LATE_MAX, NOON, MemoryAws


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> MemoryAws:
    """The handler with its AWS in memory."""
    memory = MemoryAws()
    settings = handler.Settings("prices", "stream", "ndjson", LATE_MAX)
    monkeypatch.setattr(handler, "_aws", lambda: memory)
    monkeypatch.setattr(handler, "_settings", lambda: settings)
    return memory


def test_the_tick_is_the_events_and_not_the_clocks(aws: MemoryAws) -> None:
    """Invoked years later, the handler still makes the records of the event's minute."""
    with freeze_time("2031-05-05 05:05:05"):
        answer = handler.lambda_handler({"time": "2026-11-23T12:00:41Z"}, None)
    assert answer == {"tick": "2026-11-23T12:00:00+00:00", "records": 20}
    assert min(sample.instant for sample in aws.delivered) == NOON


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    "event",
    [{}, {"time": None}, {"time": "noon"}, {"time": 12}, {"time": "2026-11-23T12:00:00"}, []],
)
def test_an_event_without_a_usable_time_is_refused(event: object) -> None:
    """A guessed time would make records nobody asked for; the error raises the alert."""
    with pytest.raises(handler.EventError, match="expected a"):
        handler.lambda_handler(event, None)  # type: ignore[arg-type]  # that is the point
