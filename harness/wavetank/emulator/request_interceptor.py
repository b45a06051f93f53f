"""Intercepts calls before and after every service: observes each call, and may delay or refuse it.

In the simulator an interceptor suspends handlers at their calls and applies the planned faults.
Without an interceptor every call passes, at no cost.
[LocalStack 4.14: aws/app.py, where custom handlers run between parser and service]
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from localstack.aws import handlers
from localstack.aws.api import CommonServiceException

from wavetank.core.http_types import Refused
from wavetank.emulator.answered_calls import serialized_answer, serialized_error

ERRORS_FROM = 400
OWN_FAULT_FROM = 500
NOT_IMPLEMENTED = 501
"""The status of LocalStack for a service or an operation that it does not have."""


@dataclass(frozen=True)
class ApiCall:
    """A parsed AWS API call; `by_service` names the AWS service that makes it, if one does."""

    service: str
    operation: str
    parameters: Mapping[str, Any]
    by_service: str | None


class RequestInterceptor(Protocol):
    """Interface that intercepts API calls, in the thread that makes the call."""

    def before(self, call: ApiCall) -> None:
        """Called before the call is served.

        Raises:
            Refused: it must not be served.
        """
        ...

    def after(self, call: ApiCall, error: str | None) -> None:
        """Called after it was served; `error` is the service's error code, None on success."""
        ...


class CallAnswerer(Protocol):
    """Interface that answers calls in place of their service."""

    def answer(self, call: ApiCall) -> Mapping[str, Any] | None:
        """The response to the call; None if its service is to serve it.

        Raises:
            Refused: the response is an error.
        """
        ...

    def unanswered(self, call: ApiCall) -> Refused | None:
        """The error for a call that no service serves; None for LocalStack's own."""
        ...


class InterceptionHandlers:
    """Handlers in LocalStack's chain that pass each call to an interceptor.

    What the `answerer` answers does not reach its service.
    """

    def __init__(
        self, interceptor: RequestInterceptor, answerer: CallAnswerer | None = None
    ) -> None:
        self._interceptor = interceptor
        self._answerer = answerer

    def install(self) -> None:
        """Add the handlers to the chain."""
        handlers.serve_custom_service_request_handlers.append(self._before)
        handlers.run_custom_response_handlers.append(self._after)

    def remove(self) -> None:
        """Remove them from the chain."""
        handlers.serve_custom_service_request_handlers.remove(self._before)
        handlers.run_custom_response_handlers.remove(self._after)

    def _before(self, chain: Any, context: Any, response: Any) -> None:
        call = _call(context)
        if call is None:
            return
        context.intercepted_call = call
        try:
            self._interceptor.before(call)
            answer = None if self._answerer is None else self._answerer.answer(call)
        except Refused as refused:
            raise _service_exception(refused) from refused
        if answer is not None:
            response.update_from(serialized_answer(context, answer))
            context.service_response = answer
            chain.stop()

    def _after(self, chain: Any, context: Any, response: Any) -> None:  # noqa: ARG002 - LocalStack's name
        call = getattr(context, "intercepted_call", None) or _call(context)
        if call is None:
            return
        if response.status_code == NOT_IMPLEMENTED and self._answerer is not None:
            refused = self._answerer.unanswered(call)
            if refused is not None:
                context.service_exception = _service_exception(refused)
                response.update_from(serialized_error(context, context.service_exception))
        error = getattr(context.service_exception, "code", None)
        if error is None and response.status_code >= ERRORS_FROM:
            error = str(response.status_code)
        self._interceptor.after(call, error)


def _service_exception(refused: Refused) -> CommonServiceException:
    """The error as LocalStack raises it; members of its own are attributes."""
    made = CommonServiceException(
        refused.code,
        str(refused),
        refused.status,
        sender_fault=refused.status < OWN_FAULT_FROM,
    )
    vars(made).update(refused.members)
    return made


def _call(context: Any) -> ApiCall | None:
    if context.service is None or context.operation is None:
        return None
    internal = context.internal_request_params
    return ApiCall(
        service=context.service.service_name,
        operation=context.operation.name,
        parameters=context.service_request or {},
        by_service=None if internal is None else internal.get("service_principal") or "localstack",
    )
