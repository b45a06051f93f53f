"""The first difference of two histories."""

from dataclasses import replace
from pathlib import Path

from tests.sample_histories import calm, only
from tests.unit.history.test_file import written
from wavetank.history import AttemptEnded, Event, RuleFired, RunEnded, first_difference


def difference_of(folder: Path, one: list[Event], other: list[Event]) -> str:
    """The first difference of two runs, as text."""
    written(folder / "one", one)
    written(folder / "other", other)
    return str(first_difference(folder / "one", folder / "other"))


def test_same_runs_do_not_differ(tmp_path: Path) -> None:
    """Two files of the same events have no difference."""
    assert difference_of(tmp_path, calm(), calm()) == "None"


def test_differing_field_is_named(tmp_path: Path) -> None:
    """The first differing event is named with its line, instant and field."""
    other = calm()
    place = other.index(only(other, AttemptEnded)[0])
    other[place] = replace(only(other, AttemptEnded)[0], attempt=2)
    assert difference_of(tmp_path, calm(), other) == (
        f"line {place + 1}, AttemptEnded at 2026-11-23T12:01:00Z: attempt is 1 and 2"
    )


def test_other_event_is_named(tmp_path: Path) -> None:
    """If the events are of different kinds, both are shown."""
    difference = difference_of(tmp_path, [only(calm(), RuleFired)[0]], [only(calm(), RunEnded)[0]])
    assert difference.startswith('line 1: {"at":"2026-11-23T12:01:00Z","due"')
    assert ' and {"at":"2026-11-23T12:04:00Z","event":"RunEnded"}' in difference


def test_longer_run_is_named(tmp_path: Path) -> None:
    """If one has ended, the other's next event is shown."""
    assert difference_of(tmp_path, calm(), calm()[:-1]).endswith(
        'only the first continues, with {"at":"2026-11-23T12:04:00Z","event":"RunEnded"}'
    )
