"""The guard in LocalStack's chain: its first request handler, three more, and its last finalizer.

It is first because LocalStack loads services and parses requests before it checks CORS, and leaves
that to S3 for S3 requests. The finalizer runs after every outcome: a response, an error, an early
end. WebSockets go through the same chain. The handlers in between confirm what a browser's request
was admitted for, as LocalStack routes and parses it; see `route_confirmation`.

LocalStack's own CORS handlers are removed. They admit pages of its web application, of every
program on its port and of `EXTRA_CORS_ALLOWED_ORIGINS`, and with `DISABLE_CORS_CHECKS` all pages.
[LocalStack 4.14: aws/app.py, aws/handlers/cors.py, services/s3/cors.py; rolo: gateway/chain.py]
"""

import logging
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote, urlsplit

import psutil
from localstack.aws import handlers
from localstack.http import Request, Response
from localstack.runtime import get_current_runtime, hooks
from localstack.services.edge import ROUTER
from localstack.utils.urls import localstack_host

from wavetank.emulator.http_guard.bodies import BodyLimit, body_bytes_max, decide_before_bodies
from wavetank.emulator.http_guard.hosts import HostPolicy
from wavetank.emulator.http_guard.request_policy import (
    Answered,
    GuardPolicy,
    GuardRefusal,
    RequestHead,
)
from wavetank.emulator.http_guard.route_confirmation import (
    find_rule,
    why_not_called,
    why_not_routed,
    why_not_served,
)
from wavetank.emulator.http_guard.routing import Bucket
from wavetank.emulator.http_guard.settings import find_bucket, find_rules
from wavetank.emulator.http_guard.websockets import refuse_in_reactor
from wavetank.emulator.patches import patch_of
from wavetank.emulator.settings import TimeChoice, read_emulator_settings

LOG = logging.getLogger(__name__)
SANDBOX = "sandbox"
SERVED_BY = frozenset({"rolo.headers", "asgi.headers", "REMOTE_PORT"})
"""A server sets it in a request's environment; a call within this process does not."""
SHARING = "access-control-"


class HttpGuard:
    """Handlers of LocalStack's chain that check each HTTP request and complete its response."""

    def __init__(self, policy: GuardPolicy) -> None:
        self._policy = policy

    def check(self, chain: Any, context: Any, response: Any) -> None:
        """The first request handler: may end the chain with a refusal or a preflight's response."""
        request = context.request
        if not SERVED_BY & set(request.environ):
            return
        decision = self._policy.decide(_facts(request), lambda: find_bucket(request), find_rules)
        context.http_guard = decision
        if isinstance(decision, GuardRefusal):
            _end(chain, context, response, decision.reason)
        elif decision.is_preflight:
            response.update_from(Response(status=HTTPStatus.OK))
            chain.terminate()

    def limit_body(self, request: RequestHead) -> BodyLimit:
        """What may be received of the body of a request, decided before any of it is read."""
        target = urlsplit(request.target)

        def bucket() -> Bucket | None:
            host = request.header("host") or ""
            return find_bucket(Request(path=unquote(target.path), headers={"Host": host}))

        decision = self._policy.decide(request, bucket, find_rules)
        if isinstance(decision, GuardRefusal):
            LOG.info("Refused %s %s: %s", request.method, target.path, decision.reason)
            return BodyLimit(0, decision)
        return BodyLimit(body_bytes_max(request, decision.route))

    def check_rule(self, chain: Any, context: Any, response: Any) -> None:
        """Before LocalStack's router: the route must be the one that was admitted."""
        if (answered := _admitted(context)) is not None:
            reason = why_not_routed(answered, find_rule(ROUTER, context.request))
            _end(chain, context, response, reason)

    def check_service(self, chain: Any, context: Any, response: Any) -> None:
        """Before the request is parsed for its service."""
        if (answered := _admitted(context)) is not None:
            service = context.service.service_name if context.service else None
            _end(chain, context, response, why_not_served(answered, service))

    def check_operation(self, chain: Any, context: Any, response: Any) -> None:
        """Before the service is called."""
        answered = _admitted(context)
        if answered is None or context.operation is None:
            return
        parameters: Any = context.service_request or {}
        reason = why_not_called(answered, context.operation.name, parameters, find_rules)
        _end(chain, context, response, reason)

    def complete(self, _chain: Any, context: Any, response: Any) -> None:
        """The last finalizer: sets the headers that limit what a browser may do with the response.

        `sandbox` gives a document an origin of its own and no scripts: HTML that someone stored, or
        that a response repeats, cannot use the API it comes from. A function may add a policy of
        its own; the browser follows both. Our pages have theirs, in `console.responses`.
        """
        decision: Answered | GuardRefusal | None = getattr(context, "http_guard", None)
        if decision is None:
            return
        headers = response.headers
        is_page = isinstance(decision, Answered) and decision.is_page
        shared = decision.headers if isinstance(decision, Answered) else {}
        if not is_page:
            headers.add("Content-Security-Policy", SANDBOX)
        headers["X-Content-Type-Options"] = "nosniff"
        if "Origin" in context.request.headers:
            given = [name for name, _ in headers.items() if name.lower().startswith(SHARING)]
            for name in given:
                headers.remove(name)
        headers.update(shared)
        if _is_for_browser(decision) and not shared:
            headers["Cross-Origin-Resource-Policy"] = "same-origin"
            headers["X-Frame-Options"] = "DENY"


