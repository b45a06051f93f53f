"""Objects become tables: plain records as columns, all others by the invariants' parser."""

import gzip

import pytest

from tests.unit.reporting.analysis.objects import MINUTE, NOON, QUARTER, delivered, record
from wavetank.reporting.analysis.records import samples, unread

ORIGINAL = "{ticker : Index_1, timestamp : 2026-11-23 12:00:00, price : 100.5}"


def test_a_record_has_its_object_and_position() -> None:
    """The row has the text, its object, and its position in it."""
    found = delivered([record(0, "100.5"), record(15, "101")]).records.rows(named=True)
    assert [(row["object"], row["number"], row["price"]) for row in found] == [
        ("object-1", 0, 100.5),
        ("object-1", 1, 101.0),
    ]
    assert found[1]["timestamp"] == NOON + QUARTER
    assert found[1]["delivered_at"] == NOON + MINUTE


def test_the_original_format_is_read_without_line_ends() -> None:
    """Two records of the assignment's script in one object are two rows."""
    found = delivered([ORIGINAL, ORIGINAL.replace("12:00:00", "12:00:15.250000")]).records
    assert found["price"].to_list() == [100.5, 100.5]
    assert found["timestamp"][0] == NOON


def test_a_foreign_record_is_listed_as_unread() -> None:
    """It is not dropped, and its neighbours are read."""
    found = delivered([record(0), '{"gauge": "north", "level": 3}\n', "noise\n", record(15)])
    assert unread(found)["what"].to_list() == ['{"gauge": "north", "level": 3}', "noise"]
    assert unread(found)["number"].to_list() == [1, 2]
    assert samples(found.records).height == 2


@pytest.mark.parametrize("text", [record(0, "0"), record(0).replace("11-23", "02-30")])
def test_a_record_with_invalid_values_is_not_read(text: str) -> None:
    """A price of zero or a date that does not exist is listed, not converted to numbers."""
    assert unread(delivered([text, record(15)]))["number"].to_list() == [0]


def test_a_compressed_object_is_named_and_the_others_are_read() -> None:
    """Its problem is described, without a record number."""
    found = delivered(gzip.compress(record(0).encode()), [record(60)])
    assert unread(found).rows() == [
        ("object-1", None, "compressed by gzip, which the stream should not")
    ]
    assert found.objects["records"].to_list() == [0, 1]


def test_no_objects_give_an_empty_table() -> None:
    """An empty bucket and an empty object are no errors."""
    assert delivered().records.is_empty()
    assert delivered(b"").objects["records"].to_list() == [0]


def test_a_sample_is_its_first_delivery() -> None:
    """A copy that differs does not replace the earlier record."""
    found = samples(delivered([record(0, "100")], [record(0, "101")]).records)
    assert found["price"].to_list() == [100.0]
