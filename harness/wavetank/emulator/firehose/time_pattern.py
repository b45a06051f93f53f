"""Formats instants by the patterns of Java's DateTimeFormatter, which Firehose's prefixes use.

All letters of Java 8 are known, with the counts that Java accepts, except the full name of a time
zone (`zzzz`). Names are English. The localized weeks (`Y`, `w`, `W`, `e`, `c`) are those of Java's
locale en-US: a week begins on Sunday, and January 1 is in week 1. AWS does not document Firehose's
locale.
[Java 8 API: DateTimeFormatter, Patterns for Formatting and Parsing; DateTimeFormatterBuilder,
appendPattern; WeekFields]
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache, partial

TOKEN = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']")
RESERVED = frozenset("{}#")
PATTERNS_CACHED = 256
WIDTH_MAX = 19
TWO, SHORT, FULL, NARROW = 2, 3, 4, 5
WEEK = 7
MINUTE = timedelta(minutes=1)

type TimePart = Callable[[datetime], str]
type Number = Callable[[datetime], int]


class PatternError(ValueError):
    """A time pattern that Java's DateTimeFormatter refuses; the message names the part."""


def evaluate_time(pattern: str, instant: datetime) -> str:
    """The instant, in its own time zone, by the pattern.

    Raises:
        PatternError: the pattern is invalid.
    """
    return "".join(part(instant) for part in _parts(pattern))


@lru_cache(PATTERNS_CACHED)
def _parts(pattern: str) -> tuple[TimePart, ...]:
    """The formatter of each part of the pattern; cached, because a stream uses one pattern."""
    parts: list[TimePart] = []
    width = sections = position = 0
    while position < len(pattern):
        token = TOKEN.match(pattern, position)
        if token is None:
            raise PatternError(f"{pattern!r} has an open quotation mark.")
        position = token.end()
        if token[2] == "p":
            width = len(token.group())
            continue
        sections += _section_of(token.group())
        if sections < 0:
            raise PatternError(f"{pattern!r} has ']' without '['.")
        parts.append(_padded(_part(token), width))
        width = 0
    if width:
        raise PatternError("Pad letter 'p' must be followed by a valid pad pattern.")
    return tuple(parts)


def _section_of(text: str) -> int:
    """Optional sections are always formatted, because no field of an instant is missing."""
    return {"[": 1, "]": -1}.get(text, 0)


def _padded(part: TimePart, width: int) -> TimePart:
    return (lambda instant: part(instant).rjust(width)) if width else part


def _part(token: re.Match[str]) -> TimePart:
    text = token.group()
    if token[2] is not None:
        return _field(token[2], len(text))
    if text in RESERVED:
        raise PatternError(f"Pattern includes reserved character: {text!r}.")
    if token[1] is not None:
        text = token[1].replace("''", "'") or "'"
    elif _section_of(text):
        text = ""
    return lambda _: text


def _field(letter: str, count: int) -> TimePart:
    """The formatter of `count` letters in a row."""
    part = _number(letter, count) or _year(letter, count) or _name(letter, count)
    part = part or _fraction(letter, count) or _zone(letter, count)
    if part is None:
        raise PatternError(f"Invalid timestamp pattern: {letter * count!r} is not known.")
    return part


def _jan_1(year: int) -> int:
    """The ordinal of January 1, in years that Python's dates do not have, too."""
    years = year - 1
    return 365 * years + years // 4 - years // 100 + years // 400 + 1


def _sunday(ordinal: int) -> int:
    """The Sunday on or before the day."""
    return ordinal - ordinal % WEEK


def _week_year(instant: datetime) -> int:
    is_next = instant.toordinal() >= _sunday(_jan_1(instant.year + 1))
    return instant.year + is_next


def _week(instant: datetime) -> int:
    return (instant.toordinal() - _sunday(_jan_1(_week_year(instant)))) // WEEK + 1


def _week_of_month(instant: datetime) -> int:
    return (instant.toordinal() - _sunday(instant.replace(day=1).toordinal())) // WEEK + 1


def _day_of_week(instant: datetime) -> int:
    return instant.toordinal() % WEEK + 1


def _quarter(instant: datetime) -> int:
    return (instant.month + 2) // 3


def _nanoseconds_of_day(instant: datetime) -> int:
    seconds = instant.hour * 3600 + instant.minute * 60 + instant.second
    return seconds * 1_000_000_000 + instant.microsecond * 1000


