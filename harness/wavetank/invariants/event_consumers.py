"""Which consumers of a source have to settle each of its events.

Every consumer of a data stream or of a table's stream gets each record. Of a queue one consumer
gets a message, and deletes it for all: two mappings of a queue share its messages, and the order of
its message groups. [Lambda developer guide: invocation-eventsourcemapping; SQS developer guide:
FIFO-queues-understanding-logic]
"""

from collections.abc import Mapping

from wavetank.core.resource_name import service_of

SHARED = ("",)
"""In place of the functions that share a source."""


class EventConsumers:
    """The consumers of each source; `functions` are those of `RunBegan`."""

    def __init__(self, functions: Mapping[str, tuple[str, ...]]) -> None:
        self._functions = functions

    def of(self, source: str, function: str = "") -> tuple[str, ...]:
        """The consumers that `function` settles an event for; all, if the source settles it."""
        if source not in self._functions or service_of(source) == "sqs":
            return SHARED
        return (function,) if function else self._functions[source]
