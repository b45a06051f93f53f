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

ERRORS_FROM = 400
OWN_FAULT_FROM = 500


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


class InterceptionHandlers:
    """Handlers in LocalStack's chain that pass each call to an interceptor."""

    def __init__(self, interceptor: RequestInterceptor) -> None:
        self._interceptor = interceptor

    def install(self) -> None:
        """Add the handlers to the chain."""
        handlers.serve_custom_service_request_handlers.append(self._before)
        handlers.run_custom_response_handlers.append(self._after)

    def remove(self) -> None:
        """Remove them from the chain."""
        handlers.serve_custom_service_request_handlers.remove(self._before)
        handlers.run_custom_response_handlers.remove(self._after)

    def _before(self, chain: Any, context: Any, response: Any) -> None:  # noqa: ARG002 - LocalStack's names
        call = _call(context)
        if call is None:
            return
        context.intercepted_call = call
        try:
            self._interceptor.before(call)
        except Refused as refused:
            raise CommonServiceException(
                refused.code,
                str(refused),
                refused.status,
                sender_fault=refused.status < OWN_FAULT_FROM,
            ) from refused

    def _after(self, chain: Any, context: Any, response: Any) -> None:  # noqa: ARG002 - as above
        call = getattr(context, "intercepted_call", None) or _call(context)
        if call is None:
            return
        error = getattr(context.service_exception, "code", None)
        if error is None and response.status_code >= ERRORS_FROM:
            error = str(response.status_code)
        self._interceptor.after(call, error)


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
