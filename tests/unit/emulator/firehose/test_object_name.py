"""Keys as Firehose makes them.

[Amazon Data Firehose developer guide, s3-object-name, s3-prefixes]
"""

import re
from datetime import UTC, datetime

import pytest

from wavetank.emulator.firehose.object_name import (
    KeySource,
    ObjectNames,
    PrefixError,
    check_prefixes,
    evaluate_prefix,
)
from wavetank.emulator.firehose.time_pattern import evaluate_time

OLDEST = datetime(2026, 1, 9, 7, 5, 3, 120000, tzinfo=UTC)
ERRORS = "errors/!{firehose:error-output-type}/"


def test_a_key_has_time_stream_version_and_a_unique_end() -> None:
    """The time is that of the oldest record, and two keys of one instant differ."""
    names = ObjectNames(stream="dedorexp-deliverystream")
    keys = {names.key(3, OLDEST) for _ in range(2)}
    assert len(keys) == 2
    expected = r"2026/01/09/07/dedorexp-deliverystream-3-2026-01-09-07-05-03-[0-9a-f-]{36}"
    assert all(re.fullmatch(expected, key) for key in keys)


@pytest.mark.parametrize(
    ("prefix", "evaluated"),
    [
        ("", "2026/01/09/07/"),
        ("prices", "prices2026/01/09/07/"),
        ("prices/", "prices/2026/01/09/07/"),
        ("!{timestamp:yyyy}/x/", "2026/x/"),
        ("year=!{timestamp:yyyy}/month=!{timestamp:MM}/", "year=2026/month=01/"),
        ("!{timestamp:'day='dd}/", "day=09/"),
    ],
)
def test_a_prefix_without_a_time_gets_one_and_one_with_expressions_is_evaluated(
    prefix: str, evaluated: str
) -> None:
    """No slash is put where the prefix has none."""
    assert evaluate_prefix(prefix, OLDEST) == evaluated


def test_each_random_string_is_new_and_has_eleven_characters() -> None:
    """Twice in one prefix they differ, and the default time follows."""
    found = evaluate_prefix("!{firehose:random-string}-!{firehose:random-string}/", OLDEST)
    one, other = found.split("/")[0].split("-")
    assert len(one) == len(other) == 11
    assert one != other
    assert found.endswith("/2026/01/09/07/")


def test_random_strings_are_those_of_the_ids() -> None:
    """So that a run in virtual time can be repeated."""

    def key() -> str:
        ids = iter(range(9))
        names = ObjectNames(
            stream="s", prefix="!{firehose:random-string}/", new_id=lambda: next(ids)
        )
        return names.key(1, OLDEST)

    assert key() == key()


@pytest.mark.parametrize(
    ("pattern", "evaluated"),
    [
        ("yyyy-MM-dd'T'HH:mm:ss.SSS", "2026-01-09T07:05:03.120"),
        ("yy M d H h k K m s", "26 1 9 7 7 7 7 5 3"),
        ("MMM MMMM E EEEE D DDD a", "Jan January Fri Friday 9 009 AM"),
        ("''yyyy''", "'2026'"),
        ("'it''s' yyyy", "it's 2026"),
    ],
)
def test_patterns_are_javas(pattern: str, evaluated: str) -> None:
    """Numbers are padded to the letters' count, quoted text is itself."""
    assert evaluate_time(pattern, OLDEST) == evaluated


@pytest.mark.parametrize(
    ("prefix", "error_prefix", "message"),
    [
        ("!{timestamp:yyyy}/", "", "ErrorOutputPrefix cannot be null"),
        (
            "!{timestamp:yyyy}/",
            "e/!{timestamp:yyyy}/",
            "must include !{firehose:error-output-type}",
        ),
        ("!{firehose:error-output-type}/", ERRORS, "Prefix cannot contain"),
        ("!{nonsense:x}/", ERRORS, "not timestamp or firehose"),
        ("!{timestamp:bb}/", ERRORS, "'bb' is not known"),
        ("!{timestamp:'yyyy}/", ERRORS, "open quotation mark"),
        ("!{timestamp}/", ERRORS, "outside of"),
        ("a!{b", ERRORS, "outside of"),
    ],
)
def test_what_firehose_refuses_is_refused(prefix: str, error_prefix: str, message: str) -> None:
    """Before a record is put, and with the reason."""
    with pytest.raises(PrefixError, match=re.escape(message)):
        check_prefixes(prefix, error_prefix)


def test_an_evaluated_prefix_has_at_most_512_characters() -> None:
    """The limit counts what comes out."""
    with pytest.raises(PrefixError, match="longer than 512"):
        evaluate_prefix("x" * 500, OLDEST)


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("failures/!{firehose:error-output-type}/", "failures/processing-failed/"),
        (
            "failures/!{firehose:error-output-type}/!{timestamp:yyyy}/anyMonth/!{timestamp:dd}",
            "failures/processing-failed/2026/anyMonth/09",
        ),
        (
            "year=!{timestamp:yyyy}/!{firehose:error-output-type}",
            "year=2026/processing-failed",
        ),
        ("prefix/", "prefix/processing-failed/2026/01/09/07/"),
        ("", "processing-failed/2026/01/09/07/"),
    ],
)
def test_error_prefixes_are_those_of_the_guides_examples(prefix: str, expected: str) -> None:
    """Only one without an expression gets the type of the error, and the default time."""
    names = ObjectNames(stream="stream", prefix=prefix, error_type="processing-failed")
    assert names.key(1, OLDEST).partition("stream-1")[0] == expected


def test_partition_keys_are_evaluated_and_no_time_follows() -> None:
    """The evaluated prefix is where Firehose delivers the data set."""
    prefix = "c=!{partitionKeyFromQuery:c}/k=!{partitionKeyFromLambda:c}/"
    keys = ((KeySource.QUERY, "c", "1"), (KeySource.LAMBDA, "c", "2"))
    assert evaluate_prefix(prefix, OLDEST, keys) == "c=1/k=2/"
    timed = prefix + "!{timestamp:HH}/"
    assert evaluate_prefix(timed, OLDEST, keys) == "c=1/k=2/07/"
