"""The live view of `up`: events as they happen, above a few lines with the current state."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NoReturn

from rich.console import Group
from rich.rule import Rule
from rich.text import Text

from wavetank.aws.clients import BotoCoreError
from wavetank.aws.sandbox_api import pages_address
from wavetank.cli.output.console_output import Output
from wavetank.core.clock import Clock
from wavetank.core.errors import InfrastructureError
from wavetank.core.stop_signal import Stopped
from wavetank.core.text import span
from wavetank.faults.changes import Change
from wavetank.inspection.sandbox_watcher import (
    EventSource,
    PipelineEvent,
    PipelineWatcher,
    WatchedKind,
)
from wavetank.live.confirmed_addresses import show_unconfirmed
from wavetank.live.sandbox_pipeline import SandboxPipeline
from wavetank.live.sandbox_session import SandboxSession
from wavetank.live.session_watch import watch_once

LOOK_SECONDS = 1.0
STYLES = {
    WatchedKind.HELD: "dim",
    WatchedKind.TICK: "cyan",
    WatchedKind.ATTEMPT: "dim",
    WatchedKind.FAILURE: "red",
    WatchedKind.OBJECT: "green",
    WatchedKind.ALERT: "bold red",
    WatchedKind.RESTART: "yellow",
    WatchedKind.PROBLEM: "yellow",
}
GAP = "   "


def follow(
    session: SandboxSession[SandboxPipeline],
    output: Output,
    changes: Callable[[], Sequence[Change]],
) -> None:
    """Shows what happens until a signal ends it; `changes` are the faults in force.

    Raises:
        InfrastructureError: LocalStack went away and could not be brought back.
    """
    sandbox = session.sandbox
    watcher = sandbox.watcher()
    output.say(f"ready at {sandbox.record.endpoint}, {sandbox.schedule()}; Ctrl-C stops it")
    output.say(f"pages: {pages_address(sandbox.record.endpoint)}")
    _show_unconfirmed(session, watcher, output)
    state = LiveState(watcher, sandbox.clock, changes)
    try:
        with output.below(lambda: state.picture(output.progress.width)):
            show_events(watcher, session.recover, sandbox.clock, output)
    except Stopped:
        output.say(state.totals())
        raise


def show_events(
    watcher: EventSource, recover: Callable[[], bool], clock: Clock, output: Output
) -> NoReturn:
    """Prints a line for each event until a signal ends it; `recover` is a session's.

    Raises:
        InfrastructureError: LocalStack went away and could not be brought back.
    """
    while True:
        for event in watch_once(watcher, recover, clock):
            _say(event, output)
        clock.sleep(LOOK_SECONDS)


@dataclass
class LiveState:
    """The lines below the live view of `up` that show the current state and are overwritten."""

    watcher: PipelineWatcher
    clock: Clock
    changes: Callable[[], Sequence[Change]]

    def __post_init__(self) -> None:
        self._begun = self.clock.monotonic()

    def picture(self, width: int) -> Group:
        """The state of the pipeline, then how long it has been up, and what is next."""
        last = [f"up {self._up()}", *self.watcher.next_tick(), *self._faults()]
        parts = [*self.watcher.state_rows(), last]
        lines = [line for each in parts for line in rows(each, width)]
        return Group(Rule(style="dim"), *(Text(line, "bold") for line in lines))

    def totals(self) -> str:
        """The counts of the whole time, in a line."""
        return f"after {self._up()}: {', '.join(self.watcher.counts())}"

    def _up(self) -> str:
        return span(self.clock.monotonic() - self._begun)

    def _faults(self) -> list[str]:
        return [change.describe() for change in self.changes()]


def rows(parts: Sequence[str], width: int) -> list[str]:
    """The parts side by side, wrapped between parts at the width."""
    found: list[str] = []
    for part in parts:
        if found and len(found[-1]) + len(GAP) + len(part) <= width:
            found[-1] += GAP + part
        else:
            found.append(part)
    return found


def _show_unconfirmed(
    session: SandboxSession[SandboxPipeline], watcher: PipelineWatcher, output: Output
) -> None:
    """As `show_unconfirmed`, but a sandbox that does not answer yet is no error."""
    try:
        show_unconfirmed(session.sandbox, output)
    except (BotoCoreError, InfrastructureError) as error:
        for event in watcher.report(f"no answer yet: {error}"):
            _say(event, output)


def _say(event: PipelineEvent, output: Output) -> None:
    line = Text(f"{event.noticed:%H:%M:%S}  ")
    line.append(f"{event.kind:<8}", style=STYLES[event.kind])
    hang = len(line)
    output.say(line.append(event.text), hang, shorten=True)
    output.emit(event.kind, at=event.noticed, text=event.text)
