"""When operations run: each in a thread, those of one stack one after the other.

LocalStack's handlers make an executor and start a thread with a function that uses it, says that
the stack is complete whatever happened, and writes down its outputs afterwards. Here the executor
itself is run: it sets a status that is settled last, when everything is as it says.
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
from wavetank.emulator.iam_enforcement.acting import acting_as, current

LOG = logging.getLogger(__name__)
LOCKS = defaultdict[str, threading.Lock](threading.Lock)
"""By stack: a stack is deleted when the operation that is under way has ended."""
PENDING = threading.local()
"""The operation that the handler in this thread has made and not started yet."""


class PendingOperation(StackOperation):
    """An operation that `start_pending` finds; LocalStack takes it for its own."""

    def __init__(self, change_set: ChangeSet) -> None:
        super().__init__(change_set)
        PENDING.operation = self


def start_pending(_: Callable[..., object], *__: Any, **___: Any) -> Any:
    """Runs the operation of this thread instead of LocalStack's own function."""
    operation: StackOperation = PENDING.operation
    del PENDING.operation
    kind = "CREATE" if operation.is_creation else "UPDATE"
    return start_in_order(operation.stack, operation.run, on_error=f"{kind}_FAILED")


def start_in_order(
    stack: ManagedStack,
    run: Callable[[], None],
    *,
    on_error: str,
    at_once: str | None = None,
) -> Any:
    """Runs in a thread, after what is under way; a failure of ours ends in the status `on_error`.

    It acts with the rights that this thread has. `at_once` is the status that the stack has from
    now on.
    """
    if at_once and not stack.status.endswith("_IN_PROGRESS"):
        stack.former_status = str(stack.status)
    if at_once:
        stack.status = at_once  # type: ignore[assignment]  # LocalStack's type is its text

    credentials = current()

    def work(*_: Any) -> None:
        with LOCKS[stack.stack_id], acting_as(credentials):
            try:
                run()
            except Exception as error:  # noqa: BLE001 - a stack must not stay IN_PROGRESS
                LOG.warning("CloudFormation failed at %s: %r", stack.stack_name, error)
                stack.set_stack_status(on_error, f"Internal Failure: {error}")

    return start_worker_thread(work)
