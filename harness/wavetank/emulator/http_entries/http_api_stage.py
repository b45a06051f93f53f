"""HTTP APIs: routes, stages, both payload formats, and CORS.

[API Gateway developer guide: http-api-develop-integrations-lambda, http-api-cors,
http-api-develop-routes]
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from wavetank.core.errors import UsageError
from wavetank.core.http_call import HttpAnswer, HttpCall, json_answer
from wavetank.emulator.http_entries.authorizers import (
    HTTP_ANSWERS,
    AuthorizerCall,
    LambdaAuthorizer,
    authorizer_call,
    request_event,
)
from wavetank.emulator.http_entries.cors import preflight_answer, with_cors
from wavetank.emulator.http_entries.entry import (
    API_BODY_BYTES_MAX,
    EntryErrors,
    FunctionCall,
    checked_size,
)
from wavetank.emulator.http_entries.http_api import DEFAULT, HttpApi, HttpApiRoute
from wavetank.emulator.http_entries.payload import RequestContext
from wavetank.emulator.http_entries.payload_v1 import answer_v1, event_v1
from wavetank.emulator.http_entries.payload_v2 import answer_v2, event_v2
from wavetank.emulator.http_entries.routes import MatchedRoute, match_route, with_stage_variables

INTERNAL = json_answer(500, {"message": "Internal Server Error"})
UNAVAILABLE = json_answer(503, {"message": "Service Unavailable"})
NOT_FOUND = json_answer(404, {"message": "Not Found"})
ERRORS = EntryErrors(
    forbidden=INTERNAL,
    failed=INTERNAL,
    malformed=INTERNAL,
    rejected=UNAVAILABLE,
    timed_out=UNAVAILABLE,
    too_large=json_answer(413, {"message": "Request Entity Too Large"}),
)
PREFLIGHT_STATUS = 204
ALL = "*"


@dataclass(frozen=True, kw_only=True)
class HttpApiStage:
    """One stage of an HTTP API."""

    api: HttpApi
    arn: str
    """The ARN of the stage, for permissions: `arn:aws:execute-api:REGION:ACCOUNT:API/STAGE`."""
    stage: str

    @classmethod
    def of(cls, api: HttpApi, stage: str) -> "HttpApiStage":
        """The stage of that name."""
        arn = f"arn:aws:execute-api:{api.region}:{api.account}:{api.id}/{stage}"
        return cls(api=api, arn=arn, stage=stage)

    @property
    def errors(self) -> EntryErrors:
        """API Gateway's answers to requests that fail before, in or after the function."""
        return ERRORS

    def route(self, call: HttpCall, request: str, at: datetime) -> FunctionCall | HttpAnswer:
        """Answer a browser's preflight request, or invoke the function of the route.

        Raises:
            UsageError: the route has an authorizer or an integration that is not simulated.
        """
        if len(call.body) > API_BODY_BYTES_MAX:
            return ERRORS.too_large
        preflight = preflight_answer(self.api.cors, call, PREFLIGHT_STATUS)
        if preflight is not None:
            return preflight
        matched = match_http_route(self.api.routes, call.method, call.path)
        if matched is None:
            return NOT_FOUND
        _refuse_what_is_not_simulated(matched.route)
        context = self._context(matched, request, at)
        routed = self._function_call(call, matched, context)
        authorizer = matched.route.authorizer
        if authorizer is not None:
            asked = self._authorizer_call(authorizer, call, matched.route, context)
            if isinstance(asked, HttpAnswer):
                return asked
            routed = replace(routed, authorizer=asked)
        return checked_size(routed, call, ERRORS)

    def _context(
        self, matched: MatchedRoute[HttpApiRoute], request: str, at: datetime
    ) -> RequestContext:
        is_default = matched.route.key == DEFAULT
        return RequestContext.of_stage(
            self.arn,
            request=request,
            at=at,
            route_key=matched.route.key,
            path_parameters={} if is_default else matched.parameters,
            stage_variables=self.api.stages[self.stage],
        )

    def _function_call(
        self, call: HttpCall, matched: MatchedRoute[HttpApiRoute], context: RequestContext
    ) -> FunctionCall:
        route, source = matched.route, f"{self.arn}/{_permission(matched.route)}"

        def answer(payload: bytes) -> HttpAnswer:
            is_one = route.payload == "1.0"
            found = answer_v1(payload, decodes_base64=True) if is_one else answer_v2(payload)
            return with_cors(found, self.api.cors, call)

        return FunctionCall(
            function=with_stage_variables(route.function, self.api.stages[self.stage]),
            event=_event(call, context, route.payload),
            answer=answer,
            source=source,
            timeout=route.timeout,
        )

    def _authorizer_call(
        self,
        authorizer: LambdaAuthorizer,
        call: HttpCall,
        route: HttpApiRoute,
        context: RequestContext,
    ) -> AuthorizerCall | HttpAnswer:
        identity = authorizer.identity_of(call, context)
        if identity is None:
            return HTTP_ANSWERS.unauthorized
        arn = f"{self.arn}/{call.method}{call.path}"
        more: dict[str, Any] = {"identitySource": list(identity)}
        if authorizer.payload == "1.0":
            token = ",".join(identity)
            more = {"identitySource": token, "authorizationToken": token}
        event = request_event(_event(call, context, authorizer.payload), arn, **more)

        def shown(decision: dict[str, Any]) -> dict[str, Any]:
            if route.payload == "1.0":
                return decision
            return {"lambda": {k: v for k, v in decision.items() if k != "principalId"}}

        return authorizer_call(authorizer, event, arn, identity, HTTP_ANSWERS, shown)


def _event(call: HttpCall, context: RequestContext, payload: str) -> dict[str, Any]:
    """The event in that format."""
    if payload != "1.0":
        return event_v2(call, context)
    resource = context.route_key.rpartition(" ")[2]
    headers = tuple((name.lower(), value) for name, value in context.received_headers(call))
    event = event_v1(call, context, headers, resource, None, is_text=call.has_text)
    return {"version": "1.0", **event}


def match_http_route(
    routes: tuple[HttpApiRoute, ...], method: str, path: str
) -> MatchedRoute[HttpApiRoute] | None:
    """The route of the request; `$default` takes those without another."""
    named = [route for route in routes if route.key != DEFAULT]
    matched = match_route(named, method, path, slash_at_end_counts=True)
    if matched is not None:
        return matched
    default = next((route for route in routes if route.key == DEFAULT), None)
    return None if default is None else MatchedRoute(default, {})


def _permission(route: HttpApiRoute) -> str:
    """The part of the ARN that names the route."""
    if route.key == DEFAULT:
        return DEFAULT
    return f"{ALL if route.method == 'ANY' else route.method}{route.path}"


def _refuse_what_is_not_simulated(route: HttpApiRoute) -> None:
    found = ""
    if route.authorization != "NONE" and route.authorizer is None:
        found = f"the authorizer {route.authorization} of {route.key}"
    elif not route.function:
        found = f"the integration {route.integration or 'none'} of {route.key}"
    if found:
        expected = "a route with a Lambda proxy integration, and no authorizer but one of Lambda"
        raise UsageError(expected, found, "call another, or test that one on AWS")
