"""The keys of delivered objects: prefixes with expressions, and the name that Firehose appends.

[Amazon Data Firehose developer guide, s3-object-name, s3-prefixes]
"""

import re
import secrets
import string
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

DEFAULT_TIME = "yyyy/MM/dd/HH/"
"""Appended to a prefix that has no timestamp expression."""
EVALUATED_CHARACTERS_MAX = 512
RANDOM_CHARACTERS = 11
EXPRESSION = re.compile(r"!\{([^{}:]*):([^{}]*)\}")
TOKEN = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']")

PATTERNS_CACHED = 256

type TimePart = Callable[[datetime], str]

NUMBERS: Mapping[str, Callable[[datetime], int]] = {
    "d": lambda instant: instant.day,
    "D": lambda instant: instant.timetuple().tm_yday,
    "H": lambda instant: instant.hour,
    "k": lambda instant: instant.hour or 24,
    "K": lambda instant: instant.hour % 12,
    "h": lambda instant: instant.hour % 12 or 12,
    "m": lambda instant: instant.minute,
    "s": lambda instant: instant.second,
}


class PrefixError(ValueError):
    """A prefix that Firehose refuses; the message is for the caller of its API."""


@dataclass(frozen=True, kw_only=True)
class ObjectNames:
    """How the objects of one delivery stream are named; times are in the stream's time zone."""

    stream: str
    prefix: str = ""
    extension: str = ""
    new_id: Callable[[], object] = uuid.uuid4

    def key(self, version: int, oldest: datetime) -> str:
        """A new key for an object whose oldest record arrived at `oldest`."""
        time = evaluate_time("yyyy-MM-dd-HH-mm-ss", oldest)
        name = f"{self.stream}-{version}-{time}-{self.new_id()}{self.extension}"
        return evaluate_prefix(self.prefix, oldest) + name


def check_prefixes(prefix: str, error_prefix: str) -> None:
    """Raises an error if Firehose would refuse the two prefixes.

    Raises:
        PrefixError: it would.
    """
    for text, is_error in ((prefix, False), (error_prefix, True)):
        for namespace, value in _expressions(text):
            _check_expression(namespace, value, is_error=is_error)
    if _expressions(prefix) and not error_prefix:
        raise PrefixError("ErrorOutputPrefix cannot be null when Prefix contains expressions.")
    types = [
        found for found in _expressions(error_prefix) if found == ("firehose", "error-output-type")
    ]
    if _expressions(error_prefix) and not types:
        raise PrefixError(
            "ErrorOutputPrefix with expressions must include !{firehose:error-output-type}."
        )


def evaluate_prefix(prefix: str, oldest: datetime) -> str:
    """The prefix for an object whose oldest record arrived at `oldest`.

    Raises:
        PrefixError: the prefix is invalid, or longer than 512 characters once evaluated.
    """
    namespaces = {namespace for namespace, _ in _expressions(prefix)}
    if "timestamp" not in namespaces:
        prefix = f"{prefix}!{{timestamp:{DEFAULT_TIME}}}"

    def value(matched: re.Match[str]) -> str:
        if matched[1] == "timestamp":
            return evaluate_time(matched[2], oldest)
        return _random()

    evaluated = EXPRESSION.sub(value, prefix)
    if len(evaluated) > EVALUATED_CHARACTERS_MAX:
        raise PrefixError(
            f"Prefix is longer than {EVALUATED_CHARACTERS_MAX} characters: {len(evaluated)}."
        )
    return evaluated


def evaluate_time(pattern: str, instant: datetime) -> str:
    """Formats a pattern of Java's DateTimeFormatter, limited to numbers and English names.

    Raises:
        PrefixError: a letter of the pattern is not supported.
    """
    return "".join(part(instant) for part in _time_parts(pattern))


@lru_cache(PATTERNS_CACHED)
def _time_parts(pattern: str) -> tuple[TimePart, ...]:
    """The formatter of each part of the pattern; cached, because a stream uses one pattern."""
    parts: list[TimePart] = []
    position = 0
    while position < len(pattern):
        token = TOKEN.match(pattern, position)
        if token is None:
            raise PrefixError(f"Invalid timestamp pattern: {pattern!r} has an open quotation mark.")
        parts.append(_time_part(token))
        position = token.end()
    return tuple(parts)


def _time_part(token: re.Match[str]) -> TimePart:
    if token[2] is None:
        text = token.group() if token[1] is None else token[1].replace("''", "'") or "'"
        return lambda _: text
    letter, count = token[2], len(token.group())
    number = NUMBERS.get(letter)
    if number is not None:
        return lambda instant: str(number(instant)).zfill(count)
    part = _named_part(letter, count)
    if part is None:
        raise PrefixError(f"Invalid timestamp pattern: {letter * count!r} is not known.")
    return part


def _named_part(letter: str, count: int) -> TimePart | None:
    """The formatter of a named part; None if Java's formatter has no such part."""
    match letter:
        case "y" | "u":
            return _year(count)
        case "M" | "L":
            return _month(count)
        case "S" if count <= 9:  # noqa: PLR2004 - nanoseconds
            return lambda instant: f"{instant.microsecond:06d}000"[:count]
    codes = {"E": {1: "%a", 2: "%a", 3: "%a", 4: "%A"}, "a": {1: "%p"}}
    code = codes.get(letter, {}).get(count)
    return None if code is None else _formatted(code)


def _year(count: int) -> TimePart:
    if count == 2:  # noqa: PLR2004 - Java's short form
        return lambda instant: f"{instant.year % 100:02d}"
    return lambda instant: str(instant.year).zfill(count)


def _month(count: int) -> TimePart | None:
    if count <= 2:  # noqa: PLR2004 - more letters are a name
        return lambda instant: str(instant.month).zfill(count)
    code = {3: "%b", 4: "%B"}.get(count)
    return None if code is None else _formatted(code)


def _formatted(code: str) -> TimePart:
    return lambda instant: instant.strftime(code)


def _expressions(text: str) -> list[tuple[str, str]]:
    """Each `!{namespace:value}` of the text, in order.

    Raises:
        PrefixError: `!{` begins something else.
    """
    found = EXPRESSION.findall(text)
    if text.count("!{") != len(found):
        raise PrefixError(f"Invalid prefix: {text!r} has !{{ outside of !{{namespace:value}}.")
    return found


def _check_expression(namespace: str, value: str, *, is_error: bool) -> None:
    match namespace, value:
        case "timestamp", _:
            evaluate_time(value, datetime.min)  # noqa: DTZ901 - only whether it can be evaluated
        case "firehose", "random-string":
            pass
        case "firehose", "error-output-type":
            if not is_error:
                raise PrefixError("Prefix cannot contain !{firehose:error-output-type}.")
        case _:
            raise PrefixError(
                f"Invalid prefix expression !{{{namespace}:{value}}}: not timestamp or firehose."
            )


def _random() -> str:
    alphabet = string.ascii_letters + string.digits
    return "".join(secrets.choice(alphabet) for _ in range(RANDOM_CHARACTERS))
