"""Format 1.0: the event of REST APIs with a Lambda proxy integration, and the answer.

[API Gateway developer guide: set-up-lambda-proxy-integrations, api-gateway-payload-encodings]
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from wavetank.core.http_call import (
    JSON_TYPE,
    SOURCE_ADDRESS,
    HttpAnswer,
    HttpCall,
    answer_of,
    received_headers,
)
from wavetank.emulator.http_entries.payload_v2 import (
    MILLISECONDS,
    MalformedAnswerError,
    RequestContext,
    answer_body,
    answer_status,
    event_body,
)

ANSWER_FIELDS = frozenset({"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"})


def event_v1(
    call: HttpCall, context: RequestContext, resource: str, resource_id: str, *, is_text: bool
) -> dict[str, Any]:
    """The event; what the request does not have is null. `resource` is the path of the route."""
    headers = received_headers(call, context.domain)
    parameters = call.parameters
    event: dict[str, Any] = {
        "resource": resource,
        "path": call.path,
        "httpMethod": call.method,
        "headers": dict(headers) or None,
        "multiValueHeaders": _lists(headers) or None,
        "queryStringParameters": dict(parameters) or None,
        "multiValueQueryStringParameters": _lists(parameters) or None,
        "pathParameters": dict(context.path_parameters) or None,
        "stageVariables": dict(context.stage_variables) or None,
        "requestContext": _request_context(call, context, resource, resource_id),
        "body": None,
        "isBase64Encoded": False,
    }
    return event | event_body(call.body, is_text=is_text) if call.body else event


def answer_v1(payload: bytes, *, decodes_base64: bool) -> HttpAnswer:
    """The answer; Base64 is decoded only if the API has a binary media type for the client.

    Raises:
        MalformedAnswerError: it is not an object, has other fields, or a part has another type.
    """
    try:
        value: Any = json.loads(payload or b"null")
    except ValueError as error:
        raise MalformedAnswerError(str(error)) from error
    if not isinstance(value, dict) or not value.keys() <= ANSWER_FIELDS:
        raise MalformedAnswerError("fields")
    headers = _answer_headers(value)
    if "content-type" not in {name.lower() for name, _ in headers}:
        headers = [("Content-Type", JSON_TYPE), *headers]
    encoded = bool(value.get("isBase64Encoded")) and decodes_base64
    return answer_of(
        answer_status(value), headers, answer_body({**value, "isBase64Encoded": encoded})
    )


def _answer_headers(value: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Those with several values replace those of the same name with one."""
    several = _table(value.get("multiValueHeaders"))
    found = [(name, _value(each)) for name, values in several.items() for each in _list(values)]
    known = {name.lower() for name in several}
    single = _table(value.get("headers"))
    return found + [
        (name, _value(each)) for name, each in single.items() if name.lower() not in known
    ]


def _table(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict | None):
        raise MalformedAnswerError("headers")
    return value or {}


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise MalformedAnswerError("multiValueHeaders")
    return value


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    raise MalformedAnswerError("headers")


def _lists(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


def _request_context(
    call: HttpCall, context: RequestContext, resource: str, resource_id: str
) -> dict[str, Any]:
    return {
        "accountId": context.account,
        "apiId": context.api_id,
        "domainName": context.domain,
        "domainPrefix": context.domain.partition(".")[0],
        "extendedRequestId": context.request,
        "httpMethod": call.method,
        "identity": {"sourceIp": SOURCE_ADDRESS, "userAgent": call.header("User-Agent")},
        "path": f"/{context.stage}{call.path}",
        "protocol": "HTTP/1.1",
        "requestId": context.request,
        "requestTime": context.at.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "requestTimeEpoch": int(context.at.timestamp() * MILLISECONDS),
        "resourceId": resource_id,
        "resourcePath": resource,
        "stage": context.stage,
    }
