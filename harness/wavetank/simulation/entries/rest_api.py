"""REST APIs: stages, methods, Lambda proxy integrations and mock integrations.

[API Gateway developer guide: set-up-lambda-proxy-integrations, how-to-mock-integration,
api-gateway-error-codes; Lambda developer guide: services-apigateway-errors]
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
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
from wavetank.emulator.http_entries.entry import EntryErrors, FunctionCall
from wavetank.emulator.http_entries.payload import RequestContext
from wavetank.emulator.http_entries.payload_v1 import answer_v1, event_v1
from wavetank.emulator.http_entries.routes import match_route

INTERNAL = {"message": "Internal server error"}
ERRORS = EntryErrors(
    forbidden=json_answer(500, INTERNAL),
    failed=json_answer(502, INTERNAL),
    malformed=json_answer(502, INTERNAL),
    rejected=json_answer(500, INTERNAL),
    timed_out=json_answer(504, {"message": "Endpoint request timed out"}),
)
NO_ROUTE = json_answer(403, {"message": "Missing Authentication Token"})
FUNCTION = re.compile(r".*/functions/(?P<function>[^/]+)/invocations")
STAGE_VARIABLE = re.compile(r"\$\{stageVariables\.(\w+)\}")
STATUS = re.compile(r"""["']?statusCode["']?\s*:\s*(\d{3})""")
HEADER = "method.response.header."
ALL_TYPES = "*/*"


@dataclass(frozen=True, kw_only=True)
class RestMethod:
    """A method of a resource, and its integration as the API returns it."""

    method: str
    path: str
    resource_id: str
    authorization: str
    integration: Mapping[str, Any]


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
        matched = match_route(self.methods, call.method, call.path)
        if matched is None:
            return NO_ROUTE
        method = matched.route
        self._refuse_authorization(method)
        match method.integration.get("type"):
            case "AWS_PROXY":
                return self._function_call(
                    call, method, self._context(matched.parameters, request, at)
                )
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
        kind = call.header("Content-Type").partition(";")[0].strip()
        decodes = ALL_TYPES in self.binary_types or call.header("Accept") in self.binary_types
        is_text = ALL_TYPES not in self.binary_types and kind not in self.binary_types
        function, source = self._function(method), f"{self.arn}/{call.method}{method.path}"
        return FunctionCall(
            function=function,
            event=event_v1(
                call,
                context,
                context.received_headers(call),
                method.path,
                method.resource_id,
                is_text=is_text,
            ),
            answer=lambda payload: answer_v1(payload, decodes_base64=decodes),
            source=source,
            timeout=timedelta(milliseconds=method.integration.get("timeoutInMillis", 29_000)),
        )

    def _function(self, method: RestMethod) -> str:
        uri = STAGE_VARIABLE.sub(
            lambda found: self.variables.get(found[1], ""), str(method.integration.get("uri"))
        )
        matched = FUNCTION.fullmatch(uri)
        if matched is None:
            raise _refusal(method, f"the integration of {uri}")
        return matched["function"]

    def _refuse_authorization(self, method: RestMethod) -> None:
        if method.authorization != "NONE":
            raise _refusal(method, f"the authorization {method.authorization}")


def _refusal(method: RestMethod, what: str) -> UsageError:
    return UsageError(
        "a method with a Lambda proxy integration or a mock, and without an authorizer",
        f"{what} of {method.method} {method.path}",
        "call another, or test that one on AWS",
    )


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
