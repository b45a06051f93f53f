"""Where two histories part."""

from dataclasses import replace
from pathlib import Path

from tests.stories import calm, only
from tests.unit.history.test_file import written
from wavetank.history import AttemptEnded, Event, RuleFired, RunEnded, first_difference


def told(folder: Path, one: list[Event], other: list[Event]) -> str:
    """What is said about two runs."""
    written(folder / "one", one)
    written(folder / "other", other)
    return str(first_difference(folder / "one", folder / "other"))


def test_same_runs_do_not_differ(tmp_path: Path) -> None:
    """Two files of the same events have no difference."""
    assert told(tmp_path, calm(), calm()) == "None"


def test_differing_field_is_named(tmp_path: Path) -> None:
    """The first differing event is told with its line, instant and field."""
    other = calm()
    place = other.index(only(other, AttemptEnded)[0])
    other[place] = replace(only(other, AttemptEnded)[0], attempt=2)
    assert told(tmp_path, calm(), other) == (
        f"line {place + 1}, AttemptEnded at 2026-11-23T12:01:00Z: attempt is 1 and 2"
    )


def test_other_event_is_named(tmp_path: Path) -> None:
    """Where another kind of event happened, both are shown."""
    difference = told(tmp_path, [only(calm(), RuleFired)[0]], [only(calm(), RunEnded)[0]])
    assert difference.startswith('line 1: {"at":"2026-11-23T12:01:00Z","due"')
    assert ' and {"at":"2026-11-23T12:04:00Z","event":"RunEnded"}' in difference


def test_longer_run_is_named(tmp_path: Path) -> None:
    """Where one has ended, the other's next event is shown."""
    assert told(tmp_path, calm(), calm()[:-1]).endswith(
        'only the first goes on, with {"at":"2026-11-23T12:04:00Z","event":"RunEnded"}'
    )
