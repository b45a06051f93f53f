"""The lines of how things stand in the live view of `up`."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.clocks import Leaping
from tests.unit.cli.output.windows import text_of, window
from wavetank.aws.clients import sandbox_clients
from wavetank.cli.output.live_view import LiveState, rows
from wavetank.core.naming import derive_names
from wavetank.faults.changes import RuleChange
from wavetank.inspection.event_watcher import Watcher
from wavetank.inspection.sandbox_watcher import WatchedKind
from wavetank.ticker.observers import TablePrice

ENDPOINT = "http://127.0.0.1:1"


@pytest.fixture
def watcher() -> Watcher:
    """What has seen a tick given up, and delivered others."""
    prices = [TablePrice(f"Index_{n}", Decimal("100.25"), None) for n in range(1, 6)]
    names = derive_names("Dora", "Explorer")
    found = Watcher(sandbox_clients(ENDPOINT), names, ENDPOINT, Leaping(), prices=prices)
    found.totals |= {WatchedKind.TICK: 3, WatchedKind.OBJECT: 1, WatchedKind.ALERT: 2}
    found.given_up.add("a request")
    found.records, found.buffered = 40, 20
    return found


@pytest.mark.parametrize("width", [80, 60, 40])
def test_everything_is_told_within_the_width(watcher: Watcher, width: int) -> None:
    """Prices, counts, how long it is up and what is next; nothing is broken in two."""
    watcher.ticked = watcher.clock.now() - timedelta(seconds=30)
    console = window(width)
    console.print(LiveState(watcher, Leaping(), lambda: ()).picture(width))
    text = text_of(console)
    assert max(map(len, text.splitlines())) <= width
    told = ("Index_5 100.25", "3 ticks", "1 given up", "1 object", "40 records", "2 e-mails")
    for part in (*told, "20 records buffered", "up 0 s", "next tick in 29 s"):
        assert part in text


def test_what_is_broken_on_purpose_is_said(watcher: Watcher) -> None:
    """A drill that is under way, and a rule that is off."""
    watcher.rule_on = False
    change = RuleChange(rule="tick")
    console = window(80)
    console.print(LiveState(watcher, Leaping(), lambda: [change]).picture(80))
    assert "no next tick: the rule is off   the rule tick is off" in text_of(console)


def test_a_tick_that_is_late_is_due(watcher: Watcher) -> None:
    """There is no time below nothing."""
    watcher.ticked = watcher.clock.now() - timedelta(seconds=61)
    console = window(80)
    console.print(LiveState(watcher, Leaping(), lambda: ()).picture(80))
    assert "next tick due" in text_of(console)


def test_the_end_has_the_totals(watcher: Watcher) -> None:
    """In one line, for the scrollback."""
    clock = Leaping()
    state = LiveState(watcher, clock, lambda: ())
    clock.sleep(192.5)
    told = "after 3 min 12 s: 3 ticks, 1 given up, 1 object, 40 records, 2 e-mails"
    assert state.totals() == told


def test_parts_stand_side_by_side_while_there_is_room() -> None:
    """Then below each other."""
    assert rows(["aaaa", "bbbb", "cccc"], 11) == ["aaaa   bbbb", "cccc"]
    assert rows([], 11) == []
