"""What function URLs and APIs have in common: a request becomes an event, or an answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from wavetank.core.http_call import HttpAnswer, HttpCall


@dataclass(frozen=True, kw_only=True)
class FunctionCall:
    """The invocation that a request leads to; `answer` reads what the function returned.

    The function's own policy must allow API Gateway to invoke it for the `source`, an ARN; for a
    function URL, which has none, it must allow anyone. Without a `timeout` the client waits as long
    as the function runs.
    """

    function: str
    event: dict[str, Any]
    answer: Callable[[bytes], HttpAnswer]
    source: str | None = None
    timeout: timedelta | None = None


@dataclass(frozen=True, kw_only=True)
class EntryErrors:
    """The answers of an entry to what goes wrong behind it.

    `rejected` is that to a throttled invocation.
    """

    forbidden: HttpAnswer
    failed: HttpAnswer
    malformed: HttpAnswer
    rejected: HttpAnswer
    timed_out: HttpAnswer


class HttpEntry(Protocol):
    """A function URL or an API."""

    @property
    def errors(self) -> EntryErrors:
        """The answers of the entry to requests that fail before, in or after the function."""
        ...

    def route(self, call: HttpCall, request: str, at: datetime) -> FunctionCall | HttpAnswer:
        """The function to invoke, or the answer of the entry itself.

        Raises:
            UsageError: what it would do is not simulated.
        """
        ...
