"""All invariants over one history."""

from dataclasses import replace

import pytest

from tests.sample_histories import began, calm, undrained
from wavetank.core.findings import Finding, Verdict
from wavetank.history import Drained, Event, RunEnded, TruncatedHistory
from wavetank.invariants import Invariant, check_history, generic_invariants
from wavetank.invariants.drained import FullyDrained
from wavetank.invariants.history_completeness import HistoryEnd
from wavetank.ticker.invariants import ticker_invariants

ALL = [type(invariant).__name__ for invariant in [*generic_invariants(), *ticker_invariants()]]

POLLED = ("nothing-lost", "order")
"""About queues and streams, of which the sample histories have none."""


def verdicts(events: list[Event]) -> set[Verdict]:
    """The verdicts of all invariants."""
    invariants = [*generic_invariants(), *ticker_invariants()]
    return {finding.verdict for finding in check_history(events, invariants)}


class Crashing:
    """An invariant with a defect."""

    key = "crashing"
    name = "defect"

    def __init__(self, *, observing: bool) -> None:
        self._observing = observing

    def observe(self, _event: Event) -> None:
        if self._observing:
            raise KeyError("observing")

    def finding(self, end: HistoryEnd) -> Finding:  # noqa: ARG002 - the signature of an invariant
        raise KeyError("finding")


@pytest.mark.parametrize("failing", [[], [2], [1, 2], [3], [1, 2, 3, 4]])
def test_run_with_reported_failures_is_valid(failing: list[int]) -> None:
    """Failures that were reported and made good break nothing."""
    assert verdicts(calm(5, failing)) == {Verdict.VALID}


def test_last_tick_may_be_missing_if_it_was_alerted() -> None:
    """A failure at the very end that every address was notified of breaks nothing either."""
    assert verdicts(calm(5, [5])) == {Verdict.VALID}


def test_nothing_at_all_is_unknown() -> None:
    """A history without events passes no invariant."""
    assert verdicts([]) == {Verdict.UNKNOWN}


@pytest.mark.parametrize("kept", [1, 4, 9, -1])
def test_history_that_breaks_off_is_unknown(kept: int) -> None:
    """An interrupted run passes no invariant and breaks none."""
    assert verdicts(calm()[:kept]) == {Verdict.UNKNOWN}


def test_history_with_an_unfinished_line_is_unknown() -> None:
    """What the reader could not read might have been anything."""
    end = calm()[-1]
    assert isinstance(end, RunEnded)
    assert verdicts([*calm(), TruncatedHistory(end.at, 99)]) == {Verdict.UNKNOWN}


def test_undrained_run_with_nothing_missing_is_only_not_drained() -> None:
    """Everything was observed, so it is decided although the run was not drained."""
    invariants = [*generic_invariants(), *ticker_invariants()]
    findings = check_history(undrained(calm()), invariants)
    assert [f.requirement for f in findings if not f.verdict.passes] == [FullyDrained.name]


@pytest.mark.parametrize("observing", [True, False])
def test_crashing_invariant_is_unknown_and_affects_no_other(*, observing: bool) -> None:
    """A defect of one invariant says nothing about the run, and does not affect the others."""
    invariants: list[Invariant] = [Crashing(observing=observing), *generic_invariants()]
    defect, *others = check_history(calm(), invariants)
    assert defect.verdict is Verdict.UNKNOWN
    assert "the check itself failed: KeyError" in defect.evidence
    assert {finding.verdict for finding in others} == {Verdict.VALID}


@pytest.mark.parametrize(
    ("deployed", "left_out"),
    [
        ((), ["schedule-completeness", "no-silent-failure", *POLLED, "conservation"]),
        (("AWS::Lambda::Function",), ["schedule-completeness", *POLLED, "conservation"]),
        (("AWS::Lambda::Function", "AWS::Events::Rule"), [*POLLED, "conservation"]),
        (None, [*POLLED]),
    ],
)
def test_invariant_about_what_is_not_deployed_is_left_out(
    deployed: tuple[str, ...] | None, left_out: list[str]
) -> None:
    """A pipeline without a schedule cannot miss one; a rule that never was due stays unknown."""
    start = replace(began(3), rules=(), resource_types=deployed)
    ends = [Drained(start.until, complete=True), RunEnded(start.until)]
    found = {each.key: each.verdict for each in check_history([start, *ends], generic_invariants())}
    assert [each.key for each in generic_invariants() if each.key not in found] == left_out
    if "schedule-completeness" in found:
        assert found["schedule-completeness"] is Verdict.UNKNOWN


def test_what_happened_is_checked_whatever_the_first_event_lists() -> None:
    """Records, requests and fired rules of a history are never ignored."""
    events = [replace(began(3), resource_types=(), rules=()), *calm()[1:]]
    findings = check_history(events, generic_invariants())
    generic = {each.key for each in generic_invariants()}
    assert {finding.key for finding in findings} == generic - {*POLLED}  # no such event


def test_invariants_have_different_names() -> None:
    """No two invariants have the same name."""
    invariants = [*generic_invariants(), *ticker_invariants()]
    assert len({invariant.name for invariant in invariants}) == len(ALL)
