"""The live view of `up`: what happens, as it happens, above a few lines of how things stand."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from rich.console import Group
from rich.rule import Rule
from rich.text import Text

from wavetank.aws.clients import BotoCoreError, ClientError
from wavetank.aws.sandbox_api import pages_address
from wavetank.cli.addresses import show_unconfirmed
from wavetank.cli.output import Output
from wavetank.cli.session import Session, Stopped
from wavetank.core.clock import Clock
from wavetank.core.errors import InfrastructureError
from wavetank.core.text import counted, span
from wavetank.faults.changes import Change
from wavetank.inspection.event_watcher import Happening, WatchedKind, Watcher

LOOK_SECONDS = 1.0
RATE = timedelta(minutes=1)
STYLES = {
    WatchedKind.HELD: "dim",
    WatchedKind.TICK: "cyan",
    WatchedKind.OBJECT: "green",
    WatchedKind.ALERT: "bold red",
    WatchedKind.RESTART: "yellow",
    WatchedKind.TROUBLE: "yellow",
}
GAP = "   "


def follow(session: Session, output: Output, changes: Callable[[], Sequence[Change]]) -> None:
    """Shows what happens until a signal ends it; `changes` are those made on purpose.

    Raises:
        InfrastructureError: LocalStack went away and could not be brought back.
    """
    sandbox = session.sandbox
    watcher = Watcher(sandbox.aws, sandbox.names, sandbox.record.endpoint, sandbox.clock)
    output.say(f"ready at {sandbox.record.endpoint}, a tick every 60 s; Ctrl-C stops it")
    output.say(f"pages: {pages_address(sandbox.record.endpoint)}")
    _show_unconfirmed(session, watcher, output)
    state = LiveState(watcher, sandbox.clock, changes)
    try:
        with output.below(lambda: state.picture(output.progress.width)):
            while True:
                for happening in look(session, watcher):
                    _say(happening, output)
                sandbox.clock.sleep(LOOK_SECONDS)
    except Stopped:
        output.say(state.totals())
        raise


@dataclass
class LiveState:
    """How things stand, for the lines that are written over."""

    watcher: Watcher
    clock: Clock
    changes: Callable[[], Sequence[Change]]

    def __post_init__(self) -> None:
        self._begun = self.clock.monotonic()

    def picture(self, width: int) -> Group:
        """The prices, then what there is of everything, then what is next."""
        watcher = self.watcher
        lines = [
            *rows([f"{price.ticker} {price.price:.2f}" for price in watcher.prices], width),
            *rows([*_counts(watcher), f"{counted(watcher.buffered, 'record')} buffered"], width),
            *rows([f"up {self._up()}", self._next(), *self._faults()], width),
        ]
        return Group(Rule(style="dim"), *(Text(line, "bold") for line in lines))

    def totals(self) -> str:
        """What has come of it all, in a line."""
        return f"after {self._up()}: {', '.join(_counts(self.watcher))}"

    def _up(self) -> str:
        return span(self.clock.monotonic() - self._begun)

    def _next(self) -> str:
        """By the one before: nothing tells when a rule fires next."""
        if not self.watcher.rule_on:
            return "no next tick: the rule is off"
        if self.watcher.ticked is None:
            return "no tick yet"
        seconds = (self.watcher.ticked + RATE - self.clock.now()).total_seconds()
        return f"next tick in {span(seconds)}" if seconds >= 1 else "next tick due"

    def _faults(self) -> list[str]:
        return [change.describe() for change in self.changes()]


def _counts(watcher: Watcher) -> list[str]:
    totals = watcher.totals
    return [
        counted(totals[WatchedKind.TICK], "tick"),
        f"{len(watcher.given_up)} given up",
        counted(totals[WatchedKind.OBJECT], "object"),
        counted(watcher.records, "record"),
        counted(totals[WatchedKind.ALERT], "e-mail"),
    ]


def rows(parts: Sequence[str], width: int) -> list[str]:
    """Side by side, and below each other where there is no room; none is broken in two."""
    found: list[str] = []
    for part in parts:
        if found and len(found[-1]) + len(GAP) + len(part) <= width:
            found[-1] += GAP + part
        else:
            found.append(part)
    return found


def look(session: Session, watcher: Watcher) -> list[Happening]:
    """What is new; a sandbox that died and came back is news too.

    Raises:
        InfrastructureError: LocalStack ended and did not come back.
    """
    try:
        return watcher.look()
    except ClientError as error:  # it answers, but something was taken away: not ours to end for
        return watcher.notice(str(error))
    except (BotoCoreError, InfrastructureError) as error:
        if not session.recover():  # it is slow, or cut off for a while: the next look may succeed
            return watcher.notice(f"no answer yet: {error}")
        return [
            Happening(
                WatchedKind.RESTART, session.sandbox.clock.now(), "LocalStack ended and is back"
            )
        ]


def _show_unconfirmed(session: Session, watcher: Watcher, output: Output) -> None:
    """No reason to end where it cannot be said at once."""
    try:
        show_unconfirmed(session.sandbox, output)
    except (BotoCoreError, InfrastructureError) as error:
        for happening in watcher.notice(f"no answer yet: {error}"):
            _say(happening, output)


def _say(happening: Happening, output: Output) -> None:
    line = Text(f"{happening.noticed:%H:%M:%S}  ")
    line.append(f"{happening.kind:<8}", style=STYLES[happening.kind])
    hang = len(line)
    output.say(line.append(happening.text), hang, shorten=True)
    output.emit(happening.kind, at=happening.noticed, text=happening.text)