NUMBERS: Mapping[str, tuple[int, Number]] = {
    "d": (2, lambda instant: instant.day),
    "D": (3, lambda instant: instant.timetuple().tm_yday),
    "F": (1, lambda instant: (instant.day - 1) % WEEK + 1),
    "H": (2, lambda instant: instant.hour),
    "k": (2, lambda instant: instant.hour or 24),
    "K": (2, lambda instant: instant.hour % 12),
    "h": (2, lambda instant: instant.hour % 12 or 12),
    "m": (2, lambda instant: instant.minute),
    "s": (2, lambda instant: instant.second),
    "w": (2, _week),
    "W": (1, _week_of_month),
    "M": (2, lambda instant: instant.month),
    "L": (2, lambda instant: instant.month),
    "Q": (2, _quarter),
    "q": (2, _quarter),
    "e": (2, _day_of_week),
    "c": (1, _day_of_week),
    "A": (WIDTH_MAX, lambda instant: _nanoseconds_of_day(instant) // 1_000_000),
    "n": (WIDTH_MAX, lambda instant: instant.microsecond * 1000),
    "N": (WIDTH_MAX, _nanoseconds_of_day),
}
"""By letter: the most letters of the numeric form, and the number."""
YEARS: Mapping[str, Number] = {
    "u": lambda instant: instant.year,
    "y": lambda instant: instant.year,
    "Y": _week_year,
}
NAMES: Mapping[str, Mapping[int, TimePart]] = {
    "G": {SHORT: lambda _: "AD", FULL: lambda _: "Anno Domini", NARROW: lambda _: "A"},
    "M": {SHORT: lambda instant: f"{instant:%b}", FULL: lambda instant: f"{instant:%B}"},
    "E": {SHORT: lambda instant: f"{instant:%a}", FULL: lambda instant: f"{instant:%A}"},
    "Q": {
        SHORT: lambda instant: f"Q{_quarter(instant)}",
        FULL: lambda instant: f"{('1st', '2nd', '3rd', '4th')[_quarter(instant) - 1]} quarter",
        NARROW: lambda instant: str(_quarter(instant)),
    },
    "a": {SHORT: lambda instant: f"{instant:%p}"},
}
SAME_NAMES = {"L": "M", "q": "Q", "e": "E", "c": "E"}
SHORT_FROM_ONE = frozenset("GEa")
"""The letters that are a name already if there are one or two of them."""


def _number(letter: str, count: int) -> TimePart | None:
    most, number = NUMBERS.get(letter, (0, None))
    if number is None or count > most:
        return None
    return lambda instant: str(number(instant)).zfill(count)


def _year(letter: str, count: int) -> TimePart | None:
    number = YEARS.get(letter)
    if number is None or count > WIDTH_MAX:
        return None
    if count == TWO:
        return lambda instant: f"{number(instant) % 100:02d}"
    return lambda instant: str(number(instant)).zfill(count)


def _name(letter: str, count: int) -> TimePart | None:
    if letter == "a" and count > 1:
        return None
    if letter in SHORT_FROM_ONE and count < SHORT:
        count = SHORT
    names = NAMES.get(SAME_NAMES.get(letter, letter), {})
    full = names.get(FULL)
    if count == NARROW and full is not None and NARROW not in names:
        return lambda instant: full(instant)[0]
    return names.get(count)


def _fraction(letter: str, count: int) -> TimePart | None:
    if letter != "S" or count > 9:  # noqa: PLR2004 - nanoseconds
        return None
    return lambda instant: f"{instant.microsecond:06d}000"[:count]


def _zone(letter: str, count: int) -> TimePart | None:
    """The formatter of a time zone or an offset; None if Java has no such part."""
    zone: TimePart | None = None
    match letter, count:
        case "V", 2:
            zone = _zone_id
        case "z", 1 | 2 | 3:
            zone = _zone_abbreviation
        case ("O", 1 | 4) | ("Z", 4):
            zone = partial(_gmt, is_full=count == FULL)
        case "Z", 1 | 2 | 3:
            zone = partial(_offset, form=2, zero="+0000")
        case "Z", 5:
            zone = partial(_offset, form=3, zero="Z")
        case "X" | "x", 1 | 2 | 3 | 4 | 5:
            zone = partial(_offset, form=count, zero="Z" if letter == "X" else "")
    return zone


def _zone_abbreviation(instant: datetime) -> str:
    return instant.tzname() or "UTC"


def _zone_id(instant: datetime) -> str:
    return str(getattr(instant.tzinfo, "key", None) or instant.tzname() or "UTC")


def _offset_minutes(instant: datetime) -> tuple[str, int, int]:
    """The sign, the hours and the minutes of the offset from UTC."""
    minutes = (instant.utcoffset() or timedelta()) // MINUTE
    return ("-" if minutes < 0 else "+", *divmod(abs(minutes), 60))


def _offset(instant: datetime, form: int, zero: str) -> str:
    """The offset in the form of that many `X`; `zero` replaces an offset of zero."""
    sign, hours, minutes = _offset_minutes(instant)
    if zero and not hours and not minutes:
        return zero
    if form == 1 and not minutes:
        return f"{sign}{hours:02d}"
    separator = ":" if form in {3, 5} else ""
    return f"{sign}{hours:02d}{separator}{minutes:02d}"


def _gmt(instant: datetime, *, is_full: bool) -> str:
    sign, hours, minutes = _offset_minutes(instant)
    if not hours and not minutes:
        return "GMT"
    if is_full:
        return f"GMT{sign}{hours:02d}:{minutes:02d}"
    return f"GMT{sign}{hours}" + (f":{minutes:02d}" if minutes else "")
