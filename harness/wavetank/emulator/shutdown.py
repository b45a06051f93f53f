"""Ends LocalStack's process without a final garbage collection.

At the end of a process Python searches all of its objects for unreachable ones. LocalStack has so
many that this takes seconds of CPU, at each stop of a sandbox and after each run in the simulator,
and it frees nothing that the kernel would not free a moment later.
"""

import atexit
import gc
from typing import Any

from localstack.runtime import hooks

POLL_SECONDS = 0.05


@hooks.on_infra_start()  # type: ignore[untyped-decorator]  # LocalStack's
def exit_without_collection() -> None:
    """Freeze all objects when the process ends, so that the collector does not scan them."""
    atexit.register(gc.freeze)


@hooks.on_infra_shutdown()  # type: ignore[untyped-decorator]  # as above
def wake_server() -> None:
    """Make the server check often whether it should stop.

    LocalStack stops it from another thread, which does not wake it: it would wait for the next
    request, or for the end of a second. [Twisted 25.5: internet/base.py, ReactorBase.stop]
    """
    from twisted.internet import reactor, task  # noqa: PLC0415 - in virtual time there is no server

    running: Any = reactor
    running.callFromThread(task.LoopingCall(lambda: None).start, POLL_SECONDS)
