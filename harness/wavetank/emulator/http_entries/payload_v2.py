"""Format 2.0: the event of function URLs and HTTP APIs, and the answer to the client.

[Lambda developer guide: urls-invocation; API Gateway developer guide:
http-api-develop-integrations-lambda]
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from wavetank.core.http_call import (
    JSON_TYPE,
    SOURCE_ADDRESS,
    HttpAnswer,
    HttpCall,
    answer_of,
    received_headers,
)

COOKIE = "cookie"
MILLISECONDS = 1000


class MalformedAnswerError(ValueError):
    """The function returned something that is not an answer."""


@dataclass(frozen=True, kw_only=True)
class RequestContext:
    """What an event says of the API and of the request."""

    api_id: str
    domain: str
    account: str
    request: str
    at: datetime
    stage: str = "$default"
    route_key: str = "$default"
    path_parameters: Mapping[str, str] = field(default_factory=dict)
    stage_variables: Mapping[str, str] = field(default_factory=dict)


def event_v2(call: HttpCall, context: RequestContext) -> dict[str, Any]:
    """The event; what the request does not have is left out."""
    path = call.path if context.stage == "$default" else f"/{context.stage}{call.path}"
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": context.route_key,
        "rawPath": path,
        "rawQueryString": call.query,
        "headers": _joined(
            (name.lower(), value)
            for name, value in received_headers(call, context.domain)
            if name.lower() != COOKIE
        ),
        "requestContext": _request_context(call, context, path),
        "isBase64Encoded": False,
    }
    cookies = [part.strip() for part in call.header(COOKIE).split(";") if part.strip()]
    optional = {
        "cookies": cookies,
        "queryStringParameters": _joined(call.parameters),
        "pathParameters": dict(context.path_parameters),
        "stageVariables": dict(context.stage_variables),
    }
    event |= {name: value for name, value in optional.items() if value}
    if call.body:
        event |= event_body(call.body, is_text=call.has_text)
    return event


def event_body(body: bytes, *, is_text: bool) -> dict[str, Any]:
    """The body in an event: as text, or in Base64."""
    if is_text:
        return {"body": body.decode(errors="replace"), "isBase64Encoded": False}
    return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}


def answer_v2(payload: bytes) -> HttpAnswer:
    """The answer; a value without a status code is the body of a success, as JSON.

    Raises:
        MalformedAnswerError: a part of it has another type than AWS expects.
    """
    try:
        value: Any = json.loads(payload or b"null")
    except ValueError as error:
        raise MalformedAnswerError(str(error)) from error
    if not isinstance(value, dict) or "statusCode" not in value:
        text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
        return answer_of(200, [("Content-Type", JSON_TYPE)], text.encode())
    headers = _headers(value.get("headers"))
    if "content-type" not in {name.lower() for name, _ in headers}:
        headers = [("Content-Type", JSON_TYPE), *headers]
    cookies = value.get("cookies") or []
    if not isinstance(cookies, list):
        raise MalformedAnswerError("cookies")
    headers += [("Set-Cookie", str(cookie)) for cookie in cookies]
    return answer_of(answer_status(value), headers, answer_body(value))


def answer_status(value: Mapping[str, Any]) -> int:
    """The status code of a function's answer.

    Raises:
        MalformedAnswerError: it is not one.
    """
    status = value.get("statusCode", 200)
    if isinstance(status, str) and status.isdecimal():
        status = int(status)
    if not isinstance(status, int) or isinstance(status, bool) or not 100 <= status <= 599:  # noqa: PLR2004 - HTTP's status codes
        raise MalformedAnswerError("statusCode")
    return status


def answer_body(value: Mapping[str, Any]) -> bytes:
    """The body of a function's answer, decoded if it is in Base64.

    Raises:
        MalformedAnswerError: it is not text, or not in Base64.
    """
    body = value.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise MalformedAnswerError("body")
    if not value.get("isBase64Encoded"):
        return body.encode()
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise MalformedAnswerError("body") from error


def _headers(value: Any) -> list[tuple[str, str]]:
    if value is None:
        return []
    if not isinstance(value, dict):
        raise MalformedAnswerError("headers")
    return [(name, _header(entry)) for name, entry in value.items()]


def _header(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    raise MalformedAnswerError("headers")


def _joined(pairs: Any) -> dict[str, str]:
    """Several values of one name are joined by commas."""
    values: dict[str, str] = {}
    for name, value in pairs:
        values[name] = f"{values[name]},{value}" if name in values else value
    return values


def _request_context(call: HttpCall, context: RequestContext, path: str) -> dict[str, Any]:
    return {
        "accountId": context.account,
        "apiId": context.api_id,
        "domainName": context.domain,
        "domainPrefix": context.domain.partition(".")[0],
        "http": {
            "method": call.method,
            "path": path,
            "protocol": "HTTP/1.1",
            "sourceIp": SOURCE_ADDRESS,
            "userAgent": call.header("User-Agent"),
        },
        "requestId": context.request,
        "routeKey": context.route_key,
        "stage": context.stage,
        "time": context.at.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "timeEpoch": int(context.at.timestamp() * MILLISECONDS),
    }
