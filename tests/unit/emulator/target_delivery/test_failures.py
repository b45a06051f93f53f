"""Which error of a target has which code, and is retried."""

from typing import Any

import pytest

from wavetank.aws.clients import ClientError, HTTPClientError, ReadTimeoutError
from wavetank.emulator.target_delivery.failures import (
    FailureCode,
    TargetError,
    describe_failure,
)


def _error(code: str, status: int = 400, operation: str = "SendMessage") -> ClientError:
    answer: Any = {
        "Error": {"Code": code, "Message": "why"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(answer, operation)


@pytest.mark.parametrize(
    ("error", "code", "retried"),
    [
        (_error("AccessDeniedException", 403), "NO_PERMISSIONS", False),
        (_error("AuthorizationError", 403), "NO_PERMISSIONS", False),
        (_error("ResourceNotFoundException", 404), "NO_RESOURCE", False),
        (_error("AWS.SimpleQueueService.NonExistentQueue"), "NO_RESOURCE", False),
        (_error("InvalidParameterValue"), "INVALID_PARAMETER", False),
        (_error("ValidationException"), "INVALID_PARAMETER", False),
        (_error("ThrottlingException"), "THROTTLING", True),
        (_error("ProvisionedThroughputExceededException"), "THROTTLING", True),
        (_error("LimitExceededException"), "RESOURCE_LIMIT_EXCEEDED", True),
        (_error("ServiceException", 500), "ERROR_FROM_TARGET", True),
        (_error("ResourceConflictException", 409), "ERROR_FROM_TARGET", True),
        (_error("Unknown", 409), "SDK_CLIENT_ERROR", False),
        (_error("AccessDenied", 403, "AssumeRole"), "FAILED_TO_ASSUME_ROLE", False),
        (ReadTimeoutError(endpoint_url="x"), "TIMEOUT", True),
        (HTTPClientError(error="reset"), "CONNECTION_FAILURE", True),
        (TargetError(FailureCode.INVALID_JSON, "why"), "INVALID_JSON", False),
        (RuntimeError("why"), "ERROR_FROM_TARGET", True),
        (NotImplementedError("ECS"), "SDK_CLIENT_ERROR", False),
    ],
    ids=lambda value: str(value)[:60],
)
def test_errors_have_aws_codes(error: Exception, code: str, *, retried: bool) -> None:
    """Missing permissions and targets are not retried, outages and throttling are."""
    failure = describe_failure(error)
    assert (failure.code, failure.is_retried) == (code, retried)


def test_the_code_of_the_service_is_kept() -> None:
    """Scheduler reports it."""
    found = describe_failure(_error("AWS.SimpleQueueService.NonExistentQueue"))
    assert (found.service_code, found.message) == ("AWS.SimpleQueueService.NonExistentQueue", "why")
