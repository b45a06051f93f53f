"""Numbers are exact, have one notation, and are refused with AWS's messages."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wavetank.emulator.dynamodb.numbers import (
    NOT_NUMERIC,
    OVERFLOW,
    TOO_PRECISE,
    UNDERFLOW,
    NumberError,
    add_numbers,
    normalized_number,
    subtract_numbers,
)


@pytest.mark.parametrize(
    ("given_text", "stored"),
    [
        ("1.10", "1.1"),
        ("1e3", "1000"),
        ("1E+2", "100"),
        ("-0", "0"),
        ("-0.00", "0"),
        ("+5", "5"),
        ("007", "7"),
        (".5", "0.5"),
        ("1.", "1"),
        ("1e-7", "0.0000001"),
        ("-123.4560", "-123.456"),
        ("9" * 38, "9" * 38),
        ("1e125", "1" + "0" * 125),
        ("1e-130", "0." + "0" * 129 + "1"),
    ],
)
def test_a_number_is_stored_in_one_notation(given_text: str, stored: str) -> None:
    """Without leading and trailing zeros, a plus or an exponent."""
    assert normalized_number(given_text) == stored
    assert normalized_number(stored) == stored


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", NOT_NUMERIC),
        ("b", f"{NOT_NUMERIC}: b"),
        (" 1", f"{NOT_NUMERIC}:  1"),
        ("1_000", f"{NOT_NUMERIC}: 1_000"),
        ("NaN", f"{NOT_NUMERIC}: NaN"),
        ("Infinity", f"{NOT_NUMERIC}: Infinity"),
        ("٣", f"{NOT_NUMERIC}: ٣"),
        ("1" * 39, TOO_PRECISE),
        ("-1.23456789012345678901234567890123456789", TOO_PRECISE),
        ("1e126", OVERFLOW),
        ("-1e126", OVERFLOW),
        ("1e99999999999999999999", OVERFLOW),
        ("1e-131", UNDERFLOW),
        ("-1e-131", UNDERFLOW),
        ("1e-99999999999999999999", UNDERFLOW),
    ],
)
def test_other_texts_are_refused(text: str, message: str) -> None:
    """With the message that AWS gives."""
    with pytest.raises(NumberError) as refused:
        normalized_number(text)
    assert str(refused.value) == message


stored_numbers = st.builds(
    lambda digits, exponent: normalized_number(f"{digits}e{exponent}"),
    st.integers(-(10**18), 10**18),
    st.integers(-10, 10),
)


@given(stored_numbers, stored_numbers)
def test_arithmetic_is_exact(one: str, other: str) -> None:
    """No digit is lost, as it is with floating point."""
    assert Fraction(add_numbers(one, other)) == Fraction(one) + Fraction(other)
    assert subtract_numbers(add_numbers(one, other), other) == one


def test_a_result_with_too_many_digits_is_refused() -> None:
    """1e37 plus a tenth has 39 digits."""
    with pytest.raises(NumberError, match="38 significant digits"):
        add_numbers("1" + "0" * 37, "0.1")
    assert add_numbers("1" + "0" * 36, "0.1") == "1" + "0" * 36 + ".1"
