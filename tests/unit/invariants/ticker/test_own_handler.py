"""What is asked of somebody's own script, in the form of the assignment's."""

from datetime import timedelta
from itertools import pairwise

import pytest

from tests.pipeline import NOON
from tests.scripted import OFFSETS, ScriptedStory
from tests.stories import MINUTE, Story, assert_found
from wavetank.core.findings import Verdict
from wavetank.history import Event, ObjectDelivered
from wavetank.invariants import judge
from wavetank.invariants.ticker import (
    AlertedMinutes,
    ContinuousWalk,
    DeliveredTicks,
    ticker_invariants,
)
from wavetank.invariants.ticker.delivered_samples import delivered_samples
from wavetank.invariants.ticker.walk import WALK_REMEMBERED

SECONDS = [0.0, 3.25, 20.0, 59.9]


def verdicts(events: list[Event], *, own_handler: bool = True) -> set[Verdict]:
    """What all of the ticker's judges come to."""
    judges = ticker_invariants(own_handler=own_handler)
    return {finding.verdict for finding in judge(events, judges)}


@pytest.mark.parametrize("second", SECONDS)
def test_a_calm_run_of_the_script_is_valid(second: float) -> None:
    """At whatever second its rule fires, and however far neighbours are apart within a tick."""
    events = ScriptedStory(60, second).events()
    assert verdicts(events) == {Verdict.VALID}
    assert Verdict.INVALID in verdicts(events, own_handler=False)


def test_the_shipped_handler_is_valid_by_this_measure_too() -> None:
    """The same judges take a script that stamps with the event's minute and walks on."""
    assert verdicts(list(Story(6, [2, 3]).events())) == {Verdict.VALID}


@pytest.mark.parametrize("second", SECONDS)
def test_a_retried_tick_did_its_work_and_left_a_hole(second: float) -> None:
    """The script stamps a retry with the minute of the retry, so that its own stays empty."""
    events = ScriptedStory(4, second, retried=frozenset({2})).events()
    assert_found(DeliveredTicks(own_handler=True), events, Verdict.VALID, "4 ticks succeeded")
    put = NOON + 3 * MINUTE + timedelta(seconds=second)
    where = f"of 20 records; its tick put them under {put:%Y-%m-%dT%H:%M:%SZ}"
    evidence = ("missing unalerted: 1", "2026-11-23T12:02:00Z with", where)
    assert_found(AlertedMinutes(own_handler=True), events, Verdict.INVALID, *evidence)


@pytest.mark.parametrize("second", SECONDS)
def test_a_lost_tick_is_found_by_its_minute_and_by_the_walk(second: float) -> None:
    """What is not in S3 is missed, and the price goes on from where nobody saw it."""
    events = ScriptedStory(4, second, lost=frozenset({2})).events()
    evidence = ("succeeded, not delivered: 1", "2026-11-23T12:02:00Z with")
    assert_found(DeliveredTicks(own_handler=True), events, Verdict.INVALID, *evidence)
    assert_found(AlertedMinutes(own_handler=True), events, Verdict.INVALID, "missing unalerted: 1")
    assert_found(ContinuousWalk(own_handler=True), events, Verdict.INVALID, "jumps")


@pytest.mark.parametrize(
    "spread",
    [(0, 15, 30), (0, 0, 0, 0), tuple(86_400 * seconds for seconds in OFFSETS)],
    ids=["three", "at-once", "days"],
)
def test_samples_that_are_no_minute_are_no_tick(spread: tuple[float, ...]) -> None:
    """Four of them, fifteen seconds apart: `timedelta(seconds)` where days were meant is none."""
    events = ScriptedStory(2, 3.0, spread=spread).events()
    assert_found(DeliveredTicks(own_handler=True), events, Verdict.INVALID, "not delivered: 2")


def test_a_tick_that_came_in_pieces_is_whole() -> None:
    """Records that are put one by one come in any objects, in any order."""
    events = ScriptedStory(3, 20.0).events()
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
        ContinuousWalk(own_handler=True),
        ScriptedStory(20, volatility=0.0125).events(),
        Verdict.INVALID,
        "jumps",
    )


def test_neighbours_are_further_apart_than_one_percent() -> None:
    """The guard of the tests above: else they would prove nothing of the script's walk."""
    events = ScriptedStory(60).events()
    prices = [s.price for e in events for s in delivered_samples(e) if s.ticker == "Index_1"]
    assert max(abs(after - before) / before for before, after in pairwise(prices)) > 0.012


def test_a_long_run_of_the_script_is_judged_and_forgotten() -> None:
    """What is settled ends within a tick, and the next sample is still held against its first."""
    story = ScriptedStory(WALK_REMEMBERED // 2 + 3, spread=(0, 10, 20, 30, 40, 45, 50))
    assert_found(ContinuousWalk(own_handler=True), story.events(), Verdict.VALID)
