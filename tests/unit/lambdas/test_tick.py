"""The order of the calls, on hand-made cases; `tests/property/test_guarantee.py` tries the rest."""

from datetime import timedelta
from decimal import Decimal

import pytest

from streaming.tick import (
    ROUNDS_LOST_MAX,
    NoPricesError,
    PricesMovedError,
    TickOutOfReachError,
    run_tick,
)
from streaming.walk import TICK, Index
from tests.pipeline import LATE_MAX, NOON, SEED, CallFailedError, MemoryAws, broken_guarantees


def test_a_normal_tick_takes_three_calls_and_delivers_twenty_records() -> None:
    """A tick reads prices, delivers records and writes prices, once each."""
    aws = MemoryAws()
    assert run_tick(aws, NOON, LATE_MAX, SEED).records == 20
    assert aws.calls == ["read", "deliver", "keep"]


def test_a_duplicate_tick_only_reads() -> None:
    """A tick that the table has passed was delivered, and is not delivered again."""
    aws = MemoryAws()
    run_tick(aws, NOON, LATE_MAX, SEED)
    assert run_tick(aws, NOON, LATE_MAX, SEED).records == 0
    assert aws.calls[3:] == ["read"]


def test_missed_ticks_are_made_good_by_the_next() -> None:
    """After a gap of two hours one invocation delivers every minute of it, in batches of 500."""
    aws = MemoryAws()
    run_tick(aws, NOON, LATE_MAX, SEED)
    assert run_tick(aws, NOON + timedelta(hours=2), LATE_MAX, SEED).records == 120 * 20
    ticks = [NOON + n * TICK for n in range(121)]
    assert broken_guarantees(aws, ticks) == []
    assert aws.calls.count("deliver") == 1 + 5


def test_a_crash_after_the_delivery_leads_to_identical_copies() -> None:
    """The retry delivers the same bytes again, and only then moves the table."""
    aws = MemoryAws()

    def die(call: str) -> None:
        if call == "deliver":
            raise CallFailedError

    aws.after_call = die
    with pytest.raises(CallFailedError):
        run_tick(aws, NOON, LATE_MAX, SEED)
    aws.after_call = lambda _: None
    run_tick(aws, NOON, LATE_MAX, SEED)
    assert len(aws.delivered) == 40
    assert broken_guarantees(aws, [NOON]) == []


def test_what_was_kept_before_a_failure_in_a_long_gap_stays() -> None:
    """A gap is worked off in steps, so that a failure late in it costs one step."""
    aws = MemoryAws()
    run_tick(aws, NOON, LATE_MAX, SEED)
    deliveries = iter([None, None, CallFailedError()])

    def fail_third(call: str) -> None:
        if call == "deliver" and (error := next(deliveries)):
            raise error

    aws.before_call = fail_third
    with pytest.raises(CallFailedError):
        run_tick(aws, NOON + timedelta(hours=2), LATE_MAX, SEED)
    assert aws.table["Index_1"].tick == NOON + timedelta(minutes=50)


def test_an_index_added_later_starts_with_the_present_tick() -> None:
    """It has no history to make up, and does not hold back the others."""
    aws = MemoryAws()
    run_tick(aws, NOON, LATE_MAX, SEED)
    aws.table["Index_6"] = Index("Index_6", Decimal(50), None)
    assert run_tick(aws, NOON + 2 * TICK, LATE_MAX, SEED).records == 5 * 8 + 4


def test_an_empty_table_is_an_error_that_says_what_to_do() -> None:
    """Delivering nothing and calling it success would be a silent loss."""
    with pytest.raises(NoPricesError, match="seed it"):
        run_tick(MemoryAws(table={}), NOON, LATE_MAX, SEED)


@pytest.mark.parametrize("distance", [timedelta(days=8), timedelta(minutes=-66)])
def test_a_tick_out_of_reach_is_refused(distance: timedelta) -> None:
    """A wrong clock, ours or an event's, must raise the alert, not move or mute the stream."""
    aws = MemoryAws()
    run_tick(aws, NOON, LATE_MAX, SEED)
    with pytest.raises(TickOutOfReachError, match="reset its prices"):
        run_tick(aws, NOON + distance, LATE_MAX, SEED)


def test_a_table_that_keeps_moving_is_left_to_a_retry() -> None:
    """The loop is bounded, even where another writer wins every time."""
    aws = MemoryAws()

    def lose(call: str) -> None:
        if call == "keep":
            raise PricesMovedError

    aws.before_call = lose
    with pytest.raises(PricesMovedError):
        run_tick(aws, NOON, LATE_MAX, SEED)
    assert aws.calls.count("keep") == ROUNDS_LOST_MAX + 1
