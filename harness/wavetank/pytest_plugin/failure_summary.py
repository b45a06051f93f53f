"""What went wrong in a run, in a few lines: for whoever reads that a test failed."""

from collections import Counter
from collections.abc import Iterable, Iterator

from wavetank.core.text import counted
from wavetank.history import Event, FaultInjected, FaultReverted, failure_message

LINES_MAX = 12
CHARACTERS_MAX = 160


def trouble(events: Iterable[Event]) -> Iterator[str]:
    """A line for each thing that went wrong, with the time since the begin when it first did."""
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
        yield f"and {counted(len(firsts) - LINES_MAX, 'more kind')} of trouble"


def _text(event: Event) -> str:
    """The event in one line; nothing where all went well."""
    match event:
        case FaultInjected():
            text = f"{event.kind} strikes: {event.detail}"
        case FaultReverted():
            text = f"{event.kind} is healed"
        case _:
            text = failure_message(event)
    line = " ".join(text.split())
    return line if len(line) <= CHARACTERS_MAX else f"{line[:CHARACTERS_MAX]}..."
