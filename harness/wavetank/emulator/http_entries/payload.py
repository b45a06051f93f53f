"""What both formats of events and of functions' answers have in common.

[Lambda developer guide: urls-invocation; API Gateway developer guide:
set-up-lambda-proxy-integrations, http-api-develop-integrations-lambda]
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from wavetank.core.http_call import (
    JSON_TYPE,
    SOURCE_ADDRESS,
    HeaderList,
    HttpAnswer,
    HttpCall,
    answer_of,
)

DEFAULT_STAGE = "$default"
"""Of HTTP APIs and function URLs; its name is not in the path of a request."""
MILLISECONDS = 1000
TRACE_DIGITS = 24


class MalformedAnswerError(ValueError):
    """The function returned something that is not an answer."""


class NotBase64Error(MalformedAnswerError):
    """The body of a function's answer is not the Base64 that the answer says it is."""


@dataclass(frozen=True, kw_only=True)
class RequestContext:
    """What an event says of the API and of the request."""

    api_id: str
    domain: str
    account: str
    request: str
    at: datetime
    stage: str = DEFAULT_STAGE
    route_key: str = DEFAULT_STAGE
    path_parameters: Mapping[str, str] = field(default_factory=dict)
    stage_variables: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_stage(cls, arn: str, **more: Any) -> Self:
        """The context of a request to a stage: `arn:aws:execute-api:REGION:ACCOUNT:API/STAGE`."""
        _, _, _, region, account, name = arn.split(":")
        api, _, stage = name.partition("/")
        domain = f"{api}.execute-api.{region}.amazonaws.com"
        return cls(api_id=api, domain=domain, account=account, stage=stage, **more)

    @property
    def epoch_milliseconds(self) -> int:
        """When the request was received."""
        return int(self.at.timestamp() * MILLISECONDS)

    def stage_path(self, path: str) -> str:
        """The path with the stage, as the client sent it."""
        return path if self.stage == DEFAULT_STAGE else f"/{self.stage}{path}"

    def received_headers(self, call: HttpCall) -> HeaderList:
        """The request's headers as they reach a function: AWS adds those of its proxies."""
        trace = self.request.replace("-", "")[:TRACE_DIGITS]
        added = {
            "Host": self.domain,
            "X-Amzn-Trace-Id": f"Root=1-{int(self.at.timestamp()):08x}-{trace}",
            "X-Forwarded-For": SOURCE_ADDRESS,
            "X-Forwarded-Port": "443",
            "X-Forwarded-Proto": "https",
        }
        given = {name.lower() for name, _ in call.headers}
        more = tuple((name, value) for name, value in added.items() if name.lower() not in given)
        return call.headers + more

    def common_fields(self) -> dict[str, Any]:
        """The fields of an event's `requestContext` that both formats have."""
        return {
            "accountId": self.account,
            "apiId": self.api_id,
            "domainName": self.domain,
            "domainPrefix": self.domain.partition(".")[0],
            "requestId": self.request,
            "stage": self.stage,
        }

    @property
    def time(self) -> str:
        """When the request was received, as log files of web servers write it."""
        return self.at.strftime("%d/%b/%Y:%H:%M:%S +0000")


def event_body(body: bytes, *, is_text: bool) -> dict[str, Any]:
    """The body in an event: as text, or in Base64."""
    if is_text:
        return {"body": body.decode(errors="replace"), "isBase64Encoded": False}
    return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}


def returned_value(payload: bytes) -> Any:
    """The value that the function returned.

    Raises:
        MalformedAnswerError: it is not JSON.
    """
    try:
        return json.loads(payload or b"null")
    except ValueError as error:
        raise MalformedAnswerError(str(error)) from error


def function_answer(value: Mapping[str, Any], headers: HeaderList) -> HttpAnswer:
    """The answer of a function with these headers, in JSON if they do not say otherwise.

    Raises:
        MalformedAnswerError: its status code or its body has another type than AWS expects.
    """
    if "content-type" not in {name.lower() for name, _ in headers}:
        headers = (("Content-Type", JSON_TYPE), *headers)
    return answer_of(_status(value), headers, _body(value))


def header_table(value: Any) -> dict[str, Any]:
    """The headers of a function's answer, none if it is null.

    Raises:
        MalformedAnswerError: it is not an object.
    """
    if not isinstance(value, dict | None):
        raise MalformedAnswerError("headers")
    return value or {}


def header_value(value: Any) -> str:
    """The text of a header of a function's answer.

    Raises:
        MalformedAnswerError: it is a list, an object or null.
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    raise MalformedAnswerError("headers")


def _status(value: Mapping[str, Any]) -> int:
    status = value.get("statusCode", 200)
    if isinstance(status, str) and status.isdecimal():
        status = int(status)
    if not isinstance(status, int) or isinstance(status, bool) or not 100 <= status <= 599:  # noqa: PLR2004 - HTTP's status codes
        raise MalformedAnswerError("statusCode")
    return status


def _body(value: Mapping[str, Any]) -> bytes:
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
        raise NotBase64Error("body") from error
