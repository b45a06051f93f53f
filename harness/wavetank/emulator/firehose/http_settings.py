"""An HTTP endpoint destination's configuration, validated as by Firehose.

AWS sends to any host, on port 443 and with TLS only. A sandbox reaches only endpoints on its own
machine, at any port but its own, and without TLS too.
[Amazon Data Firehose API reference: HttpEndpointDestinationConfiguration,
HttpEndpointRequestConfiguration, HttpEndpointRetryOptions; developer guide: create-destination]
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from localstack import config
from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

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
DOCKER_HOST = "host.docker.internal"
OWN_HOSTS = frozenset({"localhost", DOCKER_HOST})
OWN_DOMAINS = (".localhost", ".localhost.localstack.cloud")
DEFAULT_PORTS = {"http": 80, "https": 443}
AMBIGUOUS = re.compile(r"[^!-~]|\\|^[^:]*://[^/?#]*@")
"""White space, control characters and other alphabets; a backslash; user information.

Libraries that read URLs differ about the host after these.
"""


@dataclass(frozen=True, kw_only=True)
class HttpSettings:
    """The configuration of an HTTP endpoint destination.

    `attributes` are sent with each request, and `access_key` if it is set.
    """

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
        return parse_url(self.url).netloc or ""


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
    try:
        parts = parse_url(url)
    except LocationParseError as error:
        raise SettingsError(f"EndpointConfiguration.Url is no URL: {url!r}.") from error
    if parts.scheme not in DEFAULT_PORTS or not parts.host or AMBIGUOUS.search(url):
        raise SettingsError(
            f"EndpointConfiguration.Url must match https://.*, and have neither user information "
            f"nor characters that a URL has to escape: {url!r}."
        )
    if not is_on_this_machine(host_of(parts)):
        raise SettingsError(
            f"The sandbox reaches no HTTP endpoint on another machine ({parts.host}): "
            "use one on this machine, such as https://localhost:8443/."
        )
    if port_of(parts) in own_ports():
        raise SettingsError(
            f"The sandbox does not deliver to itself (port {port_of(parts)}): use another port."
        )
    return url


def host_of(url: Url) -> str:
    """The host without the brackets of an IPv6 address."""
    return (url.host or "").strip("[]")


def port_of(url: Url) -> int:
    """The port, by default that of the scheme."""
    return url.port or DEFAULT_PORTS[url.scheme or "https"]


def own_ports() -> frozenset[int]:
    """The ports of the sandbox's own API."""
    return frozenset(listening.port for listening in config.GATEWAY_LISTEN)


def is_on_this_machine(host: str) -> bool:
    """Whether the name of a host, or its address, is one of this machine."""
    if host in OWN_HOSTS or host.endswith(OWN_DOMAINS):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
