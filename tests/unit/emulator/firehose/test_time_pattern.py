"""Patterns of Java's DateTimeFormatter; expected values are those of a Java 8 runtime in en-US.

[Java 8 API: DateTimeFormatter; DateTimeFormatterBuilder.appendPattern]
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from wavetank.emulator.firehose.time_pattern import PatternError, evaluate_time

INSTANT = datetime(2026, 1, 9, 7, 5, 3, 120000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ((2025, 12, 27), "2025 52 4 7"),
        ((2025, 12, 28), "2026 1 5 1"),
        ((2025, 12, 31), "2026 1 5 4"),
        ((2026, 1, 1), "2026 1 1 5"),
        ((2026, 1, 4), "2026 2 2 1"),
        ((2023, 1, 1), "2023 1 1 1"),
        ((2022, 12, 31), "2022 53 5 7"),
    ],
)
def test_weeks_begin_on_sunday_and_belong_to_the_year_of_january_1(
    day: tuple[int, int, int], expected: str
) -> None:
    """`YYYY` differs from `yyyy` in the last days of December."""
    assert evaluate_time("YYYY w W e", datetime(*day, 12, tzinfo=UTC)) == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("YY ww ee", "26 02 06"),
        ("G GGGG GGGGG", "AD Anno Domini A"),
        ("Q QQ QQQ QQQQ QQQQQ q qqq", "1 01 Q1 1st quarter 1 1 Q1"),
        ("L LLL LLLL MMMMM", "1 Jan January J"),
        ("EEEEE ccc c eee F", "F Fri 6 Fri 2"),
        ("SSSSSSSSS A n N", "120000000 25503120 120000000 25503120000000"),
        ("VV z O OOOO", "UTC UTC GMT GMT"),
        ("X XX XXX x xx xxx Z ZZZZ ZZZZZ", "Z Z Z +00 +0000 +00:00 +0000 GMT Z"),
        ("yyyy[-MM[-dd]]", "2026-01-09"),
        ("pppH|ppppdd", "  7|  09"),
        ("yyyy'T'HH'''h'", "2026T07'h"),
    ],
)
def test_all_letters_are_javas(pattern: str, expected: str) -> None:
    """Text, numbers, padding, optional sections and offsets."""
    assert evaluate_time(pattern, INSTANT) == expected


def test_offsets_are_those_of_the_time_zone() -> None:
    """Half hours and names included."""
    instant = INSTANT.astimezone(ZoneInfo("Asia/Kolkata"))
    expected = "Asia/Kolkata IST GMT+5:30 GMT+05:30 +0530 +05:30 +0530 +0530"
    assert evaluate_time("VV z O OOOO X XXX x Z", instant) == expected


@pytest.mark.parametrize(
    "pattern", ["V", "cc", "FF", "aa", "ddd", "DDDD", "OO", "Z" * 6, "S" * 10, "j", "zzzz"]
)
def test_counts_that_java_refuses_are_refused(pattern: str) -> None:
    """With the letters in the message; `zzzz` needs names that the sandbox does not have."""
    with pytest.raises(PatternError, match=f"'{pattern}' is not known"):
        evaluate_time(pattern, INSTANT)


@pytest.mark.parametrize("pattern", ["{", "#", "yyyy]", "p", "'open"])
def test_invalid_patterns_are_refused(pattern: str) -> None:
    """Reserved characters, sections that were not begun, and quotations that do not end."""
    with pytest.raises(PatternError):
        evaluate_time(pattern, INSTANT)