@hooks.on_infra_start()  # type: ignore[untyped-decorator]  # LocalStack's
def install_guard() -> None:
    """Add the guard to the chain; in virtual time no server runs, so no request arrives."""
    settings = read_emulator_settings()
    if settings.time is TimeChoice.VIRTUAL:
        return
    hosts = HostPolicy(localstack_host().host, settings.allowed_hosts, own_addresses)
    guard = HttpGuard(GuardPolicy(hosts, settings.allowed_origins))
    gateway: Any = get_current_runtime().components.gateway
    patch_of("localstack.aws.handlers:enforce_cors").replace_in([gateway.request_handlers])
    patch_of("localstack.aws.handlers:add_cors_response_headers").replace_in(
        [gateway.response_handlers]
    )
    patch_of("localstack.config:DISABLE_CUSTOM_CORS_S3").apply(new=True)
    refuse_in_reactor()
    decide_before_bodies(guard.limit_body)
    chain = gateway.request_handlers
    chain.insert(chain.index(handlers.serve_edge_router_rules), guard.check_rule)
    chain.insert(chain.index(handlers.parse_service_name) + 1, guard.check_service)
    chain.insert(chain.index(handlers.parse_service_request) + 1, guard.check_operation)
    chain.insert(0, guard.check)
    gateway.finalizers.append(guard.complete)


def require_guard(gateway: Any) -> None:
    """Check that the guard is the first handler, before a server begins to listen.

    Raises:
        RuntimeError: it is not.
    """
    first = getattr(next(iter(gateway.request_handlers), None), "__self__", None)
    if not isinstance(first, HttpGuard):
        raise RuntimeError(  # noqa: TRY004 - it is the chain that is wrong, no argument's type
            "expected the HTTP guard as the first handler; found none; see the log for its error"
        )


def own_addresses() -> set[str]:
    """The current addresses of the network interfaces of this host or container."""
    found = psutil.net_if_addrs().values()
    return {each.address.partition("%")[0] for addresses in found for each in addresses}


def _facts(request: Any) -> RequestHead:
    headers: dict[str, list[str]] = {}
    for name, value in request.headers.items():
        headers.setdefault(name.lower(), []).append(value)
    length = headers.get("content-length", ["0"])
    return RequestHead(
        method=request.method,
        target=request.environ.get("RAW_URI") or request.path,
        headers=headers,
        scheme=request.environ.get("wsgi.url_scheme", "http"),
        has_body=length != ["0"] or "transfer-encoding" in headers,
    )


def _admitted(context: Any) -> Answered | None:
    """The decision to answer a browser; None for programs and for calls within this process."""
    decision = getattr(context, "http_guard", None)
    return decision if isinstance(decision, Answered) and decision.is_browser else None


def _end(chain: Any, context: Any, response: Any, reason: str | None) -> None:
    """End the chain with a refusal if there is a reason."""
    if reason is None:
        return
    refused = GuardRefusal(reason)
    context.http_guard = refused
    LOG.info("Refused %s %s: %s", context.request.method, context.request.path, reason)
    response.update_from(_refusal(refused))
    chain.terminate()


def _refusal(decision: GuardRefusal) -> Response:
    answer = Response(f"{decision.reason}\n", HTTPStatus.FORBIDDEN)
    answer.headers["Content-Type"] = "text/plain; charset=utf-8"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _is_for_browser(decision: Answered | GuardRefusal) -> bool:
    return isinstance(decision, GuardRefusal) or decision.is_browser
