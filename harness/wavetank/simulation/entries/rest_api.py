"""REST APIs: stages, methods, integrations of functions and mock integrations.

[API Gateway developer guide: set-up-lambda-proxy-integrations, set-up-lambda-custom-integrations,
how-to-mock-integration, api-gateway-error-codes; Lambda developer guide:
services-apigateway-errors]
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from wavetank.core.errors import UsageError
from wavetank.core.http_call import HttpAnswer, HttpCall, json_answer
from wavetank.emulator.http_entries.authorizers import (
    REST_ANSWERS,
    AuthorizerCall,
    LambdaAuthorizer,
    as_texts,
    authorizer_call,
    request_event,
    token_event,
)
from wavetank.emulator.http_entries.entry import (
    API_BODY_BYTES_MAX,
    EntryErrors,
    FunctionCall,
    checked_size,
)
from wavetank.emulator.http_entries.mapping_templates import MappedRequest
from wavetank.emulator.http_entries.payload import NotBase64Error, RequestContext
from wavetank.emulator.http_entries.payload_v1 import answer_v1, event_v1
from wavetank.emulator.http_entries.request_checks import (
    FORBIDDEN,
    ApiKeys,
    ApiPolicy,
    RequestValidator,
)
from wavetank.emulator.http_entries.routes import (
    MatchedRoute,
    match_route,
    with_stage_variables,
)

INTERNAL = {"message": "Internal server error"}
ERRORS = EntryErrors(
    forbidden=json_answer(500, INTERNAL),
    failed=json_answer(502, INTERNAL),
    malformed=json_answer(502, INTERNAL),
    rejected=json_answer(500, INTERNAL),
    timed_out=json_answer(504, {"message": "Endpoint request timed out"}),
    too_large=json_answer(413, {"message": "Request Too Long"}),
)
NO_ROUTE = json_answer(403, {"message": "Missing Authentication Token"})
FUNCTION = re.compile(r".*/functions/(?P<function>[^/]+)/invocations")
STATUS = re.compile(r"""["']?statusCode["']?\s*:\s*(\d{3})""")
KEY_IN_HEADER = "HEADER"
NO_VALIDATOR, NO_KEYS = RequestValidator(), ApiKeys()
ALL_TYPES = "*/*"
SIMULATED = frozenset({"AWS", "AWS_PROXY", "MOCK"})
"""Integrations; those of the type AWS with functions only."""
DROPPED_HEADERS = frozenset(
    """
    connection content-length content-md5 expect max-forwards proxy-authenticate server te trailer
    transfer-encoding upgrade www-authenticate
    """.split()  # noqa: SIM905 - twelve words on twelve lines are no clearer
)
"""Headers of a request that do not reach a function. [api-gateway-known-issues]"""


@dataclass(frozen=True, kw_only=True)
class RestMethod:
    """A method of a resource, and its integration as the API returns it."""

    method: str
    path: str
    resource_id: str
    authorization: str
    needs_api_key: bool
    integration: Mapping[str, Any]
    authorizer: LambdaAuthorizer | None = None
    validator: RequestValidator = NO_VALIDATOR

    @property
    def integration_type(self) -> str:
        """AWS_PROXY, AWS, MOCK or another."""
        return str(self.integration.get("type"))


@dataclass(frozen=True, kw_only=True)
class RestApi:
    """One stage of a REST API."""

    id: str
    arn: str
    """The ARN of the stage, for permissions: `arn:aws:execute-api:REGION:ACCOUNT:API/STAGE`."""
    stage: str
    methods: tuple[RestMethod, ...]
    binary_types: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    policy: ApiPolicy | None = None
    keys: ApiKeys = NO_KEYS
    key_source: str = KEY_IN_HEADER

    @property
    def errors(self) -> EntryErrors:
        """API Gateway's answers to requests that fail before, in or after the function."""
        return ERRORS

    def route(self, call: HttpCall, request: str, at: datetime) -> FunctionCall | HttpAnswer:
        """Invoke the function of the most specific method, or answer as its mock does.

        Raises:
            UsageError: the method needs an authorizer or an integration that is not simulated.
        """
        if len(call.body) > API_BODY_BYTES_MAX:
            return ERRORS.too_large
        matched = match_route(self.methods, call.method, call.path)
        if matched is None:
            return NO_ROUTE
        self._refuse_unknown(matched.route)
        if self.policy is not None:
            denied = self.policy.refusal(self._request_arn(call), call, at)
            if denied is not None:
                return denied
        return self._routed(call, matched, self._context(matched.parameters, request, at))

    def _routed(
        self, call: HttpCall, matched: MatchedRoute[RestMethod], context: RequestContext
    ) -> FunctionCall | HttpAnswer:
        """What the method does with a request that the API's policy allows."""
        method = matched.route
        event = self._event(call, method, context)
        refusal = self._refusal(call, matched, event)
        asked = self._authorizer_call(call, method, event, context)
        if isinstance(asked, HttpAnswer):
            return asked
        if refusal is not None and asked is None:
            return refusal
        if method.integration_type == "AWS_PROXY":
            routed = self._proxy_call(call, method, event)
        else:
            mapped = self._mapped_call(call, method, event)
            if isinstance(mapped, HttpAnswer):
                return mapped
            routed = mapped
        return checked_size(replace(routed, authorizer=asked, refusal=refusal), call, ERRORS)

    def _refusal(
        self, call: HttpCall, matched: MatchedRoute[RestMethod], event: dict[str, Any]
    ) -> HttpAnswer | None:
        """The answer to a request without a valid key or a valid body; None if it is valid.

        The event gets the identity of the key.
        """
        method = matched.route
        if method.needs_api_key:
            identity = self.keys.identity(call)
            if identity is None:
                return FORBIDDEN
            event["requestContext"]["identity"] |= identity
        return method.validator.refusal(call, matched.parameters)

    def _context(self, parameters: Mapping[str, str], request: str, at: datetime) -> RequestContext:
        return RequestContext.of_stage(
            self.arn,
            request=request,
            at=at,
            path_parameters=parameters,
            stage_variables=self.variables,
        )

    def _request_arn(self, call: HttpCall) -> str:
        return f"{self.arn}/{call.method}{call.path}"

    def _event(self, call: HttpCall, method: RestMethod, context: RequestContext) -> dict[str, Any]:
        headers = tuple(
            (name, value)
            for name, value in context.received_headers(call)
            if name.lower() not in DROPPED_HEADERS
        )
        is_text = not self._is_binary(call.header("Content-Type"))
        return event_v1(call, context, headers, method.path, method.resource_id, is_text=is_text)

    def _proxy_call(
        self, call: HttpCall, method: RestMethod, event: dict[str, Any]
    ) -> FunctionCall:
        accepted, _, _ = call.header("Accept").partition(",")
        decodes = self._is_binary(accepted)
        return self._function_call(
            call, method, event, lambda payload: _answer(payload, decodes_base64=decodes)
        )

    def _function_call(
        self,
        call: HttpCall,
        method: RestMethod,
        event: Any,
        answer: Callable[[bytes], HttpAnswer],
    ) -> FunctionCall:
        return FunctionCall(
            function=self._function(method),
            event=event,
            answer=answer,
            source=f"{self.arn}/{call.method}{method.path}",
            timeout=timedelta(milliseconds=method.integration.get("timeoutInMillis", 29_000)),
        )

    def _mapped_call(
        self, call: HttpCall, method: RestMethod, event: Mapping[str, Any]
    ) -> FunctionCall | HttpAnswer:
        """The function of an integration with mapping templates, or the answer of a mock."""
        mapped = MappedRequest(method.integration, event)
        for what in mapped.unsupported():
            raise _refusal(method, what)
        body = mapped.body(call)
        if isinstance(body, HttpAnswer):
            return body
        if method.integration_type == "MOCK":
            found = STATUS.search(body)
            return mapped.answer(found[1] if found else "", "")
        try:
            given = json.loads(body or "{}")
        except ValueError:
            return ERRORS.forbidden  # Lambda refuses the invocation, which is 500
        routed = self._function_call(
            call, method, given, lambda payload: mapped.answer("", payload.decode())
        )
        return replace(
            routed, failed=lambda payload: mapped.answer(_error_message(payload), payload.decode())
        )

    def _authorizer_call(
        self,
        call: HttpCall,
        method: RestMethod,
        event: Mapping[str, Any],
        context: RequestContext,
    ) -> AuthorizerCall | HttpAnswer | None:
        authorizer = method.authorizer
        if authorizer is None:
            return None
        identity = authorizer.identity_of(call, context)
        if identity is None:
            return REST_ANSWERS.unauthorized
        arn = self._request_arn(call)
        if authorizer.is_token:
            asked = token_event("".join(identity), arn)
        else:
            asked = request_event(event, arn)
        return authorizer_call(authorizer, asked, arn, identity, REST_ANSWERS, as_texts)

    def _is_binary(self, media_type: str) -> bool:
        """Whether the API treats the type, without its parameters, as binary."""
        kind = media_type.partition(";")[0].strip().lower()
        wildcard = f"{kind.partition('/')[0]}/*"
        return bool({kind, wildcard, ALL_TYPES} & {each.lower() for each in self.binary_types})

    def _function(self, method: RestMethod) -> str:
        uri = with_stage_variables(str(method.integration.get("uri")), self.variables)
        matched = FUNCTION.fullmatch(uri)
        if matched is None:
            raise _refusal(method, f"the integration of {uri}")
        return matched["function"]

    def _refuse_unknown(self, method: RestMethod) -> None:
        """Refuse a method that is not simulated as it is on AWS."""
        if method.integration_type not in SIMULATED:
            raise _refusal(method, f"the integration {method.integration_type}")
        is_proxy = method.integration_type == "AWS_PROXY"
        if method.authorization != "NONE" and not (is_proxy and method.authorizer):
            raise _refusal(method, f"the authorization {method.authorization}")
        if method.authorizer is not None and self.policy is not None:
            raise _refusal(method, "the policy of the API beside the authorizer")
        if method.needs_api_key and self.key_source != KEY_IN_HEADER:
            raise _refusal(method, "the API key that an authorizer returns")


def _refusal(method: RestMethod, what: str) -> UsageError:
    return UsageError(
        "a method with a Lambda integration, and no authorizer but one of Lambda, or a mock",
        f"{what} of {method.method} {method.path}",
        "call another, or test that one on AWS",
    )


def _error_message(payload: bytes) -> str:
    """The message of the error that a function ended with, by which a response is chosen."""
    value = json.loads(payload)
    return str(value.get("errorMessage", "")) if isinstance(value, dict) else ""


def _answer(payload: bytes, *, decodes_base64: bool) -> HttpAnswer:
    """The answer of the function; a body that cannot be decoded is an error of the API itself."""
    try:
        return answer_v1(payload, decodes_base64=decodes_base64)
    except NotBase64Error:
        return json_answer(500, INTERNAL)
