"""What a drill broke is put back, through lost connections and updates that are under way."""

from collections.abc import Callable

from wavetank.clients import AwsClients, BotoCoreError, ClientError, error_code
from wavetank.clock import Clock
from wavetank.errors import ConditionTimeoutError, InfrastructureError
from wavetank.naming import Names
from wavetank.probes import wait_until
from wavetank.stack.deployed_code import stack_package

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
    """What a drill broke is still broken; the message says how to put it back."""


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
                    f"{what} to be put back after the drill",
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


def restore_code(aws: AwsClients, names: Names, clock: Clock) -> bool:
    """Deploys the bytes that the stack says are deployed; whether others were."""
    name, package = names.streaming_function, stack_package(aws, names, "streaming")
    found = aws.awslambda.get_function_configuration(FunctionName=name)
    settled = found.get("LastUpdateStatus") != "InProgress"
    if settled and found["CodeSha256"] == package.code_sha256:
        return False
    update_code(aws, names, package.content, clock)
    return True


def update_code(aws: AwsClients, names: Names, code: bytes, clock: Clock) -> None:
    """Has the streaming function run the code, and waits until it does.

    Raises:
        ConditionTimeoutError: Lambda did not finish the update.
    """
    _wait_until_updated(aws, names.streaming_function, clock)  # Lambda takes one at a time
    aws.awslambda.update_function_code(FunctionName=names.streaming_function, ZipFile=code)
    _wait_until_updated(aws, names.streaming_function, clock)


def _wait_until_updated(aws: AwsClients, name: str, clock: Clock) -> None:
    wait_until(
        lambda: aws.awslambda.get_function_configuration(FunctionName=name).get("LastUpdateStatus"),
        lambda status: status != "InProgress",
        expected=f"the update of {name}",
        hint="look at the function's LastUpdateStatusReason",
        within_seconds=UPDATE_SECONDS_MAX,
        clock=clock,
    )


def reserved_concurrency(aws: AwsClients, names: Names) -> int | None:
    """How many of the streaming function may run at once; None where that is not its own."""
    answer = aws.awslambda.get_function_concurrency(FunctionName=names.streaming_function)
    return answer.get("ReservedConcurrentExecutions")


def restore_concurrency(aws: AwsClients, names: Names, reserved: int | None) -> bool:
    """Reserves so much, or nothing, where nothing may run; whether that was so."""
    if reserved_concurrency(aws, names) != 0 or reserved == 0:
        return False
    name = names.streaming_function
    if reserved is None:
        aws.awslambda.delete_function_concurrency(FunctionName=name)
    else:
        aws.awslambda.put_function_concurrency(
            FunctionName=name, ReservedConcurrentExecutions=reserved
        )
    return True
