"""Why a delivery failed: AWS's code for it, and whether it is retried.

AWS lists the codes of EventBridge's dead-letter queue, but not which error has which code. It
documents that a missing permission and a missing target are not retried; nor are other errors that
a repetition cannot change.
[EventBridge user guide, eb-rule-dlq]
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from wavetank.aws.clients import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    HTTPClientError,
    ReadTimeoutError,
)

SERVER_ERROR = 500
TOO_MANY_REQUESTS = 429
ASSUME_ROLE = "AssumeRole"
NO_ANSWER = "The target did not answer."


class FailureCode(StrEnum):
    """EventBridge's error codes in messages of a dead-letter queue."""

    CONNECTION_FAILURE = "CONNECTION_FAILURE"
    ERROR_FROM_TARGET = "ERROR_FROM_TARGET"
    FAILED_TO_ASSUME_ROLE = "FAILED_TO_ASSUME_ROLE"
    INVALID_JSON = "INVALID_JSON"
    INVALID_PARAMETER = "INVALID_PARAMETER"
    NO_PERMISSIONS = "NO_PERMISSIONS"
    NO_RESOURCE = "NO_RESOURCE"
    RESOURCE_LIMIT_EXCEEDED = "RESOURCE_LIMIT_EXCEEDED"
    SDK_CLIENT_ERROR = "SDK_CLIENT_ERROR"
    THROTTLING = "THROTTLING"
    TIMEOUT = "TIMEOUT"


BY_TARGET_ERROR = (
    (re.compile("AccessDenied|AuthorizationError|NotAuthorized"), FailureCode.NO_PERMISSIONS),
    (re.compile("NonExistent|DoesNotExist|NotFound|NoSuch"), FailureCode.NO_RESOURCE),
    (re.compile("Thrott|TooManyRequests|ThroughputExceeded|SlowDown"), FailureCode.THROTTLING),
    (re.compile("LimitExceeded"), FailureCode.RESOURCE_LIMIT_EXCEEDED),
    (re.compile("ResourceConflict|NotReady|InProgress"), FailureCode.ERROR_FROM_TARGET),
    (re.compile("^Invalid|^Validation|MissingParameter"), FailureCode.INVALID_PARAMETER),
)
"""The code by the error code of the target's service; the first that matches."""
RETRIED = frozenset(
    {
        FailureCode.CONNECTION_FAILURE,
        FailureCode.ERROR_FROM_TARGET,
        FailureCode.RESOURCE_LIMIT_EXCEEDED,
        FailureCode.THROTTLING,
        FailureCode.TIMEOUT,
    }
)


@dataclass(frozen=True)
class TargetFailure:
    """A failed attempt at a delivery; `service_code` is the code of the target's service.

    EventBridge reports its own code, and Scheduler the one of the service.
    """

    code: FailureCode
    message: str
    service_code: str

    @property
    def is_retried(self) -> bool:
        """Whether another attempt can succeed."""
        return self.code in RETRIED


class TargetError(Exception):
    """A target outside AWS's services refused an event, or its input is invalid."""

    def __init__(self, code: FailureCode, message: str) -> None:
        super().__init__(message)
        self.code = code


def describe_failure(error: Exception) -> TargetFailure:
    """The failure that the error of an attempt means."""
    match error:
        case TargetError():
            return TargetFailure(error.code, str(error), error.code)
        case ClientError():
            return _of_service(error)
        case ConnectTimeoutError() | ReadTimeoutError():
            return TargetFailure(FailureCode.TIMEOUT, str(error), FailureCode.TIMEOUT)
        case HTTPClientError():
            code = FailureCode.CONNECTION_FAILURE
            return TargetFailure(code, str(error), code)
        case BotoCoreError() | NotImplementedError():
            code = FailureCode.SDK_CLIENT_ERROR
            return TargetFailure(code, str(error), code)
    code = FailureCode.ERROR_FROM_TARGET
    return TargetFailure(code, f"{type(error).__name__}: {error}", code)


def _of_service(error: ClientError) -> TargetFailure:
    answer = error.response
    service_code = answer.get("Error", {}).get("Code", "")
    message = answer.get("Error", {}).get("Message", "") or NO_ANSWER
    status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if error.operation_name == ASSUME_ROLE:
        return TargetFailure(FailureCode.FAILED_TO_ASSUME_ROLE, message, service_code)
    for pattern, code in BY_TARGET_ERROR:
        if pattern.search(service_code):
            return TargetFailure(code, message, service_code)
    code = FailureCode.SDK_CLIENT_ERROR
    if status >= SERVER_ERROR or status == TOO_MANY_REQUESTS:
        code = FailureCode.ERROR_FROM_TARGET
    return TargetFailure(code, message, service_code)
