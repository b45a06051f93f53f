"""Watches a sandbox that another process supervises, until it no longer answers."""

from dataclasses import dataclass

from wavetank.aws.clients import sandbox_clients
from wavetank.aws.observers import wait_until
from wavetank.core.clock import Clock
from wavetank.core.errors import InfrastructureError
from wavetank.engines.readiness import InitState, init_state
from wavetank.engines.sandbox_record import SandboxRecord
from wavetank.inspection.sandbox_watcher import EventSource, SandboxWatcher
from wavetank.inspection.stack_resources import root_stacks
from wavetank.live.pipeline_selection import pipeline_in

READY_SECONDS_MAX = 900.0
SILENT_SECONDS_MAX = 60.0
"""Longer than a restart of the container takes."""


@dataclass(frozen=True)
class AttachedSession:
    """A connection to a sandbox that another process started.

    `recover` works like that of `SandboxSession`.
    """

    endpoint: str
    clock: Clock

    def wait_until_ready(self) -> None:
        """Wait for the end of its start, if it is starting.

        Raises:
            InfrastructureError: one of its init scripts has failed.
            ConditionTimeoutError: the start does not end.
        """
        state = wait_until(
            lambda: init_state(self.endpoint),
            lambda found: found is not None and (found.ready or found.failed),
            expected=f"the sandbox at {self.endpoint} to be ready",
            hint="see its log",
            within_seconds=READY_SECONDS_MAX,
            clock=self.clock,
        )
        assert isinstance(state, InitState)  # None was not accepted
        if state.failed:
            raise InfrastructureError(
                f"the sandbox at {self.endpoint} to be ready",
                f"init script {', '.join(state.failed)} failed",
                "see its log",
            )

    def recover(self) -> bool:
        """Waits until the sandbox answers: its own supervisor may restart it. Returns False.

        Raises:
            ConditionTimeoutError: it does not.
        """
        wait_until(
            lambda: init_state(self.endpoint),
            lambda state: state is not None,
            expected=f"an answer of the sandbox at {self.endpoint}",
            hint="it was stopped; start it again",
            within_seconds=SILENT_SECONDS_MAX,
            clock=self.clock,
        )
        return False


def watcher_of(record: SandboxRecord, name: str | None, clock: Clock) -> EventSource:
    """A watcher of the pipeline that is selected; without any in the sandbox, of all functions.

    Raises:
        UsageError: several pipelines are deployed and no name is given, or none has that name.
    """
    aws = sandbox_clients(record.endpoint)
    if name is None and not root_stacks(aws):
        return SandboxWatcher(record.endpoint, clock)
    return pipeline_in(record, name).watcher()
