"""An object's records as a table, whatever is in it."""

import gzip

import pytest

from wavetank.console.records import RECORDS_SHOWN, record_table


def test_objects_have_columns_in_their_order_and_numbers_their_digits() -> None:
    """What a record lacks is empty, and what is no text is JSON."""
    body = b'{"ticker": "A", "price": 100.10}\n{"price": 1E2, "tags": [1, "x"]}\n'
    table = record_table(body)
    assert table.columns == ("ticker", "price", "tags")
    assert table.rows == (("A", "100.10", ""), ("", "1E2", '["1", "x"]'))


@pytest.mark.parametrize(
    ("body", "rows"),
    [
        (b"", ()),
        (b"  \n\n", ()),
        (b"a line\nanother\n", (("a line",), ("another",))),
        (b'{"a": 1}\nno object\n', (('{"a": 1}',), ("no object",))),
        (b"{}\n", (("{}",),)),
        (b"\xff\xfe", (("��",),)),
        (b"[" * 100_000, (("[" * 100_000,),)),
    ],
)
def test_what_is_no_object_is_shown_line_by_line(body: bytes, rows: object) -> None:
    """So that nothing of it is passed over."""
    assert record_table(body).rows == rows


def test_objects_need_no_ends_of_line() -> None:
    """Firehose puts none between records."""
    assert record_table(b'{"a": 1}{"a": 2}').rows == (("1",), ("2",))


def test_gzip_is_unpacked_and_what_only_looks_like_it_is_shown() -> None:
    """By what the object holds, as its name may say anything."""
    assert record_table(gzip.compress(b'{"a": 1}\n')).rows == (("1",),)
    assert record_table(b"\x1f\x8bno").count == 1


def test_of_many_records_the_first_are_shown_and_all_are_counted() -> None:
    """A page stays one that a browser can show."""
    table = record_table(b'{"a": 1}\n' * (RECORDS_SHOWN + 1))
    assert (table.count, len(table.rows)) == (RECORDS_SHOWN + 1, RECORDS_SHOWN)


def test_records_of_too_many_columns_are_shown_as_they_are() -> None:
    """A table as wide would be none."""
    body = b"{" + b", ".join(b'"%d": 1' % number for number in range(21)) + b"}"
    assert record_table(body).columns == ("record",)
