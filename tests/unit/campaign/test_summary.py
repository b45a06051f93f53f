"""Results counted."""

from datetime import timedelta

from tests.players import CONSERVATION, CONTINUITY, judged
from wavetank.campaign.cases import Seeds, drawn_stories
from wavetank.campaign.results import CaseOutcome, StoryResult
from wavetank.campaign.summary import FAILURES_KEPT, CampaignSummary, CaseCount
from wavetank.core.errors import ExitCode
from wavetank.core.findings import Finding, Verdict
from wavetank.faults.functions import HandlerCrash
from wavetank.simulation.runner import RunResult, RunSpec

HOUR = timedelta(hours=1)
STORIES = list(drawn_stories(Seeds(1, 200), HOUR))


def _unknown(story: RunSpec) -> StoryResult:
    finding = Finding("drained", Verdict.UNKNOWN, "nobody knows", "drained")
    return StoryResult(story=story, played=RunResult((finding,), "ab", 3, ExitCode.UNKNOWN))


def _tally(*results: StoryResult) -> CampaignSummary:
    tally = CampaignSummary()
    for result in results:
        tally.add(result)
    return tally


def test_stories_are_counted_by_ending_invariant_and_kind() -> None:
    """Every story is counted once for each kind of fault in it, and once for each invariant."""
    tally = _tally(*map(judged, STORIES))
    crashing = [
        story
        for story in STORIES
        if any(isinstance(fault, HandlerCrash) for fault in story.scenario.plan.faults)
    ]
    assert tally.played == 200
    assert tally.endings[CaseOutcome.BROKEN] == tally.failed
    assert tally.invariants[CONSERVATION] == CaseCount(broken=len(crashing), stories=200)
    assert tally.invariants[CONTINUITY].stories == 200
    crashed = tally.kinds["handler-crash"]
    assert (crashed.broken, crashed.stories) == (len(crashing), len(crashing))
    assert crashed.breaks[CONSERVATION] == len(crashing)
    assert tally.exit_code is ExitCode.BROKEN


def test_the_order_of_results_does_not_matter() -> None:
    """The failures kept are those of the least seeds, and the digest is the same."""
    results = [*map(judged, STORIES)]
    forth, back = _tally(*results), _tally(*reversed(results))
    assert forth.failures == back.failures
    assert forth.digest == back.digest
    assert len(forth.failures) == FAILURES_KEPT
    seeds = [result.story.seed for result in results if result.broken]
    assert [failure.story.seed for failure in forth.failures] == seeds[:FAILURES_KEPT]
    assert forth.first_broken == forth.failures[0]


def test_another_result_is_another_digest() -> None:
    """One story that went another way, or is missing, shows."""
    results = [*map(judged, STORIES[:5])]
    digests = {
        _tally(*results).digest,
        _tally(*results[1:]).digest,
        _tally(_unknown(STORIES[0]), *results[1:]).digest,
    }
    assert len(digests) == 3


def test_the_worst_ending_decides() -> None:
    """Broken before infrastructure before unknown before valid, and nothing played is unknown."""
    calm = next(story for story in STORIES if not judged(story).broken)
    crash = next(story for story in STORIES if judged(story).broken)
    valid, broken, unknown = judged(calm), judged(crash), _unknown(calm)
    lost = StoryResult(story=calm, trouble="a worker died", deaths=2)
    assert _tally().exit_code is ExitCode.UNKNOWN
    assert _tally(valid).exit_code is ExitCode.VALID
    assert _tally(valid, unknown).exit_code is ExitCode.UNKNOWN
    assert _tally(valid, unknown, lost).exit_code is ExitCode.INFRASTRUCTURE
    assert _tally(valid, unknown, lost, broken).exit_code is ExitCode.BROKEN
    assert _tally(lost, valid).deaths == 2
    assert _tally(lost, unknown).first_broken is None
