"""Real worker processes: the same results however many they are, and none lost."""

from concurrent.futures import CancelledError
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from tests.players import (
    DeadlyContext,
    EndlessContext,
    QuietlyDeadlyContext,
    closed_context,
    expected_result,
    fatal_context,
    plan_context,
    shaky_context,
)
from tests.waiting import wait_until_true
from wavetank.campaign.cases import Seeds, generated_cases
from wavetank.campaign.coverage import Coverage
from wavetank.campaign.local_executor import LocalExecutor
from wavetank.campaign.results import CaseOutcome, CaseResult
from wavetank.campaign.scheduling import case_seconds_max, collect
from wavetank.campaign.summary import CampaignSummary
from wavetank.campaign.worker_context import WorkerContext, run_case
from wavetank.core.errors import InfrastructureError, UsageError

HOUR = timedelta(hours=1)
CASES = list(generated_cases(Seeds(1, 40), HOUR))
EXPECTED = {spec.seed: expected_result(spec) for spec in CASES}


def _results_of(context: WorkerContext, workers: int) -> dict[int, CaseResult]:
    results: dict[int, CaseResult] = {}

    def take(result: CaseResult) -> None:
        assert result.spec.seed not in results
        results[result.spec.seed] = result

    with LocalExecutor(context, workers, case_seconds_max) as executor:
        collect(executor, workers, CASES, take)
    return results


def _gone(processes: list[int]) -> bool:
    return not any(psutil.pid_exists(process) for process in processes)


@pytest.mark.parametrize("workers", [1, 2])
def test_results_are_the_same_whatever_the_number_of_workers(workers: int) -> None:
    """Each case has one result, and it is what it would be in this process."""
    assert _results_of(plan_context, workers) == {
        spec.seed: expected_result(spec) for spec in CASES
    }


def test_a_worker_that_is_killed_is_replaced_and_its_case_is_run_again(tmp_path: Path) -> None:
    """Nothing is lost, and the death is counted."""
    results = _results_of(DeadlyContext(11, 1, tmp_path), 2)
    assert sorted(results) == [spec.seed for spec in CASES]
    assert [seed for seed, result in results.items() if result.deaths] == [11]
    assert results[11].outcome == expected_result(CASES[10]).outcome


@pytest.mark.parametrize(
    ("context", "how"), [(DeadlyContext, "signal 9"), (QuietlyDeadlyContext, "exit 0")]
)
def test_a_case_that_kills_two_workers_is_infrastructure(
    context: type[DeadlyContext], how: str, tmp_path: Path
) -> None:
    """It is not tried for ever; the result says how they died and what they said last."""
    results = _results_of(context(11, 9, tmp_path), 2)
    assert sorted(results) == [spec.seed for spec in CASES]
    lost = results[11]
    assert (lost.ending, lost.deaths, lost.outcome) == (CaseOutcome.INFRASTRUCTURE, 2, None)
    assert how in lost.problem
    assert "the end is near" in lost.problem
    assert len(list(tmp_path.iterdir())) == 2


def test_an_error_costs_its_own_case_only() -> None:
    """It is reported with its place; the other cases are run."""
    results = _results_of(shaky_context, 2)
    lost = [seed for seed, result in results.items() if result.ending is CaseOutcome.INFRASTRUCTURE]
    assert sorted(lost) == [7, 14, 21, 28, 35]
    assert "LookupError: seed-7 (players.py:" in results[7].problem


def test_a_stage_that_cannot_be_opened_ends_the_campaign() -> None:
    """The error is the stage's own."""
    with pytest.raises(UsageError, match="build one"):
        _results_of(closed_context, 2)


def test_workers_that_never_start_end_the_campaign() -> None:
    """Rather than every spec being tried in vain."""
    with pytest.raises(InfrastructureError, match=r"a worker that starts.*signal 9"):
        _results_of(fatal_context, 2)


def test_an_interrupted_campaign_keeps_what_was_results_of(tmp_path: Path) -> None:
    """All workers are gone at once, busy or not, and every result until then was taken."""
    tally = CampaignSummary(Coverage(()))

    def take(result: CaseResult) -> None:
        tally.add(result)
        if tally.runs == 6:
            wait_until_true(lambda: len(list(tmp_path.iterdir())) == 2, "two busy workers")
            raise KeyboardInterrupt

    with LocalExecutor(EndlessContext(6, tmp_path), 2, case_seconds_max) as executor:
        with pytest.raises(KeyboardInterrupt):
            collect(executor, 2, CASES, take)
        processes = executor.process_ids()
        future = executor.submit(run_case, CASES[30])
    assert len(processes) == 2
    assert _gone(processes)
    assert tally.runs == 6
    with pytest.raises(CancelledError):
        future.result()


def test_an_executor_that_is_shut_down_leaves_nothing(tmp_path: Path) -> None:
    """Neither a process of a worker that is busy for ever nor its files."""
    executor = LocalExecutor(EndlessContext(0, tmp_path), 1, case_seconds_max)
    future = executor.submit(run_case, CASES[0])
    wait_until_true(lambda: list(tmp_path.iterdir()), "a busy worker")
    (process,) = (int(path.name) for path in tmp_path.iterdir())
    folder = Path(psutil.Process(process).open_files()[0].path).parents[2]
    executor.shutdown()
    assert _gone([process])
    assert not folder.exists()
    assert future.cancelled()
