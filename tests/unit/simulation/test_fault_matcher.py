"""Which faults strike what, and when: from a window's first instant on, and not at its last."""

from datetime import UTC, datetime, timedelta

import pytest

from wavetank.faults.delivery import DuplicateDelivery, S3Outage, ThrottledTopic
from wavetank.faults.fault import Fault
from wavetank.faults.plan import FaultPlan
from wavetank.history import Event, FaultInjected
from wavetank.simulation.fault_matcher import FaultMatcher
from wavetank.simulation.simulation_clock import SimulationClock

BEGIN = datetime(2026, 11, 24, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
INSTANT = timedelta(microseconds=1)
"""The least by which two instants can differ."""
AFTER, LASTS = 5 * MINUTE, 10 * MINUTE


class Played:
    """A run of the faults in which nothing happens but what a test asks about."""

    def __init__(self, *faults: Fault) -> None:
        self.told: list[Event] = []
        self._timeline = SimulationClock(1, BEGIN, lambda _: None, self.told.append)
        self._strikes = FaultMatcher(FaultPlan(faults), BEGIN, self._timeline)

    def struck(self, kind: type[Fault], *after: timedelta) -> list[bool]:
        """Whether what happens so long after the begin is struck, one after the other."""
        found: list[bool] = []
        for at in after:
            self._timeline.at(
                BEGIN + at, lambda: found.append(self._strikes.now(kind, "it") is not None)
            )
        self._timeline.pass_until(BEGIN + max(after), lambda: None)
        return found


@pytest.mark.parametrize(
    ("after", "strikes"),
    [
        (AFTER - INSTANT, False),
        (AFTER, True),
        (AFTER + LASTS - INSTANT, True),
        (AFTER + LASTS, False),
        (AFTER + LASTS + INSTANT, False),
    ],
    ids=["just before", "at the begin", "just before the end", "at the end", "just after"],
)
@pytest.mark.parametrize(
    "fault",
    [
        S3Outage(after=AFTER, lasts=LASTS),
        DuplicateDelivery(after=AFTER, lasts=LASTS),
        ThrottledTopic(after=AFTER, lasts=LASTS, times=None),
    ],
    ids=lambda fault: fault.kind,
)
def test_a_fault_is_over_at_the_very_end_of_its_window(
    fault: Fault, after: timedelta, *, strikes: bool
) -> None:
    """What happens at the begin is struck, and what happens at the end is not."""
    assert Played(fault).struck(type(fault), after) == [strikes]


def test_where_one_window_ends_and_another_begins_the_later_fault_strikes_alone() -> None:
    """Two outages one after the other are one, without a gap and without an overlap."""
    first = S3Outage(after=AFTER, lasts=LASTS)
    second = S3Outage(after=AFTER + LASTS, lasts=LASTS)
    played = Played(first, second)
    assert played.struck(S3Outage, AFTER + LASTS) == [True]
    assert played.told == [
        FaultInjected(BEGIN + AFTER + LASTS, "fault-2-s3-outage", "s3-outage", "it")
    ]


def test_what_happens_at_the_end_of_a_window_is_not_counted() -> None:
    """Of two deliveries the first is before the window and the last at its end: none is a first."""
    fault = DuplicateDelivery(after=AFTER, lasts=LASTS, occurrence=1)
    played = Played(fault)
    assert played.struck(DuplicateDelivery, AFTER - INSTANT, AFTER + LASTS) == [False, False]


def test_the_occurrence_counts_from_the_begin_of_the_window() -> None:
    """Of three deliveries in it, the second is struck and neither of its neighbours."""
    fault = DuplicateDelivery(after=AFTER, lasts=LASTS, occurrence=2)
    within = [AFTER, AFTER + MINUTE, AFTER + 2 * MINUTE]
    struck = Played(fault).struck(DuplicateDelivery, AFTER - INSTANT, *within)
    assert struck == [False, False, True, False]


def test_a_fault_of_another_kind_does_not_strike() -> None:
    """Though it is its time."""
    played = Played(S3Outage(after=AFTER, lasts=LASTS))
    assert played.struck(ThrottledTopic, AFTER) == [False]
    assert played.told == []
