"""The end of a process that LocalStack ran in: what it holds is left to the kernel.

At the end of a process Python looks through all of its objects for those that nobody needs. Of
LocalStack's there are so many that this takes seconds of CPU, at each stop of a sandbox and after
each run in the tank, and it sets nothing free that would not be free a moment later.
"""

import atexit
import gc

from localstack.runtime import hooks


@hooks.on_infra_start()  # type: ignore[untyped-decorator]  # LocalStack's
def end_without_tidying() -> None:
    """When the process ends, there is nothing for the collector to look at any more."""
    atexit.register(gc.freeze)
