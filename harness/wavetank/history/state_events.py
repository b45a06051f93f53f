"""What a run leaves behind, and what it would have left without its faults."""

from dataclasses import dataclass

from wavetank.history.event import Event


@dataclass(frozen=True)
class StateEntry:
    """One item, object, message or record.

    `identity` is an item's key or an object's key, and the text itself where nothing else names the
    entry; `content` is then empty. Items are JSON, with DynamoDB's numbers as texts.
    """

    identity: str
    content: str = ""


@dataclass(frozen=True)
class EndState(Event):
    """What one resource holds when the run has drained, in a fixed order.

    `kind` is table, bucket, queue, topic or stream, and `resource` its logical id, or its name if
    that stands for several. `name` is its deployed name, as in the targets of
    `ApiCalled`. With `is_reference` it is what the same run left without its faults; these events
    come right after the first one.
    """

    kind: str
    resource: str
    entries: tuple[StateEntry, ...]
    is_reference: bool
    name: str = ""
