"""Runs operations in threads, those of one stack one after the other.

LocalStack's handlers create an executor and start a thread with a function that uses it, reports
the stack as complete whatever happened, and writes its outputs afterwards. Here the executor itself
is run: it sets the final status last, when everything else is in place.
[LocalStack 4.14: services/cloudformation/v2/provider.py, create_stack, execute_change_set]
"""

import logging
import threading
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from localstack.services.cloudformation.v2.entities import ChangeSet
from localstack.utils.threads import start_worker_thread

from wavetank.emulator.cloudformation.operation import StackOperation
from wavetank.emulator.cloudformation.stack import ManagedStack
from wavetank.emulator.iam_enforcement.caller_credentials import acting_as, current

LOG = logging.getLogger(__name__)
LOCKS = defaultdict[str, threading.Lock](threading.Lock)
"""One lock for each stack: a deletion waits for the operation in progress."""
PENDING = threading.local()
"""The operation that the handler in this thread has created and not started yet."""


class PendingOperation(StackOperation):
    """A stack operation that LocalStack creates as its executor, and `start_pending` runs."""

    def __init__(self, change_set: ChangeSet) -> None:
        super().__init__(change_set)
        PENDING.operation = self


def start_pending(_: Callable[..., object], *__: Any, **___: Any) -> Any:
    """Run the operation of this thread instead of LocalStack's own function."""
    operation: StackOperation = PENDING.operation
    del PENDING.operation
    kind = "CREATE" if operation.is_creation else "UPDATE"
    return start_in_order(operation.stack, operation.run, on_error=f"{kind}_FAILED")


def start_in_order(
    stack: ManagedStack,
    run: Callable[[], None],
    *,
    on_error: str,
    initial_status: str | None = None,
) -> Any:
    """Run in a thread, after the operation in progress; an internal error sets `on_error`.

    It acts with the permissions of this thread. `initial_status` is the status of the stack until
    the operation ends.
    """
    if initial_status and not stack.status.endswith("_IN_PROGRESS"):
        stack.former_status = str(stack.status)
    if initial_status:
        stack.status = initial_status  # type: ignore[assignment]  # LocalStack's type is its text

    credentials = current()

    def work(*_: Any) -> None:
        with LOCKS[stack.stack_id], acting_as(credentials):
            try:
                run()
            except Exception as error:  # noqa: BLE001 - a stack must not stay IN_PROGRESS
                LOG.warning("CloudFormation failed at %s: %r", stack.stack_name, error)
                stack.set_stack_status(on_error, f"Internal Failure: {error}")

    return start_worker_thread(work)
