"""REST APIs: stages, methods, Lambda proxy integrations and mock integrations.

[API Gateway developer guide: set-up-lambda-proxy-integrations, how-to-mock-integration,
api-gateway-error-codes; Lambda developer guide: services-apigateway-errors]
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from wavetank.core.errors import UsageError
from wavetank.core.http_call import (
    JSON_TYPE,
    HttpAnswer,
    HttpCall,
    answer_of,
    json_answer,
)
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
from wavetank.emulator.http_entries.payload import NotBase64Error, RequestContext
from wavetank.emulator.http_entries.payload_v1 import answer_v1, event_v1
from wavetank.emulator.http_entries.routes import match_route, with_stage_variables

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
HEADER = "method.response.header."
ALL_TYPES = "*/*"
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
        method = matched.route
        self._refuse_authorization(method)
        match method.integration.get("type"):
            case "AWS_PROXY":
                context = self._context(matched.parameters, request, at)
                routed = self._function_call(call, method, context)
                asked = self._authorizer_call(call, method, routed.event, context)
                if isinstance(asked, HttpAnswer):
                    return asked
                return checked_size(replace(routed, authorizer=asked), call, ERRORS)
            case "MOCK":
                return _mock_answer(method)
        raise _refusal(method, f"the integration {method.integration.get('type')}")

    def _context(self, parameters: Mapping[str, str], request: str, at: datetime) -> RequestContext:
        return RequestContext.of_stage(
            self.arn,
            request=request,
            at=at,
            path_parameters=parameters,
            stage_variables=self.variables,
        )

    def _function_call(
        self, call: HttpCall, method: RestMethod, context: RequestContext
    ) -> FunctionCall:
        accepted, _, _ = call.header("Accept").partition(",")
        decodes, is_binary = self._is_binary(accepted), self._is_binary(call.header("Content-Type"))
        function, source = self._function(method), f"{self.arn}/{call.method}{method.path}"
        return FunctionCall(
            function=function,
            event=event_v1(
                call,
                context,
                tuple(
                    (name, value)
                    for name, value in context.received_headers(call)
                    if name.lower() not in DROPPED_HEADERS
                ),
                method.path,
                method.resource_id,
                is_text=not is_binary,
            ),
            answer=lambda payload: _answer(payload, decodes_base64=decodes),
            source=source,
            timeout=timedelta(milliseconds=method.integration.get("timeoutInMillis", 29_000)),
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
        arn = f"{self.arn}/{call.method}{call.path}"
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

    def _refuse_authorization(self, method: RestMethod) -> None:
        has_lambda = method.authorizer is not None and method.integration.get("type") == "AWS_PROXY"
        if method.authorization != "NONE" and not has_lambda:
            raise _refusal(method, f"the authorization {method.authorization}")
        if method.needs_api_key:
            raise _refusal(method, "the API key")


def _refusal(method: RestMethod, what: str) -> UsageError:
    return UsageError(
        "a method with a Lambda proxy integration, and no authorizer but one of Lambda, or a mock",
        f"{what} of {method.method} {method.path}",
        "call another, or test that one on AWS",
    )


def _answer(payload: bytes, *, decodes_base64: bool) -> HttpAnswer:
    """The answer of the function; a body that cannot be decoded is an error of the API itself."""
    try:
        return answer_v1(payload, decodes_base64=decodes_base64)
    except NotBase64Error:
        return json_answer(500, INTERNAL)


def _mock_answer(method: RestMethod) -> HttpAnswer:
    """The answer of a mock: its request template chooses the status.

    Raises:
        UsageError: its response has a template that is to be evaluated.
    """
    requests = method.integration.get("requestTemplates", {})
    found = STATUS.search(requests.get(JSON_TYPE, ""))
    responses = method.integration.get("integrationResponses", {})
    status = found[1] if found else next(iter(responses), "500")
    response = responses.get(status)
    if response is None:
        return json_answer(500, INTERNAL)
    headers = [("Content-Type", JSON_TYPE)]
    for name, value in response.get("responseParameters", {}).items():
        if name.startswith(HEADER) and value.startswith("'"):
            headers.append((name.removeprefix(HEADER), value.strip("'")))
    body = response.get("responseTemplates", {}).get(JSON_TYPE) or ""
    if "$" in body or "#" in body:
        raise _refusal(method, f"the response template {json.dumps(body)}")
    return answer_of(int(status), headers, body.strip().encode())
