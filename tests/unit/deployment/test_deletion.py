"""Reasons of failed deletions are shown as the service gave them, without what surrounds them."""

import pytest

from wavetank.deployment.deletion import plain_reason


@pytest.mark.parametrize(
    ("reason", "plain"),
    [
        (
            "Must detach all policies first. (Service: Iam, Status Code: 409, Request ID: 1b6a-2)",
            "Must detach all policies first",
        ),
        (
            'Resource handler returned message: "Not empty (Service: S3)" (RequestToken: 1, X: Y)',
            "Not empty",
        ),
        (
            "An error occurred (DeleteConflict) when calling the DeleteRole operation: In use",
            "In use",
        ),
        ("", ""),
    ],
)
def test_a_reason_is_the_services_message(reason: str, plain: str) -> None:
    """Request ids and names of calls are removed."""
    assert plain_reason(reason) == plain
