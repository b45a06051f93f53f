"""What becomes of a run's events, one at a time and in groups."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from wavetank.core.findings import Finding, Verdict
from wavetank.history import Drained, Event, RunEnded, digest_of, read_history
from wavetank.invariants import FullyDrained, Judges
from wavetank.invariants.completeness import HistoryEnd
from wavetank.simulation.history_recorder import recorded

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
EVENTS: list[Event] = [Drained(NOON, complete=True), RunEnded(NOON)]


class Seen:
    """A judge that remembers what it was shown."""

    key, name = "seen", "what was seen"

    def __init__(self) -> None:
        self.events: list[Event] = []

    def observe(self, event: Event) -> None:
        self.events.append(event)

    def finding(self, ending: HistoryEnd) -> Finding:  # noqa: ARG002 - a judge's form
        return Finding(self.name, Verdict.VALID, "")


@pytest.mark.parametrize("at_once", [1, 2, 3, 100])
def test_groups_change_nothing_of_what_is_written_and_judged(tmp_path: Path, at_once: int) -> None:
    """File, digest and judges have every event, in order, however many go together."""
    seen, events = Seen(), EVENTS * 4
    path = tmp_path / "history.jsonl"
    with recorded(path, Judges([seen]), at_once=at_once) as recording:
        for event in events:
            recording.take(event)
    assert list(read_history(path)) == events == seen.events
    assert recording.digest == digest_of(events)
    assert recording.events == len(events)


def test_without_a_file_the_digest_is_the_same() -> None:
    """A run that nobody keeps can still be compared with another."""
    with recorded(None, Judges([]), at_once=3) as recording:
        for event in EVENTS * 2:
            recording.take(event)
    assert recording.digest == digest_of(EVENTS * 2)


def test_an_interrupted_run_keeps_all_that_happened(tmp_path: Path) -> None:
    """Ctrl-C comes before the group is full: what was taken is in the file, and was judged."""
    seen, path = Seen(), tmp_path / "history.jsonl"

    def interrupted() -> None:
        with recorded(path, Judges([seen]), at_once=64) as recording:
            recording.take(EVENTS[0])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(read_history(path)) == EVENTS[:1] == seen.events


def test_who_watches_sees_each_event_at_once(tmp_path: Path) -> None:
    """Progress does not come in leaps."""
    watched: list[Event] = []
    with recorded(tmp_path / "h.jsonl", Judges([]), watched.append, at_once=64) as recording:
        recording.take(EVENTS[0])
        assert watched == EVENTS[:1]


def test_a_live_run_is_in_its_file_as_it_goes(tmp_path: Path) -> None:
    """One at a time where nobody says otherwise: an event of wall time may be the last for long."""
    path = tmp_path / "history.jsonl"
    judges = Judges([FullyDrained()])
    with recorded(path, judges) as recording:
        for event in EVENTS:
            recording.take(event)
        assert list(read_history(path)) == EVENTS
        assert [finding.verdict for finding in judges.findings()] == [Verdict.VALID]
