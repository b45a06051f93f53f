"""LocalStack's chain of handlers without those that have nothing to do in a simulator.

Nobody's browser, log or statistics is there to be served, and what is signed is never meant for a
page of LocalStack's own. [LocalStack 4.14: aws/app.py]
"""

from collections.abc import Callable
from typing import Any

from localstack.aws import handlers
from localstack.aws.handlers.metric_handler import MetricHandler

from wavetank.emulator.credential_scope import scope_of
from wavetank.emulator.preparsed_request import Parsed

IDLE = (
    handlers.add_cors_response_headers,
    handlers.count_service_request,
    handlers.enforce_cors,
    handlers.log_response,
    handlers.set_close_connection_header,
    handlers.validate_request_schema,
    handlers.validate_response_schema,
)
TRACED = frozenset({"events", "lambda"})
"""Services that read the trace that a call belongs to; it is drawn anew for each call."""
PAGES = (handlers.serve_edge_router_rules, handlers.serve_localstack_resources)
"""Ours and LocalStack's own, below /_wavetank and /_localstack."""


def lighten(gateway: Any) -> None:
    """Takes the idle handlers out, and asks for pages only where a call could be for one."""
    for chain in (gateway.request_handlers, gateway.response_handlers, gateway.finalizers):
        chain[:] = [_where_needed(each) for each in chain if not _is_idle(each)]


def _is_idle(handler: Any) -> bool:
    return handler in IDLE or isinstance(getattr(handler, "__self__", None), MetricHandler)


def _where_needed(handler: Any) -> Any:
    """The handler, passed over where it would find nothing to do."""
    if handler in PAGES:
        return _only(handler, lambda context: "Authorization" not in context.request.headers)
    if handler is handlers.parse_trace_context:
        return _only(handler, lambda context: _service(context) in TRACED)
    if handler is handlers.parse_service_request:
        return _only(handler, lambda context: not isinstance(context.service_request, Parsed))
    return BY_SCOPE.get(handler, handler)


def _service(context: Any) -> str | None:
    return context.service.service_name if context.service else None


def _only(handler: Any, is_needed: Callable[[Any], bool]) -> Any:
    def serve(chain: Any, context: Any, response: Any) -> None:
        if is_needed(context):
            handler(chain, context, response)

    return serve


def _add_region(_chain: Any, context: Any, _response: Any) -> None:
    """`RegionContextEnricher`."""
    scope = scope_of(context.request.headers)
    context.region, context.partition = scope.region, scope.partition


def _add_account(_chain: Any, context: Any, _response: Any) -> None:
    """`AccountIdEnricher`."""
    context.account_id = scope_of(context.request.headers).account
    context.request.headers.add("x-moto-account-id", context.account_id)


BY_SCOPE = {handlers.add_region_from_header: _add_region, handlers.add_account_id: _add_account}
"""LocalStack's handlers, and those that take their places."""
