"""Invokes the function that transforms a stream's records, with the permissions of its role.

[Amazon Data Firehose developer guide: data-transformation; monitoring-with-cloudwatch-logs,
Lambda invocation errors; Lambda API reference: Invoke]
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from wavetank.emulator.firehose.role_sessions import RoleSessions
from wavetank.emulator.firehose.stream_id import StreamId

FUNCTION_ERROR = (
    "Lambda.FunctionError",
    "The Lambda function was successfully invoked but it returned an error result.",
)
CODES = {
    "AccessDeniedException": (
        "Lambda.InvokeAccessDenied",
        "Access was denied. Ensure that the access policy allows access to the Lambda function.",
    ),
    "ResourceNotFoundException": (
        "Lambda.FunctionNotFound",
        "The Lambda function was not found.",
    ),
    "TooManyRequestsException": (
        "Lambda.TooManyRequests",
        "The concurrency limit of the Lambda function is reached.",
    ),
}
"""Firehose's code and message for an error of Lambda's API; AWS documents only some of them."""


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """A request to invoke a function that transforms a stream's records."""

    stream: StreamId
    role_arn: str
    function: str
    event: bytes


@dataclass(frozen=True, kw_only=True)
class InvocationAnswer:
    """The response of a transforming function, or the code and the message of its error."""

    payload: bytes = b""
    error: tuple[str, str] | None = None


type OnAnswer = Callable[[InvocationAnswer], None]
type Invoke = Callable[[Invocation, OnAnswer], None]


class FunctionInvoker:
    """Invokes transforming functions through Lambda's API, and waits for their response."""

    def __init__(self, sessions: RoleSessions) -> None:
        self._sessions = sessions

    def __call__(self, invocation: Invocation, on_answer: OnAnswer) -> None:
        """Invoke the function, and pass what it answers."""
        on_answer(self._answer(invocation))

    def _answer(self, invocation: Invocation) -> InvocationAnswer:
        try:
            clients = self._sessions.clients(invocation.role_arn, invocation.stream.region)
            found: Any = clients.lambda_.invoke(
                FunctionName=invocation.function, Payload=invocation.event
            )
        except Exception as error:  # noqa: BLE001 - whatever goes wrong, the batch is tried again
            self._sessions.forget(invocation.role_arn)  # the role may have been created anew
            return InvocationAnswer(error=invocation_error(error))
        if found.get("FunctionError"):
            return InvocationAnswer(error=FUNCTION_ERROR)
        return InvocationAnswer(payload=found["Payload"].read())


def invocation_error(error: Exception) -> tuple[str, str]:
    """Firehose's code and message for an error of Lambda's API."""
    response: Any = getattr(error, "response", {})
    code = response.get("Error", {}).get("Code", type(error).__name__)
    return CODES.get(code, (f"Lambda.{code}", str(error)))
