"""Which faults hit the events of an event source: by its name, and by what it is."""

from datetime import UTC, datetime, timedelta

import pytest

from wavetank.faults.catalogue import KINDS_BY_NAME
from wavetank.faults.event_sources import EventSourceFault
from wavetank.faults.injectors.matcher import FaultMatcher
from wavetank.simulation.event_sources.mapping import EventSourceMapping
from wavetank.simulation.event_sources.source_faults import SourceFaults

NOW = datetime(2030, 1, 1, tzinfo=UTC)
SQS, KINESIS = "arn:aws:sqs:eu-west-1:1:", "arn:aws:kinesis:eu-west-1:1:stream/"
TABLE = "arn:aws:dynamodb:eu-west-1:1:table/items/stream/2030"
ALL = {
    "duplicate-batch",
    "concurrent-batches",
    "expired-visibility-timeout",
    "out-of-order-message",
    "poison-message",
    "stalled-shard",
    "trimmed-stream",
}


def hit(source: str, event_source: str = "all") -> set[str]:
    """The kinds that hit an event of a source with that ARN, in the history's words too."""
    found: set[str] = set()
    matcher = FaultMatcher(lambda: NOW, lambda name, *_: found.add(name))
    for kind in ALL:
        of = KINDS_BY_NAME[kind]
        assert issubclass(of, EventSourceFault)
        matcher.add(kind, of(after=timedelta(), event_source=event_source))
    mapping = EventSourceMapping(
        id="1", source=source, function="f", enabled=True, batch_size=1, window=timedelta()
    )
    faults = SourceFaults(matcher, mapping)
    for ask in (
        *(faults.repeat_after, faults.splits, faults.visible_after, faults.held_back),
        *(faults.poison, faults.is_stalled, faults.is_trimmed),
    ):
        ask("an event")
    return found


@pytest.mark.parametrize(
    ("source", "kinds"),
    [
        (f"{SQS}orders", ALL),
        (f"{SQS}orders.fifo", {"poison-message", "stalled-shard", "trimmed-stream"}),
        (f"{KINESIS}orders", ALL),
        (TABLE, ALL - {"poison-message"}),
    ],
)
def test_a_fifo_queue_keeps_order_and_delivers_once(source: str, kinds: set[str]) -> None:
    """A poison message is no fault of a table's stream either: only DynamoDB writes there."""
    assert hit(source) == kinds


@pytest.mark.parametrize(
    ("source", "name", "is_hit"),
    [
        (f"{SQS}orders", "orders", True),
        (f"{SQS}orders", "other", False),
        (f"{KINESIS}prices", "prices", True),
        (TABLE, "items", True),
    ],
)
def test_a_fault_hits_the_source_that_it_names(source: str, name: str, is_hit: bool) -> None:  # noqa: FBT001 - a case of the test
    """A queue, a stream, or the table of a stream."""
    assert bool(hit(source, name)) == is_hit
