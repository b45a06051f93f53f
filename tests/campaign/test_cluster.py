"""The same cases on a Dask cluster of two worker processes on this machine."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from distributed import LocalCluster

from tests.players import (
    DeadlyContext,
    EndlessContext,
    closed_context,
    expected_result,
    plan_context,
)
from tests.waiting import wait_until_true
from wavetank.campaign.cases import Seeds, generated_cases
from wavetank.campaign.dask_executor import dask_executor
from wavetank.campaign.results import CaseResult
from wavetank.campaign.scheduling import case_seconds_max, collect
from wavetank.campaign.worker_context import WorkerContext
from wavetank.core.clock import WallClock
from wavetank.core.errors import InfrastructureError, UsageError

CASES = list(generated_cases(Seeds(1, 12), timedelta(hours=1)))
EXPECTED = {spec.seed: expected_result(spec) for spec in CASES}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two processes with a thread each."""
    with _cluster(2) as made:
        yield made


def _cluster(workers: int) -> Any:
    """Without a dashboard; what else is on the scheduler's HTTP port goes to any that is free."""
    options = {"threads_per_worker": 1, "processes": True, "host": "127.0.0.1"}
    quiet = {"dashboard_address": "127.0.0.1:0", "scheduler_kwargs": {"dashboard": False}}
    return LocalCluster(n_workers=workers, **options, **quiet)  # type: ignore[no-untyped-call]  # as distributed has it


def _results_of(cluster: Any, context: WorkerContext) -> dict[int, CaseResult]:
    results: dict[int, CaseResult] = {}
    with dask_executor(cluster.scheduler_address, context, case_seconds_max) as executor:
        collect(
            executor,
            executor.workers,
            CASES,
            lambda result: results.update({result.spec.seed: result}),
        )
    return results


def _workers() -> list[int]:
    """Of Wavetank's, below this process."""
    children = psutil.Process().children(recursive=True)
    return [child.pid for child in children if "wavetank.campaign.worker" in child.cmdline()]


def test_a_cluster_comes_to_the_same_results(cluster: Any) -> None:
    """Each case has the result that it has anywhere, and nothing stays behind on the cluster."""
    assert _results_of(cluster, plan_context) == {
        spec.seed: expected_result(spec) for spec in CASES
    }
    wait_until_true(lambda: not _workers(), "no worker of ours on the cluster")


def test_a_cluster_replaces_workers_too(cluster: Any, tmp_path: Path) -> None:
    """As an executor of this host does, since each of its workers has one."""
    results = _results_of(cluster, DeadlyContext(3, 1, tmp_path))
    assert [result.deaths for _, result in sorted(results.items())] == [0, 0, 1, *[0] * 9]


def test_an_interrupted_campaign_leaves_the_cluster_at_once(cluster: Any, tmp_path: Path) -> None:
    """What runs there is ended, and the cluster is as good as before."""
    taken: list[int] = []

    def take(result: CaseResult) -> None:
        taken.append(result.spec.seed)
        if len(taken) == 4:
            wait_until_true(lambda: len(list(tmp_path.iterdir())) == 2, "two busy workers")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):  # noqa: SIM117 - the executor ends within
        with dask_executor(
            cluster.scheduler_address, EndlessContext(4, tmp_path), case_seconds_max
        ) as executor:
            collect(executor, executor.workers, CASES, take)
    assert sorted(taken) == [1, 2, 3, 4]
    wait_until_true(lambda: not _workers(), "no worker of ours on the cluster")
    assert len(_results_of(cluster, plan_context)) == len(CASES)


def test_a_stage_that_cannot_be_opened_there_is_said_here(cluster: Any) -> None:
    """The error is the stage's own."""
    with pytest.raises(UsageError, match="build one"):
        _results_of(cluster, closed_context)


def test_a_cluster_without_workers_says_how_to_start_some() -> None:
    """Rather than waiting for ever."""
    with (
        _cluster(0) as empty,
        pytest.raises(InfrastructureError, match=r"found none; .*dask worker tcp://127"),
        dask_executor(empty.scheduler_address, plan_context, case_seconds_max),
    ):
        pass


def test_nobody_at_the_address_is_said_within_seconds() -> None:
    """So is an address that is none."""
    clock = WallClock()
    begun = clock.monotonic()
    with (
        pytest.raises(InfrastructureError, match="no answer within 5 s"),
        dask_executor("tcp://127.0.0.1:9", plan_context, case_seconds_max),
    ):
        pass
    assert clock.monotonic() - begun < 15
    with (
        pytest.raises(UsageError, match="address of a Dask"),
        dask_executor("nonsense://x", plan_context, case_seconds_max),
    ):
        pass
