"""The URL of a function.

[Lambda developer guide: urls-invocation, urls-configuration, services-apigateway-errors]
"""

from dataclasses import dataclass
from datetime import datetime

from wavetank.core.http_call import HttpAnswer, HttpCall, answer_of, json_answer
from wavetank.emulator.http_entries.cors import CorsRule, preflight_answer, with_cors
from wavetank.emulator.http_entries.entry import (
    EVENT_BYTES_MAX,
    EntryErrors,
    FunctionCall,
    checked_size,
)
from wavetank.emulator.http_entries.payload import RequestContext
from wavetank.emulator.http_entries.payload_v2 import answer_v2, event_v2

PREFLIGHT_STATUS = 200
FAILED = answer_of(502, [("Content-Type", "application/json")], b"Internal Server Error")
THROTTLED = json_answer(429, {"Reason": "ConcurrentInvocationLimitExceeded", "Type": "User"})
TOO_LARGE = f"Request must be smaller than {EVENT_BYTES_MAX} bytes for the InvokeFunction operation"
ERRORS = EntryErrors(
    forbidden=json_answer(403, {"Message": "Forbidden"}),
    failed=FAILED,
    malformed=FAILED,
    rejected=THROTTLED,
    timed_out=FAILED,
    too_large=json_answer(413, {"Message": TOO_LARGE}),
)


@dataclass(frozen=True, kw_only=True)
class FunctionUrl:
    """A URL that anyone may call, if the policy of the function says so."""

    function: str
    id: str
    is_public: bool
    cors: CorsRule | None = None

    @property
    def errors(self) -> EntryErrors:
        """Lambda's answers to requests that fail before, in or after the function."""
        return ERRORS

    def route(self, call: HttpCall, request: str, at: datetime) -> FunctionCall | HttpAnswer:
        """Every request invokes the function; one that must be signed is refused."""
        preflight = preflight_answer(self.cors, call, PREFLIGHT_STATUS)
        if preflight is not None:
            return preflight
        if not self.is_public:
            return ERRORS.forbidden
        region = self.function.split(":")[3]
        context = RequestContext(
            api_id=self.id,
            domain=f"{self.id}.lambda-url.{region}.on.aws",
            account="anonymous",
            request=request,
            at=at,
        )
        routed = FunctionCall(
            function=self.function,
            event=event_v2(call, context),
            answer=lambda payload: with_cors(answer_v2(payload), self.cors, call),
        )
        return checked_size(routed, call, ERRORS)
