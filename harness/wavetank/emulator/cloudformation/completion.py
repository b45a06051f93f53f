"""A stack that is complete has its outputs.

LocalStack says that a stack is complete and then, in its own thread, writes down its outputs: who
asks in between gets none, and a stack that is made of them is made of nothing. Here the status is
told when all that belongs to it is done.
[LocalStack 4.14: services/cloudformation/v2/provider.py, execute_change_set and update_stack]
"""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from localstack.services.cloudformation.v2 import provider
from localstack.services.cloudformation.v2.entities import Stack

COMPLETE = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE"})
LOCAL = threading.local()
"""What the thread that executes a change set has to say at its end."""


def complete_with_outputs() -> None:
    """Holds the status back until LocalStack's thread has ended; once, as the service is loaded."""
    module: Any = provider
    stacks: Any = Stack
    start, set_status = module.start_worker_thread, stacks.set_stack_status

    def set_later(stack: Any, status: Any, reason: Any = None) -> None:
        held: list[Callable[[], None]] | None = getattr(LOCAL, "held", None)
        tell = partial(set_status, stack, status, reason)
        if held is None or status not in COMPLETE:
            tell()
        else:
            held.append(tell)

    def start_holding(run: Callable[..., object], *args: Any, **kwargs: Any) -> Any:
        return start(partial(_run_and_tell, run), *args, **kwargs)

    module.start_worker_thread, stacks.set_stack_status = start_holding, set_later


def _run_and_tell(run: Callable[..., object], *args: Any, **kwargs: Any) -> None:
    LOCAL.held = []
    try:
        run(*args, **kwargs)
    finally:
        held, LOCAL.held = LOCAL.held, None
        for tell in held:
            tell()
