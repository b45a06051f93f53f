"""Which hosts a request may be addressed to, and which spellings of a target are taken."""

import pytest

from tests.unit.emulator.http_guard.asking import HERE, decide
from wavetank.emulator.http_guard.request_policy import Answered, GuardRefusal


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:4566",
        "127.0.0.1",
        "127.9.9.9:1",
        "[::1]:4566",
        "[::ffff:127.0.0.1]",
        "localhost:4566",
        "LOCALHOST",
        "sub.localhost:1",
        "bucket.s3.localhost.localstack.cloud:4566",
        "localhost.localstack.cloud",
        "sandbox.example.com:4566",
        "abc.lambda-url.eu-west-1.sandbox.example.com:4566",
        "localstack:4566",
        "172.17.0.2:4566",
        "build.example",
        "x.lan.example:1",
    ],
)
def test_our_own_hosts_are_answered(host: str) -> None:
    """Loopback, LocalStack's names, the Compose service, own addresses, and what is added."""
    assert isinstance(decide("POST", "/", host=host), Answered)


@pytest.mark.parametrize(
    "host",
    [
        "",
        " ",
        "evil.example.com",
        "localhost.evil.example.com",
        "127.0.0.1.evil.example.com",
        "notlocalhost",
        "localhost.",
        "sandbox.example.com.",
        "xsandbox.example.com",
        "x.localstack",
        "localstack.cloud",
        "lan.example",
        "x.build.example",
        "0.0.0.0:4566",
        "[::]:4566",
        "192.0.2.1:4566",
        "172.17.0.3:4566",
        "2130706433",
        "127.1",
        "[::1",
        "[::1%25lo]",
        "user@localhost",
        "localhost@evil.example.com",
        "localhost:4566:1",
        "localhost:port",
        "localhost, evil.example.com",
        "localhost/evil",
        "localhost\\.evil.example.com",
        "lokalhöst",
    ],
)
def test_hosts_that_could_be_led_here_are_refused(host: str) -> None:
    """Whatever they look like; and what is no host in one spelling."""
    found = decide("GET", "/", host=host)
    assert isinstance(found, GuardRefusal)
    assert "\n" not in found.reason


@pytest.mark.parametrize(
    "target",
    [
        "//_wavetank/clock",
        "/./_wavetank/clock",
        "/../_wavetank/clock",
        "/%5fwavetank/clock",
        "/%255Fwavetank/clock",
        "/%2e/_wavetank/clock",
        "/%2F_wavetank/clock",
        "/\\_wavetank/clock",
        "/%5C_wavetank/clock",
        "\\_wavetank/clock",
        "_wavetank/clock",
        "/_wavetank//clock",
        "/_wavetank/./clock",
        "/_wavetank/../clock",
        "/_wavetank/%2e%2e/clock",
        "/_wavetank/%63lock",
        "/_wavetank/clock;x",
        "/_wavetank;x/clock",
        "/_WAVETANK/clock",
        "/_wavetank\\clock",
        "/_localstack//config",
        "//_aws/ses",
        "/_wavetank/clock#x",
        "/x#y",
        "http://evil.example/_wavetank/clock",
        f"http://user@{HERE}/_wavetank/clock",
        f"ftp://{HERE}/",
        f"http://{HERE}//_wavetank/clock",
        "localhost:4566",
        "",
    ],
)
def test_a_target_that_two_readers_could_read_differently_is_refused(target: str) -> None:
    """For every caller: LocalStack's routers and its services do not read the same path."""
    assert isinstance(decide("GET", target), GuardRefusal)


@pytest.mark.parametrize(
    "target",
    [
        "/_wavetank",
        "/_wavetank/",
        "/_aws/events/rules/arn%3Aaws%3Aevents%3Aeu-west-1%3A0%3Arule%2Fx/trigger",
        "/bucket//key",
        "/bucket/../key",
        "/bucket/%2e%2e/_wavetank/x",
        "/bucket/../_wavetank/clock",
        "/bucket/a;b?c=//_wavetank",
        "/bucket/a\\b",
        f"http://{HERE}/bucket/key",
        f"HTTP://{HERE}",
        "*",
    ],
)
def test_keys_of_objects_and_canonical_paths_are_answered(target: str) -> None:
    """A key may hold several slashes, dots and anything encoded."""
    assert isinstance(decide("GET", target), Answered)
