"""An event as one line of JSON, and back. Equal events have equal lines, and so equal digests.

Canonical means: keys sorted, no spaces, ASCII only, instants in UTC with microseconds only if they
are not zero. `event` holds the event's name.
"""

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from wavetank.history.events import EVENTS, Event

KIND = "event"
BY_NAME: Mapping[str, Any] = {event.__name__: event for event in EVENTS}

type Decoder = Callable[[Any], Any]
"""From a JSON value to the value of the field; raises ValueError or TypeError if it is invalid."""


def encode(event: Event) -> str:
    """The event's line, without the line end.

    Raises:
        ValueError: an instant has no time zone.
    """
    return _ENCODER.encode(vars(event) | {KIND: type(event).__name__})


def decode(line: str) -> Event:
    """The event of a line.

    Raises:
        ValueError: the line is not an event.
    """
    content = json.loads(line)
    name = content.pop(KIND, None) if isinstance(content, dict) else None
    if not isinstance(name, str) or name not in BY_NAME:
        raise ValueError(f"not an event of this version of Wavetank: {line[:80]!r}")
    try:
        decoded = _decoder(BY_NAME[name])(content)
    except (AttributeError, OverflowError, TypeError, ValueError) as error:
        raise ValueError(f"not a {name}: {error}") from error
    assert isinstance(decoded, Event)  # decoders are built from EVENTS
    return decoded


def line_of(event: Event) -> bytes:
    """The event's line as in a file, with its line end; see `encode`."""
    return f"{encode(event)}\n".encode("ascii")


def is_line_of(kind: type[Event], line: str) -> bool:
    """Whether a canonical line is an event of that kind; in a text field its quotes are escaped."""
    return f'"{KIND}":"{kind.__name__}"' in line


class Digest:
    """The SHA-256 of a history's canonical lines so far."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()

    def add(self, lines: bytes) -> None:
        """Add canonical lines, each with its line end."""
        self._sha256.update(lines)

    @property
    def value(self) -> str:
        """The digest so far, in hexadecimal."""
        return self._sha256.hexdigest()


def digest_of(events: Iterable[Event]) -> str:
    """The digest of a whole history."""
    digest = Digest()
    for event in events:
        digest.add(line_of(event))
    return digest.value


def _plain(value: object) -> object:
    """Convert what JSON cannot represent: instants, parts of events, mappings other than dict."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"an instant without a time zone: {value}")
        in_utc = value if value.tzinfo is UTC else value.astimezone(UTC)
        return in_utc.isoformat().replace("+00:00", "Z")
    if isinstance(value, Mapping):
        return dict(value)
    return vars(value)


_ENCODER = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), default=_plain, allow_nan=False, check_circular=False
)


@cache
def _decoder(kind: Any) -> Decoder:
    """How a field of this type is decoded; cached for each type."""
    if dataclasses.is_dataclass(kind):
        return _fields_decoder(kind)
    if get_origin(kind) is tuple:
        return _items_decoder(_decoder(get_args(kind)[0]))
    if get_origin(kind) is Mapping:
        return _values_decoder(_decoder(get_args(kind)[1]))
    if isinstance(kind, UnionType):  # X | None, and no other
        return _optional_decoder(next(part for part in get_args(kind) if part is not NoneType))
    if issubclass(kind, datetime):  # either may be the one of a frozen time
        return _instant
    return kind if issubclass(kind, StrEnum) else _exactly(kind)


def _fields_decoder(kind: Any) -> Decoder:
    decoders = {name: _decoder(hint) for name, hint in get_type_hints(kind).items()}

    def decode_fields(content: Mapping[str, Any]) -> Any:
        if content.keys() != decoders.keys():
            raise ValueError(f"has {sorted(content)}, not {sorted(decoders)}")
        return kind(**{name: decoders[name](value) for name, value in content.items()})

    return decode_fields


def _items_decoder(item: Decoder) -> Decoder:
    return lambda content: tuple(item(value) for value in _exactly(list)(content))


def _values_decoder(decoder: Decoder) -> Decoder:
    return lambda content: {key: decoder(value) for key, value in content.items()}


def _optional_decoder(kind: Any) -> Decoder:
    decoder = _decoder(kind)
    return lambda content: None if content is None else decoder(content)


def _instant(content: Any) -> datetime:
    instant = datetime.fromisoformat(content)
    if instant.tzinfo is None:
        raise ValueError(f"an instant without a time zone: {content}")
    return instant.astimezone(UTC)


def _exactly(kind: type) -> Decoder:
    def checked(content: Any) -> Any:
        if type(content) is not kind:
            raise ValueError(f"expected {kind.__name__}, found {content!r}")
        return content

    return checked
