"""A sandbox that does not answer: slow, restarted, or ended."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.clocks import Leaping
from wavetank.aws.clients import BotoCoreError, sandbox_clients
from wavetank.core.errors import InfrastructureError
from wavetank.core.naming import derive_names
from wavetank.inspection.event_watcher import PipelineEvent, WatchedKind, Watcher
from wavetank.live.sandbox_session import SandboxSession
from wavetank.live.session_watch import watch_once

ENDPOINT = "http://127.0.0.1:1"


@pytest.fixture
def watcher() -> Watcher:
    """One that has seen nothing yet."""
    names = derive_names("Dora", "Explorer")
    return Watcher(sandbox_clients(ENDPOINT), names, ENDPOINT, Leaping())


@dataclass(frozen=True)
class _Sandbox:
    """As much of one as a look that fails needs."""

    clock: Leaping


def _session(recover: Callable[[], bool]) -> SandboxSession:
    sandbox: Any = _Sandbox(Leaping())
    return SandboxSession(sandbox, recover)


class _Slow:
    """A watcher whose looks fail, as those at a sandbox that is busy do."""

    def __init__(self, watcher: Watcher, *failures: Exception) -> None:
        self._failures = list(failures)
        self.report = watcher.report

    def poll(self) -> list[PipelineEvent]:
        raise self._failures.pop(0)


@pytest.mark.parametrize(
    "failure",
    [
        BotoCoreError(),
        InfrastructureError("the mailbox", "read timed out", "wait"),
    ],
)
def test_a_look_without_an_answer_is_not_the_end(watcher: Watcher, failure: Exception) -> None:
    """LocalStack runs, so the sandbox does; its slowness is reported once."""
    session = _session(lambda: False)
    slow: Any = _Slow(watcher, failure, failure)
    (first,) = watch_once(session, slow)
    assert (first.kind, "no answer yet" in first.text) == (WatchedKind.PROBLEM, True)
    assert watch_once(session, slow) == []


def test_a_restart_of_localstack_is_an_event(watcher: Watcher) -> None:
    """As a recovery, not as an error."""
    session = _session(lambda: True)
    slow: Any = _Slow(watcher, BotoCoreError())
    assert [event.kind for event in watch_once(session, slow)] == [WatchedKind.RESTART]


def test_a_localstack_that_is_not_restarted_is_an_error(watcher: Watcher) -> None:
    """Recovery says why."""

    def gone() -> bool:
        raise InfrastructureError("LocalStack to come up", "it ended", "see its log")

    session = _session(gone)
    slow: Any = _Slow(watcher, BotoCoreError())
    with pytest.raises(InfrastructureError, match="it ended"):
        watch_once(session, slow)
