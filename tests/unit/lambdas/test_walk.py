"""The walk of one index: repeatable, exact, and never more than one per cent a step."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from streaming.walk import TICK, Index, samples, tick_of
from tests.pipeline import NOON, SEED


def _index(price: str = "100", tick: datetime | None = NOON) -> Index:
    return Index("Index_1", Decimal(price), tick)


def test_a_tick_has_four_samples_a_quarter_of_a_minute_apart() -> None:
    """The data contract's offsets are 0, 15, 30 and 45 seconds after the minute."""
    made = list(samples(_index(), NOON + TICK, SEED))
    assert [sample.instant - NOON - TICK for sample in made] == [
        timedelta(seconds=s) for s in (0, 15, 30, 45)
    ]


def test_the_same_tick_from_the_same_price_gives_the_same_samples() -> None:
    """A retry arrives at identical prices."""
    assert list(samples(_index(), NOON + TICK, SEED)) == list(samples(_index(), NOON + TICK, SEED))


def test_known_prices_stay_what_they_are() -> None:
    """The walk is part of the contract: another Python or a refactoring must not change it."""
    made = [str(sample.price) for sample in samples(_index(), NOON + TICK, SEED)]
    assert made == ["100.7638280", "100.4996414", "99.6414439", "99.58317857"]


def test_another_pipeline_has_other_prices() -> None:
    """Two pipelines side by side do not show the same walk."""
    mine = [sample.price for sample in samples(_index(), NOON + TICK, SEED)]
    theirs = [sample.price for sample in samples(_index(), NOON + TICK, "another-stream")]
    assert mine != theirs


def test_a_gap_is_walked_through_minute_by_minute() -> None:
    """Making three ticks at once gives what making them one after the other gives."""
    at_once = list(samples(_index(), NOON + 3 * TICK, SEED))
    index, one_by_one = _index(), []
    for n in (1, 2, 3):
        made = list(samples(index, NOON + n * TICK, SEED))
        one_by_one += made
        index = Index(index.ticker, made[-1].price, NOON + n * TICK)
    assert at_once == one_by_one


def test_a_new_index_makes_only_the_tick_asked_for() -> None:
    """Without an earlier tick there is no gap to fill."""
    assert len(list(samples(_index(tick=None), NOON, SEED))) == 4


def test_a_tick_that_is_made_is_not_made_again() -> None:
    """Nothing comes of a tick that the index has passed."""
    assert list(samples(_index(), NOON, SEED)) == []


def test_small_prices_still_move_and_stay_positive() -> None:
    """Ten significant digits, not a fixed number of decimals: a price never sticks."""
    made = [sample.price for sample in samples(_index("0.0000001"), NOON + 5 * TICK, SEED)]
    assert min(made) > 0
    assert len(set(made)) == len(made)


def test_two_events_of_one_minute_are_one_tick() -> None:
    """EventBridge fires at any second of the minute, and an event may come in another zone."""
    east = timezone(timedelta(hours=2))
    assert tick_of(datetime(2026, 11, 23, 12, 0, 59, 999, UTC)) == NOON
    assert tick_of(datetime(2026, 11, 23, 14, 0, 1, tzinfo=east)) == NOON
