"""Values of the fields of tables that users write: each is read, or refused by its name.

Numbers are not accepted as texts, nor the reverse.
"""

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum

from wavetank.core.durations import parse_duration
from wavetank.core.errors import UsageError
from wavetank.core.suggestions import one_of, shown


class FieldError(UsageError):
    """A table with an invalid value; `field` is the field to correct, or empty."""

    def __init__(self, field: str, expected: str, found: str, action: str) -> None:
        super().__init__(expected, found, action)
        self.field = field


def read_number(name: str, value: object) -> int:
    """A whole number.

    Raises:
        FieldError: it is something else.
    """
    if not isinstance(value, int) or isinstance(value, bool):
        raise FieldError(name, f"`{name}` to be a whole number", shown(value), "correct it")
    return value


def read_text(name: str, value: object) -> str:
    """A string.

    Raises:
        FieldError: it is something else.
    """
    if not isinstance(value, str):
        expected = f"`{name}` to be a string"
        raise FieldError(name, expected, shown(value), "put it in quotation marks")
    return value


def read_duration(name: str, value: object) -> timedelta:
    """A duration such as `90s`.

    Raises:
        FieldError: it is something else.
    """
    try:
        return parse_duration(value if isinstance(value, str) else "")
    except ValueError as error:
        expected = f"`{name}` to be a duration, such as 250ms, 90s, 10m, 1h or 2d"
        action = "write a whole number with its unit, in quotation marks"
        raise FieldError(name, expected, shown(value), action) from error


def read_choice[E: StrEnum](name: str, options: type[E], value: object) -> E:
    """One of the values of the enumeration.

    Raises:
        FieldError: it is something else; names what is meant, or all.
    """
    return options(read_name(name, [choice.value for choice in options], value))


def read_name(name: str, names: Iterable[str], value: object) -> str:
    """One of the names.

    Raises:
        FieldError: it is something else; names what is meant, or all.
    """
    known = list(names)
    if not isinstance(value, str) or value not in known:
        wrong = value if isinstance(value, str) else shown(value)
        raise FieldError(name, *one_of(f"`{name}` to be one of", wrong, known))
    return value
