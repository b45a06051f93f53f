"""Where a function runs next: in a warm place of its very revision, or in a new one."""

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
)
SECOND = replace(FIRST, revision="second")
OTHER = replace(FIRST, arn=f"{FIRST.arn}-other")


class Environments:
    """Makes what stands for environments, and remembers which revisions they were made of."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def __call__(self, function: DeployedFunction) -> Any:
        self.made.append(function.revision)
        return object()


@pytest.fixture
def environments() -> Environments:
    """None is made yet."""
    return Environments()


@pytest.fixture
def places(environments: Environments) -> EnvironmentPool:
    """None is warm yet."""
    return EnvironmentPool(environments)


def _thread_of(place: PooledEnvironment) -> threading.Thread:
    """The thread that its handlers run in."""
    ended = HandlerTask[object, threading.Thread](
        place.thread, threading.current_thread, LIMITS
    ).start()
    assert isinstance(ended, TaskEnded)
    thread: threading.Thread = ended.value
    return thread


def _ends(thread: threading.Thread) -> bool:
    thread.join(SECONDS)
    return not thread.is_alive()


def test_a_warm_place_is_taken_again(places: EnvironmentPool, environments: Environments) -> None:
    """As long as the function is what it was, it runs where it ran."""
    place = places.take(FIRST)
    places.keep(FIRST, place)
    assert places.take(FIRST) is place
    assert environments.made == ["first"]


def test_a_place_is_taken_by_one_at_a_time(
    places: EnvironmentPool, environments: Environments
) -> None:
    """While one invocation has it, another gets a place of its own."""
    assert places.take(FIRST) is not places.take(FIRST)
    assert environments.made == ["first", "first"]


def test_no_place_of_an_old_revision_is_taken(
    places: EnvironmentPool, environments: Environments
) -> None:
    """After a deployment every warm place is of code that is no more, and the new code runs."""
    old = [places.take(FIRST), places.take(FIRST)]
    threads = [_thread_of(place) for place in old]
    for place in old:
        places.keep(FIRST, place)
    assert places.take(SECOND).revision == "second"
    assert environments.made == ["first", "first", "second"]
    assert all(map(_ends, threads))


def test_a_place_that_was_busy_during_the_deployment_is_not_taken_afterwards(
    places: EnvironmentPool, environments: Environments
) -> None:
    """It is given back to a function whose code is another one by now."""
    busy = places.take(FIRST)
    thread = _thread_of(busy)
    places.keep(SECOND, busy)
    assert places.take(SECOND).revision == "second"
    assert environments.made == ["first", "second"]
    assert _ends(thread)


def test_code_that_is_put_back_runs_in_a_new_place(
    places: EnvironmentPool, environments: Environments
) -> None:
    """A place from before a broken deployment is gone with it, though its revision is back."""
    before = places.take(FIRST)
    places.keep(FIRST, before)
    places.keep(SECOND, places.take(SECOND))
    assert places.take(FIRST) is not before
    assert environments.made == ["first", "second", "first"]


def test_the_places_of_another_function_stay_warm(
    places: EnvironmentPool, environments: Environments
) -> None:
    """A deployment of one function, or the cooling of it, is no matter of the other's."""
    kept = places.take(OTHER)
    places.keep(OTHER, kept)
    places.keep(FIRST, places.take(FIRST))
    places.take(SECOND)
    places.cool(FIRST.arn)
    assert places.take(OTHER) is kept
    assert environments.made == ["first", "first", "second"]


def test_what_has_cooled_is_not_taken(places: EnvironmentPool, environments: Environments) -> None:
    """The next invocation is a cold start, and the thread of the cooled place ends."""
    place = places.take(FIRST)
    thread = _thread_of(place)
    places.keep(FIRST, place)
    places.cool_all()
    assert places.take(FIRST) is not place
    assert environments.made == ["first", "first"]
    assert _ends(thread)
