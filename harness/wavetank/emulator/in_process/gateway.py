"""LocalStack's handler chain without handlers that have nothing to do in a simulator.

A simulator serves no browser, log or statistics, and its signed requests never go to LocalStack's
own pages. [LocalStack 4.14: aws/app.py]
"""

from collections.abc import Callable, Mapping
from typing import Any

from wavetank.emulator.credential_scope import scope_of
from wavetank.emulator.patches import patch_of
from wavetank.emulator.preparsed_request import Parsed

IDLE = (
    "localstack.aws.handlers.metric_handler:MetricHandler.create_metric_handler_item",
    "localstack.aws.handlers.metric_handler:MetricHandler.record_parsed_request",
    "localstack.aws.handlers.metric_handler:MetricHandler.update_metric_collection",
    "localstack.aws.handlers:add_cors_response_headers",
    "localstack.aws.handlers:count_service_request",
    "localstack.aws.handlers:enforce_cors",
    "localstack.aws.handlers:log_response",
    "localstack.aws.handlers:set_close_connection_header",
    "localstack.aws.handlers:validate_request_schema",
    "localstack.aws.handlers:validate_response_schema",
)
TRACED = frozenset({"events", "lambda"})
"""Services that read a call's trace id; it is generated for each call."""


def remove_idle_handlers(gateway: Any) -> None:
    """Remove idle handlers, and call others only for requests that need them."""
    chains = (gateway.request_handlers, gateway.response_handlers, gateway.finalizers)
    for target in IDLE:
        patch_of(target).replace_in(chains)
    for target, is_needed in WHERE_NEEDED.items():
        patch = patch_of(target)
        patch.replace_in(chains, _only(patch.original(), is_needed))
    for target, ours in BY_SCOPE.items():
        patch_of(target).replace_in(chains, ours)


def _is_unsigned(context: Any) -> bool:
    return "Authorization" not in context.request.headers


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


WHERE_NEEDED: Mapping[str, Callable[[Any], bool]] = {
    "localstack.aws.handlers:parse_service_request": (
        lambda context: not isinstance(context.service_request, Parsed)
    ),
    "localstack.aws.handlers:parse_trace_context": lambda context: _service(context) in TRACED,
    # our pages and LocalStack's own, below /_wavetank and /_localstack
    "localstack.aws.handlers:serve_edge_router_rules": _is_unsigned,
    "localstack.aws.handlers:serve_localstack_resources": _is_unsigned,
}
"""LocalStack's handlers, and the requests that need them."""
BY_SCOPE = {
    "localstack.aws.handlers:add_account_id": _add_account,
    "localstack.aws.handlers:add_region_from_header": _add_region,
}
"""LocalStack's handlers, and their replacements."""
