"""All judges over one history."""

import pytest

from tests.stories import calm, undrained
from wavetank.core.findings import Finding, Verdict
from wavetank.history import Event, RunEnded, TruncatedHistory
from wavetank.invariants import Invariant, generic_invariants, judge
from wavetank.invariants.completeness import HistoryEnd
from wavetank.invariants.ticker import ticker_invariants

ALL = [type(invariant).__name__ for invariant in [*generic_invariants(), *ticker_invariants()]]


def verdicts(events: list[Event]) -> set[Verdict]:
    """What all judges say."""
    judges = [*generic_invariants(), *ticker_invariants()]
    return {finding.verdict for finding in judge(events, judges)}


class Crashing:
    """A judge with a defect of its own."""

    key = "crashing"
    name = "defect"

    def __init__(self, *, observing: bool) -> None:
        self._observing = observing

    def observe(self, _event: Event) -> None:
        if self._observing:
            raise KeyError("observing")

    def finding(self, ending: HistoryEnd) -> Finding:  # noqa: ARG002 - as judges are asked
        raise KeyError("finding")


@pytest.mark.parametrize("failing", [[], [2], [1, 2], [3], [1, 2, 3, 4]])
def test_run_that_went_as_it_ought_to_is_valid(failing: list[int]) -> None:
    """Failures that are told and made good break nothing."""
    assert verdicts(calm(5, failing)) == {Verdict.VALID}


def test_last_tick_may_be_missing_if_it_was_told() -> None:
    """A failure at the very end, told to everybody, breaks nothing either."""
    assert verdicts(calm(5, [5])) == {Verdict.VALID}


def test_nothing_at_all_is_unknown() -> None:
    """A history without events passes no judge."""
    assert verdicts([]) == {Verdict.UNKNOWN}


@pytest.mark.parametrize("kept", [1, 4, 9, -1])
def test_history_that_breaks_off_is_unknown(kept: int) -> None:
    """A run that was interrupted passes no judge and breaks none."""
    assert verdicts(calm()[:kept]) == {Verdict.UNKNOWN}


def test_history_with_an_unfinished_line_is_unknown() -> None:
    """What the reader could not read might have been anything."""
    end = calm()[-1]
    assert isinstance(end, RunEnded)
    assert verdicts([*calm(), TruncatedHistory(end.at, 99)]) == {Verdict.UNKNOWN}


def test_undrained_run_with_nothing_missing_is_only_not_drained() -> None:
    """What was all seen to happen is judged, though the run was not drained."""
    judges = [*generic_invariants(), *ticker_invariants()]
    findings = judge(undrained(calm()), judges)
    assert [f.requirement for f in findings if f.verdict is not Verdict.VALID] == ["drained"]


@pytest.mark.parametrize("observing", [True, False])
def test_crashing_judge_is_unknown_and_alone(*, observing: bool) -> None:
    """A judge's own defect is no verdict on the run, and disturbs no other judge."""
    judges: list[Invariant] = [Crashing(observing=observing), *generic_invariants()]
    defect, *others = judge(calm(), judges)
    assert defect.verdict is Verdict.UNKNOWN
    assert "the check itself failed: KeyError" in defect.evidence
    assert {finding.verdict for finding in others} == {Verdict.VALID}


def test_requirements_are_told_apart() -> None:
    """No two judges have one name."""
    judges = [*generic_invariants(), *ticker_invariants()]
    assert len({invariant.name for invariant in judges}) == len(ALL)
