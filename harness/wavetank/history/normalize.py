"""A history as another telling of the same story would have it: what is that run's alone is gone.

Always its account. Where two tellings began at different instants or prices, also how long after
the beginning something is, and the prices: the walk is drawn from the minute.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from wavetank.history import Event, Invoked, MessageSent, ObjectDelivered, RuleFired, TableSnapshot

BEGIN = datetime(2030, 1, 1, tzinfo=UTC)
"""Where all tellings begin that began at different instants."""
ACCOUNT = re.compile(r'(?<=[:"])\d{12}(?=[:"])')
"""In an ARN, and as a text of its own in an event."""
INSTANT = re.compile(r"\d{4}-\d\d-\d\d([T ])\d\d:\d\d:\d\d")
PRICE = re.compile(r"(\bprice\"? ?: ?)[0-9.eE+-]+")
UNPRICED = "price"
"""In place of one."""
SINCE = "Since"
"""An item's: when its table was first filled, which was before the story."""


def retold(events: Iterable[Event], start: datetime | None) -> Iterator[Event]:
    """The events without what is that run's alone; with a `start` as if that had been `BEGIN`.

    None is for two runs that began at one instant with one table: prices stay to be compared.
    """
    moved = None if start is None else start - BEGIN
    return (_retold(event, moved) for event in events)


def _retold(event: Event, moved: timedelta | None) -> Event:
    match event:
        case MessageSent():
            text = ACCOUNT.sub("<account>", event.text)
            return replace(event, text=text if moved is None else _move(text, moved))
        case RuleFired() | Invoked() if moved is not None:
            return replace(event, due=event.due - moved)
        case ObjectDelivered() if moved is not None:
            return replace(event, records=tuple(_unpriced(text, moved) for text in event.records))
        case TableSnapshot() if moved is not None:
            return replace(event, items=tuple(_item(item, moved) for item in event.items))
        case _:
            return event


def _unpriced(record: str, moved: timedelta) -> str:
    return PRICE.sub(rf"\g<1>{UNPRICED}", _move(record, moved))


def _item(item: Mapping[str, str], moved: timedelta) -> dict[str, str]:
    return {
        name: UNPRICED if name == "Price" else _move(text, moved)
        for name, text in item.items()
        if name != SINCE
    }


def _move(text: str, by: timedelta) -> str:
    """Every instant in the text, in either form that records have."""
    return INSTANT.sub(partial(_moved, by), text)


def _moved(by: timedelta, found: re.Match[str]) -> str:
    try:
        instant = datetime.fromisoformat(found[0]).replace(tzinfo=UTC) - by
    except (OverflowError, ValueError):
        return found[0]
    return instant.strftime(f"%Y-%m-%d{found[1]}%H:%M:%S")
