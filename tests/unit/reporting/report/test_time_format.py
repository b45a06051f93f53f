"""Instants, durations and sizes in words."""

from datetime import timedelta

import pytest

from tests.pipeline import NOON
from wavetank.reporting.report.time_format import LABELS_MAX, Axis, bytes_text, duration


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0, "0 s"),
        (250, "250 ms"),
        (1500, "1.5 s"),
        (60_000, "1 min"),
        (75_000, "1 min 15 s"),
        (86_400_000, "1 d"),
        (90_000_000, "1 d 1 h"),
    ],
)
def test_durations_have_two_units_at_most(milliseconds: int, text: str) -> None:
    """In the usual notation."""
    assert duration(milliseconds) == text


def test_sizes_are_in_powers_of_two() -> None:
    """Bytes as they are, more in their unit."""
    assert [bytes_text(size) for size in (512, 1536, 2**20)] == ["512 B", "1.5 KiB", "1 MiB"]


@pytest.mark.parametrize("hours", [0.1, 1, 24, 24 * 30, 24 * 365])
def test_labels_are_few_and_round(hours: float) -> None:
    """However long the axis is."""
    axis = Axis(NOON, NOON + timedelta(hours=hours))
    labels = list(axis.labels())
    assert 2 <= len(labels) <= LABELS_MAX + 1
    assert all(axis.begin <= at <= axis.end for at, _ in labels)


def test_an_axis_of_no_length_has_a_position_for_everything() -> None:
    """A run that was interrupted at its begin is drawn too."""
    axis = Axis(NOON, NOON)
    assert (axis.percent(NOON), axis.percent(NOON + timedelta(hours=1))) == ("0%", "100%")
