"""A short summary of what went wrong in a run, for the report of a failed test."""

from collections import Counter
from collections.abc import Iterable, Iterator

from wavetank.core.text import pluralize
from wavetank.history import Event, FaultInjected, FaultReverted, failure_message

LINES_MAX = 12
CHARACTERS_MAX = 160


def failure_lines(events: Iterable[Event]) -> Iterator[str]:
    """A line for each kind of failure or fault, with the time since the begin of the first one."""
    begin, firsts, counts = None, dict[str, str](), Counter[str]()
    for event in events:
        begin = begin or event.at
        text = _text(event)
        if text:
            passed = int((event.at - begin).total_seconds())
            stamp = f"{passed // 3600:02}:{passed // 60 % 60:02}:{passed % 60:02}"
            firsts.setdefault(text, stamp)
            counts[text] += 1
    for text in list(firsts)[:LINES_MAX]:
        again = f" ({counts[text]} times)" if counts[text] > 1 else ""
        yield f"{firsts[text]}  {text}{again}"
    if len(firsts) > LINES_MAX:
        yield f"and {pluralize(len(firsts) - LINES_MAX, 'more kind')} of failure"


def _text(event: Event) -> str:
    """The event in one line; empty if nothing is wrong."""
    match event:
        case FaultInjected():
            text = f"{event.kind} injected: {event.detail}"
        case FaultReverted():
            text = f"{event.kind} reverted"
        case _:
            text = failure_message(event)
    line = " ".join(text.split())
    return line if len(line) <= CHARACTERS_MAX else f"{line[:CHARACTERS_MAX]}..."
