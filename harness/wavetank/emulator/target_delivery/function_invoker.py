"""Invokes the functions that services have as targets, such as EventBridge and SNS.

All of them invoke asynchronously. A simulation queues the event in virtual time instead; Lambda
then only checks the permission.
[Lambda developer guide, invocation-async]
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any


@dataclass(frozen=True, kw_only=True)
class EventOrigin:
    """What offers an event: the ARN of a rule, topic, bucket, ..., and the ids of what it offers.

    The ids are those of the events, messages or log events that the function gets. Without an ARN
    it is whatever calls Lambda's API, such as another function.
    """

    arn: str
    ids: tuple[str, ...]


@dataclass(frozen=True)
class OfferedEvent:
    """An event for the function of that ARN, and where it comes from."""

    function: str
    event: object
    source: EventOrigin


@dataclass(frozen=True)
class FunctionAnswer:
    """How a synchronous invocation ended; a throttled one has no payload.

    `version` is the one that ran, and `log` what it has printed, with Lambda's own lines.
    """

    payload: bytes = b""
    is_error: bool = False
    version: str = ""
    log: str = ""
    is_throttled: bool = False


type CallFunction = Callable[[Callable[[], OfferedEvent]], FunctionAnswer | None]
"""Invokes a function for a handler that waits; returns None for any other caller.

The function that it gets makes the event, and is called for a handler only.
"""


class TargetFunctionInvoker:
    """Invokes functions that are targets; `queue`, if set, takes the event instead of Lambda.

    `delays` says how much later an event reaches its function, once or, by a fault of a sandbox,
    several times. `call`, if set, is asked first about a synchronous invocation.
    """

    def __init__(self) -> None:
        self.queue: Callable[[OfferedEvent], object] | None = None
        self.call: CallFunction | None = None
        self.delays: Callable[[EventOrigin], Iterable[timedelta]] = lambda _: [timedelta()]

    def invoke(
        self, client: Any, arn: str, payload: str, source: EventOrigin, **parameters: Any
    ) -> None:
        """Invoke the function.

        Raises:
            ClientError: Lambda refuses it.
        """
        if self.queue is None:
            event = {"InvocationType": "Event", "Payload": payload.encode()}
            client.invoke(FunctionName=arn, **event, **parameters)
        else:
            client.invoke(FunctionName=arn, InvocationType="DryRun", **parameters)
            self.offer(arn, payload, source)

    def offer(self, arn: str, payload: str, source: EventOrigin) -> None:
        """Queue the event; only for a simulation."""
        assert self.queue is not None  # the caller has asked
        self.queue(OfferedEvent(arn, json.loads(payload), source))


FUNCTIONS = TargetFunctionInvoker()
"""The process's invoker: a simulation sets its queue for all services."""
