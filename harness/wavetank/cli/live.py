"""The live view of `up`: what happens, as it happens."""

from collections import deque

from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from wavetank.cli.addresses import show_unconfirmed
from wavetank.cli.output import Output
from wavetank.cli.session import Session
from wavetank.clients import BotoCoreError, ClientError
from wavetank.errors import InfrastructureError
from wavetank.sandbox import pages_address
from wavetank.watch import Happening, Kind, Watcher

LOOK_SECONDS = 1.0
SHOWN = 12
STYLES = {
    Kind.TICK: "cyan",
    Kind.OBJECT: "green",
    Kind.ALERT: "bold red",
    Kind.RESTART: "yellow",
    Kind.TROUBLE: "yellow",
}


def follow(session: Session, output: Output) -> None:
    """Shows what happens until a signal ends it.

    Raises:
        InfrastructureError: LocalStack went away and could not be brought back.
    """
    sandbox = session.sandbox
    watcher = Watcher(sandbox.aws, sandbox.names, sandbox.record.endpoint, sandbox.clock)
    output.say(f"ready at {sandbox.record.endpoint}, a tick every 60 s; Ctrl-C stops it")
    output.say(f"pages: {pages_address(sandbox.record.endpoint)}")
    show_unconfirmed(sandbox, output)
    show = _screen if output.console.is_terminal and not output.as_json else _lines
    show(session, watcher, output)


def _lines(session: Session, watcher: Watcher, output: Output) -> None:
    while True:
        for happening in _look(session, watcher):
            output.say(_line(happening).plain)
            output.emit(happening.kind, at=happening.noticed, text=happening.text)
        session.sandbox.clock.sleep(LOOK_SECONDS)


def _screen(session: Session, watcher: Watcher, output: Output) -> None:
    recent: deque[Happening] = deque(maxlen=SHOWN)
    with Live(console=output.console, auto_refresh=False) as live:
        while True:
            recent.extend(_look(session, watcher))
            live.update(_picture(watcher, recent), refresh=True)
            session.sandbox.clock.sleep(LOOK_SECONDS)


def _look(session: Session, watcher: Watcher) -> list[Happening]:
    """What is new; a sandbox that died and came back is news too."""
    try:
        return watcher.look()
    except ClientError as error:  # it answers, but something was taken away: not ours to end for
        return watcher.notice(str(error))
    except (BotoCoreError, InfrastructureError):
        if not session.recover():
            raise
        return [
            Happening(Kind.RESTART, session.sandbox.clock.now(), "LocalStack ended and is back")
        ]


def _picture(watcher: Watcher, recent: deque[Happening]) -> Group:
    prices = Table(box=None, pad_edge=False)
    for price in watcher.prices:
        prices.add_column(price.ticker, justify="right")
    prices.add_row(*(f"{price.price:.2f}" for price in watcher.prices))
    totals = "   ".join(f"{count} {kind}s" for kind, count in watcher.totals.items())
    return Group(prices, Text(totals, style="bold"), *(_line(happening) for happening in recent))


def _line(happening: Happening) -> Text:
    line = Text(f"{happening.noticed:%H:%M:%S}  ")
    line.append(f"{happening.kind:<8}", style=STYLES[happening.kind])
    return line.append(happening.text)
