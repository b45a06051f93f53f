"""What was changed is reverted through lost connections and updates that are under way."""

from collections.abc import Callable

from wavetank.aws.clients import AwsClients, BotoCoreError, ClientError, error_code
from wavetank.aws.observers import wait_until
from wavetank.core.clock import Clock
from wavetank.core.errors import ConditionTimeoutError, InfrastructureError

RESTORE_SECONDS_MAX = 120.0
RESTORE_PACE_SECONDS = 2.0
UPDATE_SECONDS_MAX = 60.0
PASSING = frozenset(
    {
        "InternalFailure",
        "RequestTimeout",
        "ResourceConflictException",  # another update is under way: the one that broke it
        "ServiceException",
        "ServiceUnavailable",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)


class NotRestoredError(InfrastructureError):
    """What was changed is not reverted; the message says how to."""


def restore(what: str, step: Callable[[], object], clock: Clock) -> None:
    """Takes the step, again and again for two minutes where AWS cannot be reached.

    Raises:
        NotRestoredError: it could not be taken.
    """
    deadline = clock.monotonic() + RESTORE_SECONDS_MAX
    while True:
        try:
            step()
        except (BotoCoreError, ClientError, ConditionTimeoutError) as error:
            if not _is_passing(error) or clock.monotonic() > deadline:
                raise NotRestoredError(
                    f"the change ({what}) to be reverted",
                    str(error),
                    "IT IS STILL BROKEN: mend what is said, then run ./wavetank drill --restore",
                ) from error
            clock.sleep(RESTORE_PACE_SECONDS)
        else:
            return


def _is_passing(error: Exception) -> bool:
    if isinstance(error, ClientError):
        return error_code(error) in PASSING
    return isinstance(error, BotoCoreError)


def update_code(aws: AwsClients, function: str, code: bytes, clock: Clock) -> None:
    """Has the function run the code, and waits until it does.

    Raises:
        ConditionTimeoutError: Lambda did not finish the update.
    """
    wait_until_updated(aws, function, clock)  # Lambda takes one at a time
    aws.awslambda.update_function_code(FunctionName=function, ZipFile=code)
    wait_until_updated(aws, function, clock)


def wait_until_updated(aws: AwsClients, function: str, clock: Clock) -> None:
    """Waits for an update of the function that is under way.

    Raises:
        ConditionTimeoutError: Lambda did not finish it.
    """
    wait_until(
        lambda: aws.awslambda.get_function_configuration(FunctionName=function).get(
            "LastUpdateStatus"
        ),
        lambda status: status != "InProgress",
        expected=f"the update of {function}",
        hint="look at the function's LastUpdateStatusReason",
        within_seconds=UPDATE_SECONDS_MAX,
        clock=clock,
    )


def reserved_concurrency(aws: AwsClients, function: str) -> int | None:
    """How many of the function may run at once; None where nothing is reserved for it."""
    answer = aws.awslambda.get_function_concurrency(FunctionName=function)
    return answer.get("ReservedConcurrentExecutions")


def restore_concurrency(aws: AwsClients, function: str, reserved: int | None) -> bool:
    """Reserves so much, or nothing, where nothing may run; whether that was so."""
    if reserved_concurrency(aws, function) != 0 or reserved == 0:
        return False
    if reserved is None:
        aws.awslambda.delete_function_concurrency(FunctionName=function)
    else:
        aws.awslambda.put_function_concurrency(
            FunctionName=function, ReservedConcurrentExecutions=reserved
        )
    return True
