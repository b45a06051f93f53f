"""The gate before every service: whoever keeps it sees each call, and may hold or refuse it.

In the simulator its keeper suspends handlers at their calls and applies the planned faults. Without
a keeper every call passes, at no cost.
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
    """A call that has been parsed. `by_service` is set where a service of AWS's makes it."""

    service: str
    operation: str
    parameters: Mapping[str, Any]
    by_service: str | None


class Gatekeeper(Protocol):
    """Who stands at the gate; called in the thread that makes the call."""

    def before(self, call: ApiCall) -> None:
        """The call is about to be served.

        Raises:
            Refused: it is not to be.
        """
        ...

    def after(self, call: ApiCall, error: str | None) -> None:
        """It was served; `error` is the code of the service's error, None where all went well."""
        ...


class Gate:
    """The handlers in LocalStack's chain."""

    def __init__(self, keeper: Gatekeeper) -> None:
        self._keeper = keeper

    def open(self) -> None:
        """Puts the gate up."""
        handlers.serve_custom_service_request_handlers.append(self._before)
        handlers.run_custom_response_handlers.append(self._after)

    def close(self) -> None:
        """Takes it down."""
        handlers.serve_custom_service_request_handlers.remove(self._before)
        handlers.run_custom_response_handlers.remove(self._after)

    def _before(self, chain: Any, context: Any, response: Any) -> None:  # noqa: ARG002 - LocalStack's names
        call = _call(context)
        if call is None:
            return
        context.gate_call = call
        try:
            self._keeper.before(call)
        except Refused as refused:
            raise CommonServiceException(
                refused.code,
                str(refused),
                refused.status,
                sender_fault=refused.status < OWN_FAULT_FROM,
            ) from refused

    def _after(self, chain: Any, context: Any, response: Any) -> None:  # noqa: ARG002 - as above
        call = getattr(context, "gate_call", None) or _call(context)
        if call is None:
            return
        error = getattr(context.service_exception, "code", None)
        if error is None and response.status_code >= ERRORS_FROM:
            error = str(response.status_code)
        self._keeper.after(call, error)


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
