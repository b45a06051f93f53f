"""The end of a process that LocalStack ran in: what it holds is left to the kernel.

At the end of a process Python looks through all of its objects for those that nobody needs. Of
LocalStack's there are so many that this takes seconds of CPU, at each stop of a sandbox and after
each run in the simulator, and it sets nothing free that would not be free a moment later.
"""

import atexit
import gc
from typing import Any

from localstack.runtime import hooks

LOOK_SECONDS = 0.05


@hooks.on_infra_start()  # type: ignore[untyped-decorator]  # LocalStack's
def end_without_tidying() -> None:
    """When the process ends, there is nothing for the collector to look at any more."""
    atexit.register(gc.freeze)


@hooks.on_infra_shutdown()  # type: ignore[untyped-decorator]  # as above
def wake_server() -> None:
    """Has the server look often whether it is to stop.

    LocalStack tells it so from another thread, which does not wake it: it would wait for the next
    request, or for the end of a second. [Twisted 25.5: internet/base.py, ReactorBase.stop]
    """
    from twisted.internet import reactor, task  # noqa: PLC0415 - in virtual time there is no server

    running: Any = reactor
    running.callFromThread(task.LoopingCall(lambda: None).start, LOOK_SECONDS)
