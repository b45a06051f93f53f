"""Format 2.0: the event of function URLs and HTTP APIs, and the answer to the client.

[Lambda developer guide: urls-invocation; API Gateway developer guide:
http-api-develop-integrations-lambda]
"""

import json
from collections.abc import Iterable
from typing import Any

from wavetank.core.http_call import JSON_TYPE, SOURCE_ADDRESS, HttpAnswer, HttpCall, answer_of
from wavetank.emulator.http_entries.payload import (
    MalformedAnswerError,
    RequestContext,
    event_body,
    function_answer,
    header_table,
    header_value,
    returned_value,
)

COOKIE = "cookie"


def event_v2(call: HttpCall, context: RequestContext) -> dict[str, Any]:
    """The event; what the request does not have is left out."""
    path = context.stage_path(call.path)
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": context.route_key,
        "rawPath": path,
        "rawQueryString": call.query,
        "headers": _joined(
            (name.lower(), value)
            for name, value in context.received_headers(call)
            if name.lower() != COOKIE
        ),
        "requestContext": _request_context(call, context, path),
        "isBase64Encoded": False,
    }
    sent = [value for name, value in call.headers if name.lower() == COOKIE]
    optional = {
        "cookies": [part.strip() for each in sent for part in each.split(";") if part.strip()],
        "queryStringParameters": _joined(call.parameters),
        "pathParameters": dict(context.path_parameters),
        "stageVariables": dict(context.stage_variables),
    }
    event |= {name: value for name, value in optional.items() if value}
    if call.body:
        event |= event_body(call.body, is_text=call.has_text)
    return event


def answer_v2(payload: bytes) -> HttpAnswer:
    """The answer; a value without a status code is the body of a success: a text, or else JSON.

    Raises:
        MalformedAnswerError: a part of it has another type than AWS expects.
    """
    value = returned_value(payload)
    if not isinstance(value, dict) or "statusCode" not in value:
        text = value if isinstance(value, str) else _json(value)
        return answer_of(200, [("Content-Type", JSON_TYPE)], text.encode())
    headers = [
        (name, header_value(each)) for name, each in header_table(value.get("headers")).items()
    ]
    cookies = value.get("cookies") or []
    if not isinstance(cookies, list):
        raise MalformedAnswerError("cookies")
    return function_answer(value, (*headers, *(("Set-Cookie", str(each)) for each in cookies)))


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Several values of one name are joined by commas."""
    values: dict[str, str] = {}
    for name, value in pairs:
        values[name] = f"{values[name]},{value}" if name in values else value
    return values


def _request_context(call: HttpCall, context: RequestContext, path: str) -> dict[str, Any]:
    return context.common_fields() | {
        "http": {
            "method": call.method,
            "path": path,
            "protocol": "HTTP/1.1",
            "sourceIp": SOURCE_ADDRESS,
            "userAgent": call.header("User-Agent"),
        },
        "routeKey": context.route_key,
        "time": context.time,
        "timeEpoch": context.epoch_milliseconds,
    }
