"""The table ends on the last delivered samples."""

from dataclasses import replace

from tests.pipeline import NOON
from tests.sample_histories import assert_found, before, calm, only, undrained, without
from wavetank.core.findings import Verdict
from wavetank.history import Drained, Event, ObjectDelivered, RunBegan, TableSnapshot
from wavetank.ticker.invariants import TableAgrees


def ending(*items: dict[str, str]) -> list[Event]:
    """A calm run with other items in the table at its end."""
    events = calm()
    place = events.index(final := only(events, TableSnapshot)[1])
    events[place] = replace(final, items=items)
    return events


def final_items() -> list[dict[str, str]]:
    """The calm run's items at its end."""
    return [dict(item) for item in only(calm(), TableSnapshot)[1].items]


def test_agreement_is_valid() -> None:
    """The last sample of each ticker is the table's price."""
    assert_found(TableAgrees(), calm(), Verdict.VALID, "5 prices in the table as in S3")


def test_untouched_table_is_valid_where_nothing_was_delivered() -> None:
    """A run in which every tick failed leaves the table as it was."""
    assert_found(TableAgrees(), calm(3, [1, 2, 3]), Verdict.VALID)


def test_other_notation_of_a_price_is_valid() -> None:
    """Prices are compared as numbers."""
    items = [item | {"Price": f"{item['Price']}0"} for item in final_items()]
    assert_found(TableAgrees(), ending(*items), Verdict.VALID)


def test_table_ahead_of_what_was_delivered_is_invalid() -> None:
    """A table that moved without a delivery is shown beside the last sample."""
    first, *others = final_items()
    events = ending(first | {"Price": "1"}, *others)
    evidence = ("differ: 1", "Index_1 is 1 in the table, ", "delivered last")
    assert_found(TableAgrees(), events, Verdict.INVALID, *evidence)
    assert_found(TableAgrees(), undrained(events), Verdict.UNKNOWN, *evidence)


def test_table_that_moved_while_nothing_was_delivered_is_invalid() -> None:
    """Without a delivery the table's beginning is what it must still hold."""
    events = [event for event in calm() if not isinstance(event, ObjectDelivered)]
    evidence = ("differ: 5", "100 at the beginning")
    assert_found(TableAgrees(), events, Verdict.INVALID, *evidence)


def test_missing_and_unknown_items_are_invalid() -> None:
    """An item that is gone, that is new, or that has no price, differs."""
    _, *others = final_items()
    assert_found(TableAgrees(), ending(*others), Verdict.INVALID, "Index_1 is None in the table")
    assert_found(TableAgrees(), ending(), Verdict.INVALID, "differ: 5")
    new = {"TickerName": "Index_6", "Price": "1"}
    assert_found(TableAgrees(), ending(*final_items(), new), Verdict.INVALID, "Index_6 is 1")
    unpriced = {"TickerName": "Index_1", "Price": "much"}
    assert_found(TableAgrees(), ending(unpriced, *others), Verdict.INVALID, "Index_1 is None")


def test_table_that_was_not_seen_at_the_end_is_unknown() -> None:
    """A table that was seen before the last delivery, or only once, shows no end."""
    evidence = "not seen after the last delivery"
    assert_found(TableAgrees(), without(calm(), TableSnapshot, 1), Verdict.UNKNOWN, evidence)
    late = before(calm(), Drained, only(calm(), ObjectDelivered)[0])
    assert_found(TableAgrees(), late, Verdict.UNKNOWN, evidence)


def test_other_tables_are_left_alone() -> None:
    """A table without prices before it, and one of another name after it, change nothing."""
    other = TableSnapshot(NOON, "locks", ({"Lock": "free"},))
    priced = TableSnapshot(NOON, "copies", ({"TickerName": "Index_1", "Price": "1"},))
    events = before(before(calm(), TableSnapshot, other), Drained, priced)
    assert isinstance(events[0], RunBegan)
    assert_found(TableAgrees(), events, Verdict.VALID)
