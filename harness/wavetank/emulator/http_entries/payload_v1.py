"""Format 1.0: the event of REST APIs with a Lambda proxy integration, and the answer.

[API Gateway developer guide: set-up-lambda-proxy-integrations, api-gateway-payload-encodings,
http-api-develop-integrations-lambda]
"""

from collections.abc import Iterable, Mapping
from typing import Any

from wavetank.core.http_call import SOURCE_ADDRESS, HeaderList, HttpAnswer, HttpCall
from wavetank.emulator.http_entries.payload import (
    MalformedAnswerError,
    RequestContext,
    event_body,
    function_answer,
    header_table,
    header_value,
    returned_value,
)

ANSWER_FIELDS = frozenset({"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"})
UNKNOWN_IDENTITY = dict.fromkeys(
    (
        "accessKey",
        "accountId",
        "caller",
        "cognitoAuthenticationProvider",
        "cognitoAuthenticationType",
        "cognitoIdentityId",
        "cognitoIdentityPoolId",
        "principalOrgId",
        "user",
        "userArn",
    )
)
"""What a request without credentials does not say of its sender."""


def event_v1(
    call: HttpCall,
    context: RequestContext,
    headers: HeaderList,
    resource: str,
    resource_id: str | None,
    *,
    is_text: bool,
) -> dict[str, Any]:
    """The event with these headers; what the request does not have is null.

    `resource` is the path of the route.
    """
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
    value = returned_value(payload)
    if not isinstance(value, dict) or not value.keys() <= ANSWER_FIELDS:
        raise MalformedAnswerError("fields")
    encoded = bool(value.get("isBase64Encoded")) and decodes_base64
    return function_answer({**value, "isBase64Encoded": encoded}, _answer_headers(value))


def _answer_headers(value: Mapping[str, Any]) -> HeaderList:
    """Those with several values replace those of the same name with one."""
    several = header_table(value.get("multiValueHeaders"))
    found = [
        (name, header_value(each)) for name, values in several.items() for each in _list(values)
    ]
    known = {name.lower() for name in several}
    single = header_table(value.get("headers")).items()
    return (
        *found,
        *((name, header_value(each)) for name, each in single if name.lower() not in known),
    )


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise MalformedAnswerError("multiValueHeaders")
    return value


def _lists(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


def _request_context(
    call: HttpCall, context: RequestContext, resource: str, resource_id: str | None
) -> dict[str, Any]:
    sender = {"sourceIp": SOURCE_ADDRESS, "userAgent": call.header("User-Agent") or None}
    return context.common_fields() | {
        "extendedRequestId": context.request,
        "httpMethod": call.method,
        "identity": UNKNOWN_IDENTITY | sender,
        "path": context.stage_path(call.path),
        "protocol": "HTTP/1.1",
        "requestTime": context.time,
        "requestTimeEpoch": context.epoch_milliseconds,
        "resourceId": resource_id,
        "resourcePath": resource,
    }
