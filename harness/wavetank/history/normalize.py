"""A history without what differs between two runs of the same scenario.

The account is always masked. If the two runs began at different instants or with different prices,
instants become relative to the start, and prices are masked, since the walk is drawn from the
minute.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from wavetank.history import Event, Invoked, MessageSent, ObjectDelivered, RuleFired, TableSnapshot

BEGIN = datetime(2030, 1, 1, tzinfo=UTC)
"""The common start of normalized runs."""
ACCOUNT = re.compile(r'(?<=[:"])\d{12}(?=[:"])')
"""In an ARN, or as a quoted string in an event."""
INSTANT = re.compile(r"\d{4}-\d\d-\d\d([T ])\d\d:\d\d:\d\d")
PRICE = re.compile(r"(\bprice\"? ?: ?)[0-9.eE+-]+")
PRICE_MASK = "price"
"""Replaces a price."""
SINCE = "Since"
"""An attribute of an item: when its table was first filled, which was before the run."""


def normalized(events: Iterable[Event], start: datetime | None) -> Iterator[Event]:
    """The events of a run that began at `start`, as if it had begun at `BEGIN`.

    With None, for two runs that began at one instant with one table, instants and prices stay.
    """
    shift = None if start is None else start - BEGIN
    return (_normalize(event, shift) for event in events)


def _normalize(event: Event, shift: timedelta | None) -> Event:
    match event:
        case MessageSent():
            text = ACCOUNT.sub("<account>", event.text)
            return replace(event, text=text if shift is None else _shift(text, shift))
        case RuleFired() | Invoked() if shift is not None:
            return replace(event, due=event.due - shift)
        case ObjectDelivered() if shift is not None:
            return replace(
                event, records=tuple(_without_price(text, shift) for text in event.records)
            )
        case TableSnapshot() if shift is not None:
            return replace(event, items=tuple(_item(item, shift) for item in event.items))
        case _:
            return event


def _without_price(record: str, shift: timedelta) -> str:
    return PRICE.sub(rf"\g<1>{PRICE_MASK}", _shift(record, shift))


def _item(item: Mapping[str, str], shift: timedelta) -> dict[str, str]:
    return {
        name: PRICE_MASK if name == "Price" else _shift(text, shift)
        for name, text in item.items()
        if name != SINCE
    }


def _shift(text: str, by: timedelta) -> str:
    """Shift every instant in the text, in either format of the records."""
    return INSTANT.sub(partial(_shifted, by), text)


def _shifted(by: timedelta, found: re.Match[str]) -> str:
    try:
        instant = datetime.fromisoformat(found[0]).replace(tzinfo=UTC) - by
    except (OverflowError, ValueError):
        return found[0]
    return instant.strftime(f"%Y-%m-%d{found[1]}%H:%M:%S")
