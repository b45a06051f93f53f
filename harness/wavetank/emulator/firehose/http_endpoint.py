"""Delivers batches to an HTTP endpoint: builds the request, interprets the response.

[Amazon Data Firehose developer guide: httpdeliveryrequestresponse, http_troubleshooting]
"""

import base64
import gzip
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wavetank.emulator.firehose.buffer import Batch
from wavetank.emulator.firehose.http_settings import HttpSettings
from wavetank.emulator.firehose.stream_id import StreamId

PROTOCOL_VERSION = "1.0"
OK, TOO_LARGE = 200, 413
SHOWN_CHARACTERS = 1000
REQUEST_NAMESPACE = uuid.UUID("5a0c7c3e-6a53-4c5d-9a8e-2f1a7f0a8b1d")


class EndpointError(Exception):
    """An HTTP endpoint refused a request; `is_final`: the request must not be repeated."""

    def __init__(self, code: str, message: str, *, is_final: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.is_final = is_final


@dataclass(frozen=True, kw_only=True)
class EndpointRequest:
    """A request to an HTTP endpoint; all attempts at one batch have the same `id`."""

    id: str
    headers: Mapping[str, str]
    body: bytes


def request_id(stream: StreamId, batch: Batch) -> str:
    """The id of all requests with the batch."""
    what = f"{stream.arn} {batch.oldest.isoformat()} {list(batch.numbers)[:1]} {batch.count}"
    return str(uuid.uuid5(REQUEST_NAMESPACE, what))


def endpoint_request(
    settings: HttpSettings, stream: StreamId, batch: Batch, now: datetime
) -> EndpointRequest:
    """The request that delivers the batch."""
    identifier = request_id(stream, batch)
    records = [{"data": base64.b64encode(data).decode()} for data in batch.records]
    content = {
        "requestId": identifier,
        "timestamp": round(now.timestamp() * 1000),
        "records": records,
    }
    body = json.dumps(content).encode()
    headers = {
        "Content-Type": "application/json",
        "X-Amz-Firehose-Protocol-Version": PROTOCOL_VERSION,
        "X-Amz-Firehose-Request-Id": identifier,
        "X-Amz-Firehose-Source-Arn": stream.arn,
        **_optional_headers(settings),
    }
    if settings.is_compressed:
        body = gzip.compress(body, mtime=0)
    return EndpointRequest(id=identifier, headers=headers, body=body)


def _optional_headers(settings: HttpSettings) -> dict[str, str]:
    headers: dict[str, str] = {}
    if settings.access_key:
        headers["X-Amz-Firehose-Access-Key"] = settings.access_key
    if settings.attributes:
        attributes = {"commonAttributes": dict(settings.attributes)}
        headers["X-Amz-Firehose-Common-Attributes"] = json.dumps(attributes)
    if settings.is_compressed:
        headers["Content-Encoding"] = "gzip"
    return headers


def check_answer(request: EndpointRequest, status: int, content_type: str, body: bytes) -> None:
    """Check that the endpoint has accepted the request.

    Raises:
        EndpointError: it has not, or its answer does not have the required form.
    """
    if status != OK:
        shown = body.decode(errors="replace")[:SHOWN_CHARACTERS]
        message = (
            f"The following response was received from the endpoint destination. {status}: {shown}"
        )
        raise EndpointError(
            "HttpEndpoint.DestinationException", message, is_final=status == TOO_LARGE
        )
    if problem := _problem(request, content_type, body):
        message = f"The response received from the specified endpoint is invalid: {problem}"
        raise EndpointError("HttpEndpoint.InvalidResponseFromDestination", message)


def _problem(request: EndpointRequest, content_type: str, body: bytes) -> str | None:
    if content_type.partition(";")[0].strip().lower() != "application/json":
        return f"its Content-Type is {content_type!r}, not application/json"
    try:
        content: Any = json.loads(body)
    except (ValueError, RecursionError):
        return "its body is not JSON"
    if not isinstance(content, dict) or content.get("requestId") != request.id:
        return "its requestId is not that of the request"
    timestamp = content.get("timestamp")
    if not isinstance(timestamp, int) or isinstance(timestamp, bool):
        return "its timestamp is not a number of milliseconds"
    return None
