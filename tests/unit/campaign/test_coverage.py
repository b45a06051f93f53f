"""What a campaign has tried, which cases it prefers because of that, and when it ends."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from queue import LifoQueue

import pytest

from tests.clocks import Leaping
from tests.players import check_plan
from wavetank.campaign.cases import CampaignCases, Seeds
from wavetank.campaign.coverage import AT_ONCE, PLANS_MAX, Coverage, known
from wavetank.campaign.ending import OUT_OF_TIME, REASONS, Ending, Limits, Until, until_option
from wavetank.campaign.results import CaseResult
from wavetank.campaign.scheduling import collect
from wavetank.campaign.summary import CampaignSummary
from wavetank.campaign.worker_context import RunCase, entered
from wavetank.core.errors import UsageError
from wavetank.faults.fault import Fault
from wavetank.simulation.runner import RunResult, RunSpec

CHOSEN = CampaignCases(seeds=Seeds(1, 150), horizon=timedelta(hours=1))
PAIRS = CHOSEN.coverage().pairs
type Takes = Callable[[Fault], bool]


class LatestFirst(Executor):
    """Runs what was submitted last, so that results come in another order than cases."""

    def __init__(self) -> None:
        self._jobs = LifoQueue[Callable[[], None] | None]()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def submit[**P, R](self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        future = Future[R]()
        self._jobs.put(lambda: future.set_result(fn(*args, **kwargs)))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = True) -> None:  # noqa: ARG002, FBT001, FBT002 - as `Executor` has it
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        while job := self._jobs.get():
            job()


def campaign(
    workers: int, takes: Takes, limits: Limits, clock: Leaping | None = None
) -> tuple[CampaignSummary, list[RunSpec], Ending]:
    """A campaign whose faults have an effect if `takes` says so; its cases are in order."""
    summary, cases = CampaignSummary(CHOSEN.coverage()), list[RunSpec]()

    def run(spec: RunSpec) -> RunResult:
        effective = tuple(fault for fault in spec.scenario.plan.faults if takes(fault))
        return replace(check_plan(spec), effective=effective)

    def take(result: CaseResult) -> None:
        summary.add(result)
        cases.append(result.spec)

    def has(until: Until) -> bool:
        met = {Until.FAILURE: summary.first_broken, Until.COVERED: not summary.coverage.untried}
        return bool(met[until])

    @contextmanager
    def context() -> Iterator[RunCase]:
        yield run

    ending = Ending(limits, clock or Leaping(), has)
    with entered(context), LatestFirst() as executor:
        collect(executor, workers, CHOSEN.cases(summary.coverage), take, ending, known)
    return summary, cases, ending


def takes_early(fault: Fault) -> bool:
    """An effect that many plans lack, so that pairs have to be tried again."""
    return fault.after < timedelta(minutes=20)


@pytest.mark.parametrize("limits", [Limits(), Limits(until=Until.COVERED)], ids=str)
def test_cases_are_the_same_whatever_the_number_of_workers(limits: Limits) -> None:
    """Although each depends on results of earlier ones, which come in any order."""
    one, two, many = (campaign(workers, takes_early, limits) for workers in (1, 2, 20))
    assert one[1] == two[1] == many[1]
    assert one[0].digest == two[0].digest == many[0].digest
    assert one[0].coverage.untried == many[0].coverage.untried


def test_cases_depend_on_what_took_effect() -> None:
    """After the first ones, which are generated before any result is known."""
    (_, early, _), (_, never, _) = (
        campaign(2, takes, Limits()) for takes in (takes_early, lambda _: False)
    )
    assert early[: AT_ONCE + 1] == never[: AT_ONCE + 1]
    assert early != never


def test_every_pair_is_planned_before_one_is_planned_twice_for_its_sake() -> None:
    """So there is a plan for each pair after as many cases as there are pairs."""
    _, cases, _ = campaign(1, lambda _: True, Limits())
    faults = [fault for case in cases[: len(PAIRS)] for fault in case.scenario.plan.faults]
    assert [pair for pair in PAIRS if not any(map(pair.is_of, faults))] == []


def test_a_campaign_until_covered_ends_when_all_pairs_took_effect() -> None:
    """It takes fewer runs than without the preference, and no pair is left."""
    summary, cases, ending = campaign(2, takes_early, Limits(until=Until.COVERED))
    assert summary.coverage.untried == ()
    assert ending.reason == REASONS[Until.COVERED]
    assert len(cases) < CHOSEN.seeds.count
    unguided = CHOSEN.coverage()
    for spec in list(CHOSEN.cases())[: len(cases)]:
        effective = tuple(filter(takes_early, spec.scenario.plan.faults))
        unguided.add(CaseResult(spec=spec, outcome=replace(check_plan(spec), effective=effective)))
    assert unguided.untried


def test_a_pair_is_not_tried_by_a_plan_without_effect() -> None:
    """A campaign whose faults hit nothing has covered nothing, and runs to its end."""
    summary, cases, ending = campaign(2, lambda _: False, Limits(until=Until.COVERED))
    assert summary.coverage.untried == PAIRS
    assert len(cases) == CHOSEN.seeds.count
    assert ending.reason is None


@pytest.mark.parametrize("workers", [1, 2, 20])
def test_a_campaign_until_failure_ends_with_the_first_seed_that_fails(workers: int) -> None:
    """Even if a later one has failed already; what ran beside it is not counted."""
    summary, cases, ending = campaign(workers, takes_early, Limits(until=Until.FAILURE))
    assert summary.first_broken is not None
    assert summary.first_broken.spec == cases[-1]
    assert (summary.failed, summary.runs) == (1, len(cases))
    assert ending.reason == REASONS[Until.FAILURE]


def test_a_campaign_ends_when_its_time_is_up() -> None:
    """Whatever else it should run until."""
    clock = Leaping()

    def takes(_: Fault) -> bool:
        clock.sleep(10)
        return False

    limits = Limits(until=Until.COVERED, time_max=timedelta(minutes=5))
    _, cases, ending = campaign(1, takes, limits, clock)
    assert 0 < len(cases) <= 5 * 6
    assert ending.reason == OUT_OF_TIME


def test_pairs_that_are_planned_in_vain_are_left_to_chance() -> None:
    """The code may never reach them, and other plans would be fewer."""
    coverage = Coverage(PAIRS[:2])
    (case, *_) = CHOSEN.cases()
    plan = replace(case.scenario.plan, faults=(PAIRS[0].simplest(), PAIRS[1].simplest()))
    assert coverage.preferred() == PAIRS[:2]
    for _ in range(PLANS_MAX):
        coverage.plan(plan)
    assert coverage.preferred() == ()


def test_what_took_effect_is_tried_again_once_each_pair_was_planned() -> None:
    """In every second case: the code may never reach the others, and one try finds little."""
    coverage = Coverage(PAIRS[:2])
    (case, *_) = CHOSEN.cases()
    reached, unreached = PAIRS[:2]
    plan = replace(case.scenario.plan, faults=(reached.simplest(),))
    coverage.plan(replace(plan, faults=(unreached.simplest(),)))
    coverage.add(CaseResult(spec=case, outcome=check_plan(case)))
    outcome = replace(check_plan(case), effective=(reached.simplest(),))
    for _ in range(AT_ONCE + 3):
        coverage.plan(plan)
        coverage.add(CaseResult(spec=case, outcome=outcome))
    assert coverage.preferred() == (unreached,)
    coverage.plan(plan)
    assert coverage.preferred() == (reached,)


def test_what_a_case_knows_never_shrinks_and_leaves_enough_to_run() -> None:
    """A case waits for results of cases at least `AT_ONCE` before it, later of half of them."""
    counts = [known(number) for number in range(1000)]
    assert counts == sorted(counts)
    assert counts[AT_ONCE] == 0
    assert counts[AT_ONCE + 1] == 1
    assert all(number - count >= AT_ONCE for number, count in enumerate(counts) if count)
    assert counts[-1] == 499


def test_an_unknown_word_is_refused() -> None:
    """With the ones that there are, and the one that was probably meant."""
    with pytest.raises(UsageError, match="covered, failure; found 'coverd'; did you mean covered"):
        until_option("coverd")
