"""The delivered records one by one."""

from dataclasses import replace

from tests.sample_histories import assert_found, before, calm, only
from wavetank.core.findings import Verdict
from wavetank.history import Drained, Event, ObjectDelivered
from wavetank.ticker.invariants import IdenticalCopies, ReadableRecords


def adding(*records: str) -> list[Event]:
    """A calm run with one more object."""
    more = replace(only(calm(), ObjectDelivered)[0], key="more", records=records)
    return before(calm(), Drained, more)


def first_record() -> str:
    """The first record of the calm run."""
    return only(calm(), ObjectDelivered)[0].records[0]


def test_readable_records_are_valid() -> None:
    """All of the run's records are counted."""
    assert_found(ReadableRecords(), calm(), Verdict.VALID, "60 records read")


def test_unreadable_record_is_invalid() -> None:
    """An unreadable record is shown with the object that has it."""
    evidence = "unreadable: 1 (the first: 'price?' in more)"
    assert_found(ReadableRecords(), adding("price?"), Verdict.INVALID, evidence)


def test_identical_copy_is_valid() -> None:
    """A byte-identical copy is reported, and breaks nothing."""
    evidence = "61 records, of which 1 are copies"
    assert_found(IdenticalCopies(), adding(first_record()), Verdict.VALID, evidence)


def test_other_copy_is_invalid() -> None:
    """A record of the same ticker and time with another price is shown beside the first."""
    first = first_record().strip()
    other = first.replace('"price":', '"price":1')
    evidence = f"differ: 1 (the first: {first} and {other})"
    assert_found(IdenticalCopies(), adding(other), Verdict.INVALID, evidence)


def test_same_price_in_other_bytes_is_invalid() -> None:
    """Copies are compared byte by byte, as a reader that removes duplicates may do."""
    events = adding(first_record().replace('":', '": '))
    assert_found(IdenticalCopies(), events, Verdict.INVALID, "differ: 1")


def test_run_without_records_is_unknown() -> None:
    """If nothing was delivered, nothing was read or compared."""
    events = [event for event in calm() if not isinstance(event, ObjectDelivered)]
    assert_found(ReadableRecords(), events, Verdict.UNKNOWN, "no record was delivered")
    assert_found(IdenticalCopies(), events, Verdict.UNKNOWN, "no record was delivered")
