"""What is required of a custom handler, such as the assignment's script."""

from datetime import timedelta
from itertools import pairwise

import pytest

from tests.pipeline import NOON
from tests.sample_histories import MINUTE, HistoryBuilder, assert_found
from tests.scripted import OFFSETS, ScriptedHistory
from wavetank.core.findings import Verdict
from wavetank.history import Event, ObjectDelivered
from wavetank.invariants import check_history
from wavetank.ticker.invariants import (
    AlertedMinutes,
    ContinuousWalk,
    DeliveredTicks,
    ticker_invariants,
)
from wavetank.ticker.invariants.delivered_samples import delivered_samples
from wavetank.ticker.invariants.walk import WALK_REMEMBERED

SECONDS = [0.0, 3.25, 20.0, 59.9]


def verdicts(events: list[Event], *, custom_handler: bool = True) -> set[Verdict]:
    """The verdicts of all of the ticker's invariants."""
    invariants = ticker_invariants(custom_handler=custom_handler)
    return {finding.verdict for finding in check_history(events, invariants)}


@pytest.mark.parametrize("second", SECONDS)
def test_a_calm_run_of_the_script_is_valid(second: float) -> None:
    """At whatever second its rule fires, however far neighbours within a tick are apart."""
    events = ScriptedHistory(60, second).events()
    assert verdicts(events) == {Verdict.VALID}
    assert Verdict.INVALID in verdicts(events, custom_handler=False)


def test_the_shipped_handler_is_valid_by_this_measure_too() -> None:
    """The same invariants accept a handler that stamps with the event's minute."""
    assert verdicts(list(HistoryBuilder(6, [2, 3]).events())) == {Verdict.VALID}


@pytest.mark.parametrize("second", SECONDS)
def test_a_retried_tick_did_its_work_and_left_a_hole(second: float) -> None:
    """The script stamps a retry with the minute of the retry, so the tick's own stays empty."""
    events = ScriptedHistory(4, second, retried=frozenset({2})).events()
    assert_found(DeliveredTicks(custom_handler=True), events, Verdict.VALID, "4 ticks succeeded")
    put = NOON + 3 * MINUTE + timedelta(seconds=second)
    where = f"of 20 records; its tick put them under {put:%Y-%m-%dT%H:%M:%SZ}"
    evidence = ("missing unalerted: 1", "2026-11-23T12:02:00Z with", where)
    assert_found(AlertedMinutes(custom_handler=True), events, Verdict.INVALID, *evidence)


@pytest.mark.parametrize("second", SECONDS)
def test_a_lost_tick_is_found_by_its_minute_and_by_the_walk(second: float) -> None:
    """Its records are missing, and the price goes on from an unrecorded one."""
    events = ScriptedHistory(4, second, lost=frozenset({2})).events()
    evidence = ("succeeded, not delivered: 1", "2026-11-23T12:02:00Z with")
    assert_found(DeliveredTicks(custom_handler=True), events, Verdict.INVALID, *evidence)
    assert_found(
        AlertedMinutes(custom_handler=True), events, Verdict.INVALID, "missing unalerted: 1"
    )
    assert_found(ContinuousWalk(custom_handler=True), events, Verdict.INVALID, "jumps")


@pytest.mark.parametrize(
    "spread",
    [(0, 15, 30), (0, 0, 0, 0), tuple(86_400 * seconds for seconds in OFFSETS)],
    ids=["three", "at-once", "days"],
)
def test_samples_that_are_no_minute_are_no_tick(spread: tuple[float, ...]) -> None:
    """Four of them, fifteen seconds apart: `timedelta(seconds)` where days were meant is none."""
    events = ScriptedHistory(2, 3.0, spread=spread).events()
    assert_found(DeliveredTicks(custom_handler=True), events, Verdict.INVALID, "not delivered: 2")


def test_a_tick_that_came_in_pieces_is_whole() -> None:
    """Records that are put one by one come in any objects, in any order."""
    events = ScriptedHistory(3, 20.0).events()
    pieces: list[Event] = []
    for event in events:
        match event:
            case ObjectDelivered(records=records):
                pieces += [
                    ObjectDelivered(event.at, "stream", "bucket", text, (text,))
                    for text in reversed(records)
                ]
            case _:
                pieces.append(event)
    assert verdicts(pieces) == {Verdict.VALID}


def test_a_price_beyond_one_percent_of_its_ticks_first_is_a_jump() -> None:
    """What the assignment allows is one percent of the price in the table, and no more."""
    assert_found(
        ContinuousWalk(custom_handler=True),
        ScriptedHistory(20, volatility=0.0125).events(),
        Verdict.INVALID,
        "jumps",
    )


def test_neighbours_are_further_apart_than_one_percent() -> None:
    """Guards the tests above, which would otherwise prove nothing about the script's walk."""
    events = ScriptedHistory(60).events()
    prices = [s.price for e in events for s in delivered_samples(e) if s.ticker == "Index_1"]
    assert max(abs(after - before) / before for before, after in pairwise(prices)) > 0.012


def test_a_long_run_of_the_script_is_checked_and_settled() -> None:
    """Settled within a tick, whose first sample is still compared with the next ones."""
    history = ScriptedHistory(WALK_REMEMBERED // 2 + 3, spread=(0, 10, 20, 30, 40, 45, 50))
    assert_found(ContinuousWalk(custom_handler=True), history.events(), Verdict.VALID)
