"""Revert a change, retrying while AWS is unreachable or updates the function."""

from collections.abc import Callable

from wavetank.aws.clients import AwsClients, BotoCoreError, ClientError, error_code
from wavetank.aws.observers import wait_until
from wavetank.core.clock import Clock
from wavetank.core.errors import ConditionTimeoutError, InfrastructureError

RESTORE_SECONDS_MAX = 120.0
RESTORE_PACE_SECONDS = 2.0
UPDATE_SECONDS_MAX = 60.0
TRANSIENT = frozenset(
    {
        "InternalFailure",
        "RequestTimeout",
        "ResourceConflictException",  # the update that broke the code is in progress
        "ServiceException",
        "ServiceUnavailable",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)


class NotRestoredError(InfrastructureError):
    """A fault's change could not be reverted; the message says how to do it."""


def restore(what: str, step: Callable[[], object], clock: Clock) -> None:
    """Take the step that reverts `what`; retry it for two minutes while AWS cannot be reached.

    Raises:
        NotRestoredError: it failed.
    """
    deadline = clock.monotonic() + RESTORE_SECONDS_MAX
    while True:
        try:
            step()
        except (BotoCoreError, ClientError, ConditionTimeoutError) as error:
            if not _is_transient(error) or clock.monotonic() > deadline:
                raise NotRestoredError(
                    f"the change ({what}) to be reverted",
                    str(error),
                    "IT IS STILL BROKEN: fix the cause, then run ./wavetank drill --restore",
                ) from error
            clock.sleep(RESTORE_PACE_SECONDS)
        else:
            return


def _is_transient(error: Exception) -> bool:
    if isinstance(error, ClientError):
        return error_code(error) in TRANSIENT
    return isinstance(error, BotoCoreError)


def update_code(aws: AwsClients, function: str, code: bytes, clock: Clock) -> None:
    """Deploy the code to the function, and wait until it runs it.

    Raises:
        ConditionTimeoutError: Lambda did not finish the update.
    """
    wait_until_updated(aws, function, clock)  # Lambda accepts one update at a time
    aws.awslambda.update_function_code(FunctionName=function, ZipFile=code)
    wait_until_updated(aws, function, clock)


def wait_until_updated(aws: AwsClients, function: str, clock: Clock) -> None:
    """Wait for an update of the function that is in progress.

    Raises:
        ConditionTimeoutError: Lambda did not finish it.
    """
    wait_until(
        lambda: aws.awslambda.get_function_configuration(FunctionName=function).get(
            "LastUpdateStatus"
        ),
        lambda status: status != "InProgress",
        expected=f"the update of {function}",
        hint="read the function's LastUpdateStatusReason",
        within_seconds=UPDATE_SECONDS_MAX,
        clock=clock,
    )
