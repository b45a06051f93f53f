"""Prefixes of all kinds: evaluated, or refused with Firehose's error, and nothing else."""

from contextlib import suppress
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from wavetank.emulator.firehose.object_name import PrefixError, check_prefixes, evaluate_prefix

PIECES = st.sampled_from(
    [
        "!{",
        "}",
        ":",
        "timestamp",
        "firehose",
        "random-string",
        "error-output-type",
        "'",
        "yyyy",
        "/",
    ]
)
PREFIXES = st.lists(PIECES | st.text(max_size=5), max_size=12).map("".join)
INSTANTS = st.datetimes(timezones=st.just(UTC))


@given(PREFIXES, PREFIXES, INSTANTS)
def test_a_prefix_is_evaluated_or_refused(
    prefix: str, error_prefix: str, instant: datetime
) -> None:
    """What is accepted when the stream is created never fails when an object is named."""
    try:
        check_prefixes(prefix, error_prefix)
    except PrefixError:
        return
    with suppress(PrefixError):  # longer than 512 characters
        assert "!{" not in evaluate_prefix(prefix, instant)
