"""What Lambda refuses of a request, in AWS's words."""

import pytest

from wavetank.emulator.lambda_.request_checks import (
    content_refusal,
    payload_refusal,
    variables_refusal,
)


@pytest.mark.parametrize(
    ("size", "is_asynchronous", "said"),
    [
        (6_291_456, False, None),
        (
            6_291_457,
            False,
            "Request must be smaller than 6291456 bytes for the InvokeFunction operation",
        ),
        (1_048_576, True, None),
        (
            1_048_577,
            True,
            "1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)",
        ),
    ],
)
def test_payload_is_refused_above_the_quota_of_its_invocation_type(
    size: int,
    is_asynchronous: bool,  # noqa: FBT001 - a parameter of the test
    said: str | None,
) -> None:
    """6 MB for a caller that waits, 1 MB for an event; the quota itself is accepted."""
    assert payload_refusal(size, is_asynchronous=is_asynchronous) == said


def test_reserved_variables_are_refused_by_name() -> None:
    """Others may be set, also those that Lambda only has a default for."""
    assert variables_refusal(["PATH", "TZ", "LD_LIBRARY_PATH", "AWS_LAMBDA_EXEC_WRAPPER"]) is None
    refusal = variables_refusal(["_HANDLER", "OWN", "AWS_REGION"])
    assert refusal is not None
    assert refusal.endswith("Reserved keys used in this request: AWS_REGION, _HANDLER")


@pytest.mark.parametrize("content", [b"{not", b"'a'", b"\xff"])
def test_a_payload_that_is_no_json_is_refused(content: bytes) -> None:
    """Before the function is invoked."""
    assert str(content_refusal(content)).startswith("Could not parse request body into json")


@pytest.mark.parametrize("content", [b"", b"null", b'{"a": 1}', b'"\xc3\xbc"'])
def test_json_and_no_payload_are_accepted(content: bytes) -> None:
    """A function gets any JSON value."""
    assert content_refusal(content) is None
