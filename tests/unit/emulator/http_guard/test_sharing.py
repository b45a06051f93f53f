"""CORS rules of buckets, and origins as they are compared."""

import pytest
from localstack.aws.spec import load_service

from wavetank.emulator.http_entries.cors import CorsRule
from wavetank.emulator.http_guard.origins import normalized_origin, origin_of_url
from wavetank.emulator.http_guard.routing import LISTING, SUB_RESOURCES
from wavetank.emulator.http_guard.sharing import response_headers, rules_of_bucket
from wavetank.emulator.settings import parse_allowed_hosts, parse_allowed_origins


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("http://LOCALHOST:80", "http://localhost"),
        ("https://x.example:443", "https://x.example"),
        ("http://[::1]:4566", "http://[::1]:4566"),
        ("file://", "file://"),
        ("null", None),
        ("", None),
        ("http://x/", None),
        ("http://u@x", None),
        ("//x", None),
    ],
)
def test_an_origin_has_one_spelling(text: str, origin: str | None) -> None:
    """Small letters and no default port."""
    assert normalized_origin(text) == origin


def test_the_origin_of_a_referer_is_that_of_its_url() -> None:
    """Whatever its path."""
    assert origin_of_url("http://localhost:3000/a?b=http://x/") == "http://localhost:3000"
    assert origin_of_url("about:client") is None


def test_rules_of_a_bucket_are_those_of_its_put() -> None:
    """In S3's format."""
    bucket = {"CORSRules": [{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]}
    assert rules_of_bucket(bucket) == (
        CorsRule(origins=("*",), methods=("GET",), credentials=True),
    )
    assert rules_of_bucket({}) == ()


def test_a_wildcard_shares_without_credentials() -> None:
    """As Amazon S3 answers."""
    rule = CorsRule(origins=("*",), methods=("GET",), credentials=True)
    headers = response_headers(rule, "https://a", None)
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in headers


def test_every_sub_resource_of_s3_is_known() -> None:
    """By AWS's model of it, so that a new operation is not taken for a read of an object."""
    service = load_service("s3")
    uris = [service.operation_model(name).http["requestUri"] for name in service.operation_names]
    found = {
        name.partition("=")[0] for uri in uris for name in uri.partition("?")[2].split("&") if name
    }
    assert found - LISTING - SUB_RESOURCES == set()


def test_the_lists_of_the_environment_are_checked() -> None:
    """A value that would let every page in, or that is none, is an error."""
    assert parse_allowed_hosts("a.example, *.b.example .c 10.0.0.1") == (
        "a.example",
        ".b.example",
        ".c",
        "10.0.0.1",
    )
    assert parse_allowed_origins("http://localhost:3000/ https://X") == {
        "http://localhost:3000",
        "https://x",
    }
    for text in ("a:1", "*", "*a.example", "http://a"):
        with pytest.raises(ValueError, match="WAVETANK_ALLOWED_HOSTS"):
            parse_allowed_hosts(text)
    for text in ("*", "null", "localhost:3000", "http://*.example.com", "http://a/b"):
        with pytest.raises(ValueError, match="WAVETANK_ALLOWED_ORIGINS"):
            parse_allowed_origins(text)
