"""What function URLs and APIs have in common: a request becomes an event, or an answer.

[Lambda developer guide: gettingstarted-limits; API Gateway developer guide: limits,
http-api-quotas]
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from wavetank.core.http_call import HttpAnswer, HttpCall
from wavetank.emulator.http_entries.authorizers import AuthorizerCall

API_BODY_BYTES_MAX = 10 * 1024 * 1024
"""Of a request to an API; a function URL has only the limit of the function."""
EVENT_BYTES_MAX = 6 * 1024 * 1024
ENCODED_BYTES_MAX = 6
"""Of one byte of a body in an event: JSON writes some as `\\u0001`."""


@dataclass(frozen=True, kw_only=True)
class FunctionCall:
    """The invocation that a request leads to; `answer` reads what the function returned.

    The function's own policy must allow API Gateway to invoke it for the `source`, an ARN; for a
    function URL, which has none, it must allow anyone. Without a `timeout` the client waits as long
    as the function runs. An `authorizer` decides first, if the route has one; then the request gets
    the answer `refusal`, if that is not None. `failed` reads the error that a function ended with,
    if the entry does not answer all errors alike.
    """

    function: str
    event: dict[str, Any]
    answer: Callable[[bytes], HttpAnswer]
    source: str | None = None
    timeout: timedelta | None = None
    authorizer: AuthorizerCall | None = None
    refusal: HttpAnswer | None = None
    failed: Callable[[bytes], HttpAnswer] | None = None

    def authorized(self, decision: Mapping[str, Any]) -> "FunctionCall":
        """The call with what the authorizer decided, for the function's event."""
        context = {**self.event["requestContext"], "authorizer": decision}
        return replace(self, event={**self.event, "requestContext": context}, authorizer=None)


@dataclass(frozen=True, kw_only=True)
class EntryErrors:
    """The answers of an entry to requests that fail before, in or after the function.

    `rejected` is that to a throttled invocation, and `too_large` that to a body which does not fit
    into an event.
    """

    forbidden: HttpAnswer
    failed: HttpAnswer
    malformed: HttpAnswer
    rejected: HttpAnswer
    timed_out: HttpAnswer
    too_large: HttpAnswer


def checked_size(
    routed: FunctionCall, call: HttpCall, errors: EntryErrors
) -> FunctionCall | HttpAnswer:
    """The function call, unless its event is larger than what a function takes."""
    if len(call.body) * ENCODED_BYTES_MAX < EVENT_BYTES_MAX:
        return routed
    is_too_large = len(json.dumps(routed.event, ensure_ascii=False).encode()) > EVENT_BYTES_MAX
    return errors.too_large if is_too_large else routed


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
