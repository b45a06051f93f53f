"""Finds the event of a saved history that a user names: by its number, or by its request."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from wavetank.core.errors import UsageError
from wavetank.core.text import pluralize
from wavetank.history.events import (
    ApiCalled,
    AttemptBegan,
    AttemptEnded,
    Event,
    EventAccepted,
    Outcome,
    RecordsAccepted,
    TruncatedHistory,
)
from wavetank.history.file import read_history

SHOWN_REQUESTS = 3


@dataclass(frozen=True)
class NumberedEvent:
    """An event of a history, and the number of its line, from 1."""

    number: int
    event: Event

    def __str__(self) -> str:
        return f"{self.number} ({type(self.event).__name__})"


def find_event(history: Path, name: str) -> NumberedEvent:
    """The event of that number, or the first attempt of the request whose id begins so.

    Raises:
        UsageError: there is none, or the beginning of an id fits several requests.
    """
    if name.isdecimal() and name.isascii():
        return _by_number(history, int(name))
    return _by_request(history, name)


def find_event_in_handler(history: Path, name: str) -> NumberedEvent:
    """As `find_event`, of an event that happens in the code of a handler.

    Raises:
        UsageError: it is as for `find_event`, or happens elsewhere; names the next that does not.
    """
    found = find_event(history, name)
    if is_in_handler(found.event):
        return found
    later = islice(_numbered(history), found.number, None)
    near = next((each for each in later if is_in_handler(each.event)), None)
    action = f"choose the next one in a handler, {near}" if near else "choose an earlier one"
    raise UsageError(
        "an event in the code of a handler for --pdb",
        f"event {found}",
        f"{action}, or leave --pdb out to see the state then",
    )


def is_in_handler(event: Event) -> bool:
    """Whether it is the beginning, a call or the error of a handler."""
    match event:
        case AttemptBegan() | ApiCalled():
            return True
        case RecordsAccepted() | EventAccepted():
            return bool(event.request)
        case AttemptEnded():
            return event.outcome is Outcome.ERROR
    return False


def _by_number(history: Path, number: int) -> NumberedEvent:
    count = 0
    for found in _numbered(history):
        if found.number == number:
            return found
        count = found.number
    raise _no_event(f"event {number}", pluralize(count, "event"), f"from 1 to {count}")


def _by_request(history: Path, beginning: str) -> NumberedEvent:
    first: dict[str, NumberedEvent] = {}
    count = 0
    for found in _numbered(history):
        count = found.number
        if isinstance(found.event, AttemptBegan):
            first.setdefault(found.event.request, found)
    fitting = [request for request in first if beginning and request.startswith(beginning)]
    if not fitting:
        has = f"{pluralize(count, 'event')}, of {pluralize(len(first), 'request')}"
        raise _no_event(f"request {beginning}", has, f"from 1 to {count}, or a request's id")
    if len(fitting) > 1 and beginning not in fitting:
        raise UsageError(
            f"one request that begins with {beginning}",
            f"{len(fitting)}: {', '.join(fitting[:SHOWN_REQUESTS])}",
            "write more of its id",
        )
    return first[beginning if beginning in fitting else fitting[0]]


def _no_event(what: str, has: str, which: str) -> UsageError:
    sentence = f"there is no {what}: the run has {has}"
    return UsageError(what, has, f"choose a number {which}", sentence=sentence)


def _numbered(history: Path) -> Iterable[NumberedEvent]:
    for number, event in enumerate(read_history(history), 1):
        if not isinstance(event, TruncatedHistory):
            yield NumberedEvent(number, event)
