"""An invocation gets a warm environment of the function's current revision, or a new one."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from wavetank.core.clock import StallLimits
from wavetank.emulator.in_process.functions import DeployedFunction
from wavetank.simulation.environment_pool import EnvironmentPool, PooledEnvironment
from wavetank.simulation.handler_task import HandlerTask, TaskEnded

SECONDS = 5.0
LIMITS = StallLimits(busy_seconds=SECONDS, idle_seconds=SECONDS)
FIRST = DeployedFunction(
    name="streaming",
    arn="arn:aws:lambda:eu-west-1:123456789012:function:streaming",
    revision="first",
    code=Path("code"),
    code_sha256="",
    handler="handler.handle",
    role="",
    own_variables={},
    timeout_seconds=60,
    memory_mb=128,
    runtime="python3.13",
    concurrency_max=None,
    log_group="/aws/lambda/streaming",
)
SECOND = replace(FIRST, revision="second")
OTHER = replace(FIRST, arn=f"{FIRST.arn}-other")


class Environments:
    """A factory of stand-ins for environments, which records the revision of each."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def __call__(self, function: DeployedFunction) -> Any:
        self.made.append(function.revision)
        return object()


@pytest.fixture
def environments() -> Environments:
    """A factory that has made none."""
    return Environments()


@pytest.fixture
def pool(environments: Environments) -> EnvironmentPool:
    """A pool without a warm environment."""
    return EnvironmentPool(environments)


def _thread_of(pooled: PooledEnvironment) -> threading.Thread:
    """The thread that its handlers run in."""
    ended = HandlerTask[object, threading.Thread](
        pooled.thread, threading.current_thread, LIMITS
    ).start()
    assert isinstance(ended, TaskEnded)
    thread: threading.Thread = ended.value
    return thread


def _ends(thread: threading.Thread) -> bool:
    thread.join(SECONDS)
    return not thread.is_alive()


def test_a_warm_environment_is_reused(pool: EnvironmentPool, environments: Environments) -> None:
    """While the function is unchanged, its warm environment is reused."""
    pooled = pool.take(FIRST)
    pool.release(FIRST, pooled)
    assert pool.take(FIRST) is pooled
    assert environments.made == ["first"]


def test_an_environment_is_used_by_one_invocation_at_a_time(
    pool: EnvironmentPool, environments: Environments
) -> None:
    """While one invocation uses it, another gets an environment of its own."""
    assert pool.take(FIRST) is not pool.take(FIRST)
    assert environments.made == ["first", "first"]


def test_no_environment_of_an_old_revision_is_reused(
    pool: EnvironmentPool, environments: Environments
) -> None:
    """After a deployment the warm environments have old code: they end, and the new code runs."""
    old = [pool.take(FIRST), pool.take(FIRST)]
    threads = [_thread_of(pooled) for pooled in old]
    for pooled in old:
        pool.release(FIRST, pooled)
    assert pool.take(SECOND).revision == "second"
    assert environments.made == ["first", "first", "second"]
    assert all(map(_ends, threads))


def test_an_environment_that_was_busy_during_a_deployment_is_not_reused(
    pool: EnvironmentPool, environments: Environments
) -> None:
    """It is released to a function whose code has changed meanwhile."""
    busy = pool.take(FIRST)
    thread = _thread_of(busy)
    pool.release(SECOND, busy)
    assert pool.take(SECOND).revision == "second"
    assert environments.made == ["first", "second"]
    assert _ends(thread)


def test_restored_code_runs_in_a_new_environment(
    pool: EnvironmentPool, environments: Environments
) -> None:
    """An environment from before a broken deployment is gone, though its revision is back."""
    before = pool.take(FIRST)
    pool.release(FIRST, before)
    pool.release(SECOND, pool.take(SECOND))
    assert pool.take(FIRST) is not before
    assert environments.made == ["first", "second", "first"]


def test_environments_of_another_function_stay_warm(
    pool: EnvironmentPool, environments: Environments
) -> None:
    """A deployment or an eviction of one function leaves another's environments alone."""
    other = pool.take(OTHER)
    pool.release(OTHER, other)
    pool.release(FIRST, pool.take(FIRST))
    pool.take(SECOND)
    pool.evict(FIRST.arn)
    assert pool.take(OTHER) is other
    assert environments.made == ["first", "first", "second"]


def test_an_evicted_environment_is_not_reused(
    pool: EnvironmentPool, environments: Environments
) -> None:
    """The next invocation is a cold start, and the thread of the evicted environment ends."""
    pooled = pool.take(FIRST)
    thread = _thread_of(pooled)
    pool.release(FIRST, pooled)
    pool.evict_all()
    assert pool.take(FIRST) is not pooled
    assert environments.made == ["first", "first"]
    assert _ends(thread)
