"""Which endpoints a request may be sent to."""

import socket
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from localstack import config

from wavetank.emulator.firehose.buffer import Batch
from wavetank.emulator.firehose.http_client import post
from wavetank.emulator.firehose.http_endpoint import EndpointError, endpoint_request
from wavetank.emulator.firehose.http_settings import HttpSettings, read_http_settings
from wavetank.emulator.firehose.stream_id import StreamId

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
BATCH = Batch(oldest=NOW, records=(b"one",), numbers=(3,))
ID = StreamId("123456789012", "eu-west-2", "a-stream")


def _settings(host: str) -> HttpSettings:
    endpoint = {"Url": f"http://{host}:1/"}
    bucket = {"BucketARN": "arn:aws:s3:::bucket", "RoleARN": "role"}
    return read_http_settings({"EndpointConfiguration": endpoint, "S3Configuration": bucket})


def _refusal(settings: HttpSettings) -> str:
    with pytest.raises(EndpointError) as refused:
        post(settings, endpoint_request(settings, ID, BATCH, NOW))
    return str(refused.value)


@pytest.mark.parametrize("address", ["192.0.2.1", "169.254.169.254", "10.0.0.1", "0.0.0.0"])  # noqa: S104 - is refused
def test_a_name_must_be_resolved_to_this_machine(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """When it is connected to: a name server may answer anything."""

    def resolved(_: str, port: int, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    assert "is not on this machine" in _refusal(_settings("x.localhost.localstack.cloud"))


def test_the_sandbox_itself_is_not_reached() -> None:
    """Not even by settings that were read before."""
    port = config.GATEWAY_LISTEN[0].port
    own = replace(_settings("localhost"), url=f"http://localhost:{port}/")
    assert "does not deliver to itself" in _refusal(own)
