"""An HTTP endpoint destination's configuration, validated as by Firehose.

AWS sends to any host, on port 443 and with TLS only. A sandbox reaches only endpoints on its own
machine, at any port, and without TLS too.
[Amazon Data Firehose API reference: HttpEndpointDestinationConfiguration,
HttpEndpointRequestConfiguration, HttpEndpointRetryOptions; developer guide: create-destination]
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from wavetank.emulator.firehose.buffer import BufferLimits
from wavetank.emulator.firehose.processing_settings import (
    MEGABYTE,
    ProcessingSettings,
    SettingsError,
    read_processing,
)
from wavetank.emulator.firehose.settings import LogTarget, read_hints, read_logs

RETRY_SECONDS = 300
RETRY_SECONDS_MAX = 7200
ACCESS_KEY_CHARACTERS_MAX = 4096
REQUESTS_MAX = 8
"""How many requests of a stream are sent at once; AWS's own number is not documented."""
OWN_HOSTS = frozenset({"localhost", "host.docker.internal"})
OWN_DOMAINS = (".localhost", ".localhost.localstack.cloud")


@dataclass(frozen=True, kw_only=True)
class HttpSettings:
    """An HTTP endpoint. `attributes` are sent with each request, and `access_key` if it is set."""

    url: str
    role_arn: str
    limits: BufferLimits
    access_key: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    is_compressed: bool = False
    processing: ProcessingSettings = field(default_factory=ProcessingSettings)
    logs: LogTarget | None = None

    @property
    def delimiter(self) -> bytes:
        """What is appended to each record."""
        return self.processing.delimiter

    @property
    def host(self) -> str:
        """The host of the endpoint, which errors name."""
        return urlsplit(self.url).netloc


def read_http_settings(configuration: Mapping[str, Any]) -> HttpSettings:
    """The settings of an `HttpEndpointDestinationConfiguration`, without its bucket.

    Raises:
        SettingsError: Firehose would refuse it, or the sandbox cannot reach the endpoint.
    """
    endpoint = configuration["EndpointConfiguration"]
    if (configuration.get("SecretsManagerConfiguration") or {}).get("Enabled"):
        raise SettingsError("The sandbox reads no access key from Secrets Manager: AccessKey it.")
    access_key = endpoint.get("AccessKey") or ""
    if len(access_key) > ACCESS_KEY_CHARACTERS_MAX:
        raise SettingsError(f"AccessKey is longer than {ACCESS_KEY_CHARACTERS_MAX} characters.")
    request = configuration.get("RequestConfiguration") or {}
    attributes = request.get("CommonAttributes") or []
    role_arn = configuration.get("RoleARN") or configuration["S3Configuration"]["RoleARN"]
    return HttpSettings(
        url=_checked_url(endpoint["Url"]),
        role_arn=role_arn,
        limits=_limits(configuration),
        access_key=access_key,
        attributes=tuple((a["AttributeName"], a["AttributeValue"]) for a in attributes),
        is_compressed=request.get("ContentEncoding") == "GZIP",
        processing=read_processing(configuration.get("ProcessingConfiguration") or {}, role_arn),
        logs=read_logs(configuration.get("CloudWatchLoggingOptions") or {}),
    )


def _limits(configuration: Mapping[str, Any]) -> BufferLimits:
    hints = read_hints(configuration.get("BufferingHints") or {})
    retries = configuration.get("RetryOptions") or {}
    seconds = retries.get("DurationInSeconds", RETRY_SECONDS)
    if not 0 <= seconds <= RETRY_SECONDS_MAX:
        raise SettingsError(f"RetryOptions.DurationInSeconds must be 0 to {RETRY_SECONDS_MAX}.")
    return BufferLimits(
        size_bytes=hints["SizeInMBs"] * MEGABYTE,
        interval=timedelta(seconds=hints["IntervalInSeconds"]),
        retry_for=timedelta(seconds=seconds),
        in_flight_max=REQUESTS_MAX,
    )


def _checked_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SettingsError(f"EndpointConfiguration.Url must match https://.*: {url!r}.")
    if not _is_on_this_machine(parts.hostname):
        raise SettingsError(
            f"The sandbox reaches no HTTP endpoint on another machine ({parts.hostname}): "
            "use one on this machine, such as https://localhost:8443/."
        )
    return url


def _is_on_this_machine(host: str) -> bool:
    if host in OWN_HOSTS or host.endswith(OWN_DOMAINS):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
