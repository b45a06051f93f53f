"""Numbers as DynamoDB stores them: exact decimals of up to 38 digits, each with one notation.

Messages are AWS's. [DynamoDB developer guide: HowItWorks.NamingRulesDataTypes, Number]
"""

import re
from decimal import Context, Decimal, InvalidOperation

DIGITS_MAX = 38
EXPONENT_MAX = 125
EXPONENT_MIN = -130
"""Powers of ten of the first digit: from 1E-130 to 9.99...E+125."""
CANONICAL = re.compile(r"(?!-0\Z)-?(0|[1-9]\d{0,18})(\.\d{0,17}[1-9])?", re.ASCII)
"""Numbers that are stored as they are, as far as that is seen without computing."""
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
EXACT = Context(prec=4 * EXPONENT_MAX)
"""More digits than the sum of the largest and the smallest number has."""
NOT_NUMERIC = "The parameter cannot be converted to a numeric value"
TOO_PRECISE = "Attempting to store more than 38 significant digits in a Number"
OVERFLOW = (
    "Number overflow. Attempting to store a number with magnitude larger than supported range"
)
UNDERFLOW = (
    "Number underflow. Attempting to store a number with magnitude smaller than supported range"
)


class NumberError(ValueError):
    """A number that DynamoDB refuses; the text is AWS's message."""


def normalized_number(text: str) -> str:
    """The number without needless zeros and exponent: `1.10` is `1.1`, `1e3` is `1000`.

    Raises:
        NumberError: it is not a number, out of range, or has more than 38 significant digits.
    """
    if CANONICAL.fullmatch(text):
        return text
    if not NUMBER.fullmatch(text):
        raise NumberError(f"{NOT_NUMERIC}: {text}" if text else NOT_NUMERIC)
    try:
        return _stored(Decimal(text))
    except InvalidOperation as error:  # an exponent that even Decimal refuses
        raise NumberError(UNDERFLOW if "e-" in text.lower() else OVERFLOW) from error


def add_numbers(one: str, other: str) -> str:
    """The exact sum of two numbers, as stored.

    Raises:
        NumberError: DynamoDB cannot store it.
    """
    return _stored(EXACT.add(Decimal(one), Decimal(other)))


def subtract_numbers(one: str, other: str) -> str:
    """The exact difference of two numbers, as stored.

    Raises:
        NumberError: DynamoDB cannot store it.
    """
    return _stored(EXACT.subtract(Decimal(one), Decimal(other)))


def _stored(number: Decimal) -> str:
    if not number:
        return "0"
    if number.adjusted() > EXPONENT_MAX:
        raise NumberError(OVERFLOW)
    if number.adjusted() < EXPONENT_MIN:
        raise NumberError(UNDERFLOW)
    sign, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)  # the number is finite
    significant = "".join(map(str, digits)).strip("0")
    if len(significant) > DIGITS_MAX:
        raise NumberError(TOO_PRECISE)
    trailing = len(digits) - len("".join(map(str, digits)).rstrip("0"))
    exact = Decimal((sign, tuple(map(int, significant)), exponent + trailing))
    return format(exact, "f")
