"""Which faults hit an event: from a window's first instant on, and not at its last."""

from datetime import UTC, datetime, timedelta

import pytest

from wavetank.faults.delivery import DuplicateDelivery, S3Outage, ThrottledTopic
from wavetank.faults.fault import Fault
from wavetank.faults.injectors.matcher import FaultMatcher
from wavetank.faults.plan import FaultPlan

BEGIN = datetime(2026, 11, 24, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
INSTANT = timedelta(microseconds=1)
"""The least by which two instants can differ."""
AFTER, LASTS = 5 * MINUTE, 10 * MINUTE


class Injections:
    """A matcher with a plan, and what its faults hit."""

    def __init__(self, *faults: Fault) -> None:
        self.hit: list[tuple[str, str]] = []
        self._now = BEGIN
        self._matcher = FaultMatcher(
            lambda: self._now, lambda name, _, what: self.hit.append((name, what))
        )
        for name, fault in FaultPlan(faults).named():
            self._matcher.add(name, fault, fault.window(BEGIN))

    def hits(self, kind: type[Fault], *after: timedelta) -> list[bool]:
        """Whether what happens that long after the start is hit, one after the other."""
        found = []
        for at in after:
            self._now = BEGIN + at
            found.append(self._matcher.match(kind, "it") is not None)
        return found


@pytest.mark.parametrize(
    ("after", "hits"),
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
    fault: Fault, after: timedelta, *, hits: bool
) -> None:
    """What happens at the begin is hit, and what happens at the end is not."""
    assert Injections(fault).hits(type(fault), after) == [hits]


def test_where_one_window_ends_and_another_begins_the_later_fault_hits_alone() -> None:
    """Two outages one after the other are one, without a gap and without an overlap."""
    first = S3Outage(after=AFTER, lasts=LASTS)
    second = S3Outage(after=AFTER + LASTS, lasts=LASTS)
    injections = Injections(first, second)
    assert injections.hits(S3Outage, AFTER + LASTS) == [True]
    assert injections.hit == [("fault-2-s3-outage", "it")]


def test_what_happens_at_the_end_of_a_window_is_not_counted() -> None:
    """Of two deliveries the first is before the window and the last at its end: none is a first."""
    fault = DuplicateDelivery(after=AFTER, lasts=LASTS, occurrence=1)
    injections = Injections(fault)
    assert injections.hits(DuplicateDelivery, AFTER - INSTANT, AFTER + LASTS) == [False, False]


def test_the_occurrence_counts_from_the_begin_of_the_window() -> None:
    """Of three deliveries in it, the second is hit and neither of its neighbours."""
    fault = DuplicateDelivery(after=AFTER, lasts=LASTS, occurrence=2)
    within = [AFTER, AFTER + MINUTE, AFTER + 2 * MINUTE]
    hit = Injections(fault).hits(DuplicateDelivery, AFTER - INSTANT, *within)
    assert hit == [False, False, True, False]


def test_a_fault_of_another_kind_does_not_hit() -> None:
    """Though it is its time."""
    injections = Injections(S3Outage(after=AFTER, lasts=LASTS))
    assert injections.hits(ThrottledTopic, AFTER) == [False]
    assert injections.hit == []


def test_a_fault_without_a_window_hits_until_it_is_removed() -> None:
    """As one that is switched on in a sandbox."""
    matcher = FaultMatcher(lambda: BEGIN, lambda *_: None)
    matcher.add("one", S3Outage(after=AFTER))
    assert matcher.match(S3Outage, "it") is not None
    matcher.remove("one")
    assert matcher.match(S3Outage, "it") is None
