"""A run's events go to the digest, the file and the invariants, one at a time or in batches."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from wavetank.core.findings import Finding, Verdict
from wavetank.history import Drained, Event, RunEnded, digest_of, read_history
from wavetank.invariants import FullyDrained, InvariantSuite
from wavetank.invariants.history_completeness import HistoryEnd
from wavetank.simulation.history_recorder import recorded

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
EVENTS: list[Event] = [Drained(NOON, complete=True), RunEnded(NOON)]


class Seen:
    """An invariant that records the events it gets."""

    key, name = "seen", "what was seen"

    def __init__(self) -> None:
        self.events: list[Event] = []

    def observe(self, event: Event) -> None:
        self.events.append(event)

    def finding(self, end: HistoryEnd) -> Finding:  # noqa: ARG002 - the signature of an invariant
        return Finding(self.name, Verdict.VALID, "")


@pytest.mark.parametrize("batch_size", [1, 2, 3, 100])
def test_batches_change_nothing_of_what_is_written_and_checked(
    tmp_path: Path, batch_size: int
) -> None:
    """File, digest and invariants get every event in order, whatever the batch size."""
    seen, events = Seen(), EVENTS * 4
    path = tmp_path / "history.jsonl"
    with recorded(path, InvariantSuite([seen]), batch_size=batch_size) as recorder:
        for event in events:
            recorder.record(event)
    assert list(read_history(path)) == events == seen.events
    assert recorder.digest == digest_of(events)
    assert recorder.events == len(events)


def test_without_a_file_the_digest_is_the_same() -> None:
    """A run that is not saved can still be compared with another."""
    with recorded(None, InvariantSuite([]), batch_size=3) as recorder:
        for event in EVENTS * 2:
            recorder.record(event)
    assert recorder.digest == digest_of(EVENTS * 2)


def test_an_interrupted_run_saves_all_recorded_events(tmp_path: Path) -> None:
    """Ctrl-C before the batch is full: the recorded events are written and checked."""
    seen, path = Seen(), tmp_path / "history.jsonl"

    def interrupted() -> None:
        with recorded(path, InvariantSuite([seen]), batch_size=64) as recorder:
            recorder.record(EVENTS[0])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(read_history(path)) == EVENTS[:1] == seen.events


def test_a_watcher_gets_each_event_at_once(tmp_path: Path) -> None:
    """A live view does not wait for a batch."""
    watched: list[Event] = []
    with recorded(
        tmp_path / "h.jsonl", InvariantSuite([]), watched.append, batch_size=64
    ) as recorder:
        recorder.record(EVENTS[0])
        assert watched == EVENTS[:1]


def test_by_default_each_event_is_written_at_once(tmp_path: Path) -> None:
    """The default batch size is 1, since in wall time the next event may be far away."""
    path = tmp_path / "history.jsonl"
    suite = InvariantSuite([FullyDrained()])
    with recorded(path, suite) as recorder:
        for event in EVENTS:
            recorder.record(event)
        assert list(read_history(path)) == EVENTS
        assert [finding.verdict for finding in suite.findings()] == [Verdict.VALID]
