"""A stack that has settled is done: with its outputs written down, or with all of its rollback.

LocalStack says that a stack is complete and then, in its own thread, writes down its outputs: who
asks in between gets none, and a stack that is made of them is made of nothing. It also says that a
stack has failed and then rolls it back: who deletes it in between finds it there again. Here such a
status is told when the thread has ended, and not at all where another follows.
[LocalStack 4.14: services/cloudformation/v2/provider.py, execute_change_set and update_stack;
engine/v2/change_set_model_executor.py, execute]
"""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from localstack.services.cloudformation.v2 import provider
from localstack.services.cloudformation.v2.entities import Stack

SETTLED = frozenset(
    {
        "CREATE_COMPLETE",
        "CREATE_FAILED",
        "DELETE_COMPLETE",
        "DELETE_FAILED",
        "ROLLBACK_COMPLETE",
        "UPDATE_COMPLETE",
        "UPDATE_FAILED",
    }
)
LOCAL = threading.local()
"""What the thread that executes a change set has to say at its end; only there is it set."""


def settle_when_done() -> None:
    """Holds such a status back until LocalStack's thread has ended; once, as it is loaded."""
    module: Any = provider
    stacks: Any = Stack
    start, set_status = module.start_worker_thread, stacks.set_stack_status

    def set_later(stack: Any, status: Any, reason: Any = None) -> None:
        tell = partial(set_status, stack, status, reason)
        if not hasattr(LOCAL, "held"):
            tell()
        elif status in SETTLED:
            LOCAL.held = tell
        else:
            LOCAL.held = None
            tell()

    def start_holding(run: Callable[..., object], *args: Any, **kwargs: Any) -> Any:
        return start(partial(_run_and_tell, run), *args, **kwargs)

    module.start_worker_thread, stacks.set_stack_status = start_holding, set_later


def _run_and_tell(run: Callable[..., object], *args: Any, **kwargs: Any) -> None:
    LOCAL.held = None
    try:
        run(*args, **kwargs)
    finally:
        held: Callable[[], None] | None = LOCAL.held
        del LOCAL.held
        if held:
            held()
