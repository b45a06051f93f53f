"""Revert a change, retrying while AWS is unreachable or updates the function."""

from collections.abc import Callable

from wavetank.aws.clients import BotoCoreError, ClientError, error_code
from wavetank.core.clock import Clock
from wavetank.core.errors import ConditionTimeoutError, InfrastructureError

RESTORE_SECONDS_MAX = 120.0
RESTORE_PACE_SECONDS = 2.0
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
