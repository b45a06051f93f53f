"""Chains of requests: how often a function was invoked because of what it sent itself.

Lambda stops the next invocation of a function that was invoked about 16 times in one chain, here
exactly 16 times. The mapping gets an error, so a message comes back, and is stopped again, until it
is in the dead-letter queue or expires. Only messages of queues and records of streams are followed
from request to request; Lambda stops no loop over a stream.
[Lambda developer guide: invocation-recursion]
"""

from collections import Counter
from collections.abc import Iterable, Mapping

INVOCATIONS_MAX = 16

type Chain = Mapping[str, int]
"""By function, how often it was invoked in the chain."""


class RequestChains:
    """The chain of each request, and of each event that a request has sent to a source."""

    def __init__(self) -> None:
        self._of_requests: dict[str, Chain] = {}
        self._of_events: dict[str, Chain] = {}

    def sent(self, event: str, request: str, function: str) -> None:
        """The function sent the event while it handled the request."""
        self._of_events[event] = self._of_requests.get(request, {function: 1})

    def is_stopped(self, event: str, function: str) -> bool:
        """Whether the function is not invoked with the event, a message of a queue."""
        return self.length(event, function) >= INVOCATIONS_MAX

    def length(self, event: str, function: str) -> int:
        """How often the function was invoked in the chain that led to the event."""
        return self._of_events.get(event, {}).get(function, 0)

    def begun(self, request: str, function: str, events: Iterable[str]) -> None:
        """The request invokes the function with these events, of which the longest chain counts."""
        chain = Counter[str]()
        for event in events:
            chain |= Counter(self._of_events.get(event, {}))
        chain[function] += 1
        self._of_requests[request] = chain

    def forget(self, events: Iterable[str]) -> None:
        """The events are gone from their source."""
        for event in events:
            self._of_events.pop(event, None)
