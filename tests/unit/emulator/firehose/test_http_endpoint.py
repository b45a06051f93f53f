"""Requests to HTTP endpoints, and what their answers mean.

[Amazon Data Firehose developer guide: httpdeliveryrequestresponse]
"""

import base64
import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from localstack import config

from wavetank.emulator.firehose.buffer import Batch
from wavetank.emulator.firehose.http_endpoint import EndpointError, check_answer, endpoint_request
from wavetank.emulator.firehose.http_settings import HttpSettings, read_http_settings
from wavetank.emulator.firehose.processing_settings import SettingsError
from wavetank.emulator.firehose.stream_id import StreamId

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
ID = StreamId("123456789012", "eu-west-2", "a-stream")
BATCH = Batch(oldest=NOW, records=(b"one", b"two"), numbers=(3, 4))
URL = "https://localhost:8443/ingest"
JSON = "application/json"


def _settings(url: str = URL, **more: Any) -> HttpSettings:
    endpoint = {"Url": url, "AccessKey": "secret"}
    bucket = {"BucketARN": "arn:aws:s3:::bucket", "RoleARN": "role"}
    return read_http_settings(
        {"EndpointConfiguration": endpoint, "S3Configuration": bucket, **more}
    )


def test_all_attempts_at_a_batch_have_one_id() -> None:
    """So that the endpoint can tell a repeated request from a new one."""
    first = endpoint_request(_settings(), ID, BATCH, NOW)
    again = endpoint_request(_settings(), ID, BATCH, NOW + timedelta(seconds=5))
    other = endpoint_request(_settings(), ID, replace(BATCH, numbers=(5, 6)), NOW)
    assert first.id == again.id != other.id
    content = json.loads(first.body)
    assert content["requestId"] == first.headers["X-Amz-Firehose-Request-Id"] == first.id
    assert content["timestamp"] == NOW.timestamp() * 1000
    assert [base64.b64decode(record["data"]) for record in content["records"]] == [b"one", b"two"]
    assert first.headers["X-Amz-Firehose-Source-Arn"] == ID.arn
    assert "Content-Encoding" not in first.headers


def test_a_body_is_compressed_if_configured() -> None:
    """By the header, too."""
    settings = _settings(RequestConfiguration={"ContentEncoding": "GZIP"})
    request = endpoint_request(settings, ID, BATCH, NOW)
    assert request.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(request.body))["requestId"] == request.id


@pytest.mark.parametrize(
    ("status", "content_type", "change", "code"),
    [
        (200, JSON, {}, None),
        (200, "application/json; charset=utf-8", {}, None),
        (201, JSON, {}, "HttpEndpoint.DestinationException"),
        (500, JSON, {}, "HttpEndpoint.DestinationException"),
        (413, JSON, {}, "HttpEndpoint.DestinationException"),
        (200, "text/plain", {}, "HttpEndpoint.InvalidResponseFromDestination"),
        (200, JSON, {"requestId": "other"}, "HttpEndpoint.InvalidResponseFromDestination"),
        (200, JSON, {"timestamp": "now"}, "HttpEndpoint.InvalidResponseFromDestination"),
    ],
)
def test_only_a_200_in_the_documented_form_accepts_a_request(
    status: int, content_type: str, change: dict[str, Any], code: str | None
) -> None:
    """A 413 is final; anything else is tried again."""
    request = endpoint_request(_settings(), ID, BATCH, NOW)
    body = json.dumps({"requestId": request.id, "timestamp": 1, **change}).encode()
    if code is None:
        check_answer(request, status, content_type, body)
        return
    with pytest.raises(EndpointError) as refused:
        check_answer(request, status, content_type, body)
    assert (refused.value.code, refused.value.is_final) == (code, status == 413)


@pytest.mark.parametrize(
    ("url", "more", "message"),
    [
        ("https://example.com/", {}, "on another machine"),
        ("https://10.0.0.1/", {}, "on another machine"),
        ("ftp://localhost/", {}, "must match"),
        ("http://example.com\\@localhost/", {}, "neither user information"),
        ("http://localhost\\@example.com/", {}, "neither user information"),
        ("http://user:secret@localhost/", {}, "neither user information"),
        ("http://localhost/\r\nX: y", {}, "neither user information"),
        (" http://localhost/", {}, "no URL|must match"),
        ("http://localh\N{LATIN SMALL LETTER O WITH STROKE}st/", {}, "no URL|neither user"),
        (f"http://localhost:{config.GATEWAY_LISTEN[0].port}/", {}, "not deliver to itself"),
        (URL, {"RetryOptions": {"DurationInSeconds": 7201}}, "0 to 7200"),
        (URL, {"BufferingHints": {"SizeInMBs": 1}}, "both SizeInMBs"),
    ],
)
def test_what_cannot_be_reached_or_is_invalid_is_refused(
    url: str, more: dict[str, Any], message: str
) -> None:
    """When the stream is created."""
    with pytest.raises(SettingsError, match=message):
        _settings(url, **more)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:80", "[::1]:443", "x.localhost"])
def test_endpoints_on_this_machine_are_reached(host: str) -> None:
    """At any port, with or without TLS."""
    for scheme in ("http", "https"):
        assert _settings(f"{scheme}://{host}/").url == f"{scheme}://{host}/"
