"""Results counted."""

from datetime import timedelta

from tests.players import CONSERVATION, CONTINUITY, expected_result
from wavetank.campaign.cases import Seeds, generated_cases
from wavetank.campaign.coverage import Coverage
from wavetank.campaign.results import CaseOutcome, CaseResult
from wavetank.campaign.summary import FAILURES_KEPT, CampaignSummary, CaseCount
from wavetank.cli.output.campaign_progress import idle_text
from wavetank.core.errors import ExitCode
from wavetank.core.findings import Finding, Verdict
from wavetank.faults.functions import HandlerCrash
from wavetank.simulation.runner import RunResult, RunSpec

HOUR = timedelta(hours=1)
CASES = list(generated_cases(Seeds(1, 200), HOUR))


def _unknown(spec: RunSpec) -> CaseResult:
    finding = Finding("drained", Verdict.UNKNOWN, "nobody knows", "drained")
    return CaseResult(spec=spec, outcome=RunResult((finding,), "ab", 3, ExitCode.UNKNOWN))


def _tally(*results: CaseResult) -> CampaignSummary:
    tally = CampaignSummary(Coverage(()))
    for result in results:
        tally.add(result)
    return tally


def test_stories_are_counted_by_ending_invariant_and_kind() -> None:
    """Every spec is counted once for each kind of fault in it, and once for each invariant."""
    tally = _tally(*map(expected_result, CASES))
    crashing = [
        spec
        for spec in CASES
        if any(isinstance(fault, HandlerCrash) for fault in spec.scenario.plan.faults)
    ]
    assert tally.runs == 200
    assert tally.endings[CaseOutcome.BROKEN] == tally.failed
    assert tally.invariants[CONSERVATION] == CaseCount(broken=len(crashing), cases=200)
    assert tally.invariants[CONTINUITY].cases == 200
    crashed = tally.kinds["handler-crash"]
    assert (crashed.broken, crashed.cases) == (len(crashing), len(crashing))
    assert crashed.breaks[CONSERVATION] == len(crashing)
    assert tally.exit_code is ExitCode.BROKEN


def test_the_order_of_results_does_not_matter() -> None:
    """The failures kept are those of the least seeds, and the digest is the same."""
    results = [*map(expected_result, CASES)]
    forth, back = _tally(*results), _tally(*reversed(results))
    assert forth.failures == back.failures
    assert forth.digest == back.digest
    assert len(forth.failures) == FAILURES_KEPT
    seeds = [result.spec.seed for result in results if result.broken]
    assert [failure.spec.seed for failure in forth.failures] == seeds[:FAILURES_KEPT]
    assert forth.first_broken == forth.failures[0]


def test_another_result_is_another_digest() -> None:
    """One spec that went another way, or is missing, shows."""
    results = [*map(expected_result, CASES[:5])]
    digests = {
        _tally(*results).digest,
        _tally(*results[1:]).digest,
        _tally(_unknown(CASES[0]), *results[1:]).digest,
    }
    assert len(digests) == 3


def test_the_worst_ending_decides() -> None:
    """Broken before infrastructure before unknown before valid, and no result at all is unknown."""
    calm = next(spec for spec in CASES if not expected_result(spec).broken)
    crash = next(spec for spec in CASES if expected_result(spec).broken)
    valid, broken, unknown = expected_result(calm), expected_result(crash), _unknown(calm)
    lost = CaseResult(spec=calm, problem="a worker died", deaths=2)
    assert _tally().exit_code is ExitCode.UNKNOWN
    assert _tally(valid).exit_code is ExitCode.VALID
    assert _tally(valid, unknown).exit_code is ExitCode.UNKNOWN
    assert _tally(valid, unknown, lost).exit_code is ExitCode.INFRASTRUCTURE
    assert _tally(valid, unknown, lost, broken).exit_code is ExitCode.BROKEN
    assert _tally(lost, valid).deaths == 2
    assert _tally(lost, unknown).first_broken is None


def test_runs_in_which_an_invariant_had_nothing_to_check_are_named() -> None:
    """They are valid, and show nothing about it."""
    findings = [
        Finding("converges", verdict, "why", "convergence")
        for verdict in (Verdict.NOT_EXERCISED, Verdict.NOT_EXERCISED, Verdict.VALID)
    ]
    results = [
        CaseResult(spec=spec, outcome=RunResult((finding,), "ab", 3, ExitCode.VALID))
        for spec, finding in zip(CASES, findings, strict=False)
    ]
    assert idle_text(_tally(*results).invariants) == "not exercised: convergence in 2 of 3 runs"
    assert idle_text(_tally(results[-1]).invariants) == ""
