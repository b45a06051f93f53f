"""A sandbox that does not answer: slow, restarted, or ended."""

import pytest

from tests.clocks import Leaping
from wavetank.aws.clients import BotoCoreError, sandbox_clients
from wavetank.core.errors import InfrastructureError
from wavetank.core.naming import derive_names
from wavetank.inspection.event_watcher import Watcher
from wavetank.inspection.sandbox_watcher import PipelineEvent, WatchedKind
from wavetank.live.session_watch import watch_once

ENDPOINT = "http://127.0.0.1:1"


@pytest.fixture
def watcher() -> Watcher:
    """One that has seen nothing yet."""
    names = derive_names("Dora", "Explorer")
    return Watcher(sandbox_clients(ENDPOINT), names, ENDPOINT, Leaping())


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
    slow = _Slow(watcher, failure, failure)
    (first,) = watch_once(slow, lambda: False, Leaping())
    assert (first.kind, "no answer yet" in first.text) == (WatchedKind.PROBLEM, True)
    assert watch_once(slow, lambda: False, Leaping()) == []


def test_a_restart_of_localstack_is_an_event(watcher: Watcher) -> None:
    """As a recovery, not as an error."""
    (event,) = watch_once(_Slow(watcher, BotoCoreError()), lambda: True, Leaping())
    assert event.kind is WatchedKind.RESTART


def test_a_localstack_that_is_not_restarted_is_an_error(watcher: Watcher) -> None:
    """Recovery says why."""

    def gone() -> bool:
        raise InfrastructureError("LocalStack to come up", "it ended", "see its log")

    with pytest.raises(InfrastructureError, match="it ended"):
        watch_once(_Slow(watcher, BotoCoreError()), gone, Leaping())
