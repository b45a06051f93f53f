"""LocalStack, as `python -m localstack.runtime.main` runs it, with the garbage collector at rest.

Collections would look through its million objects again and again while it starts, for a quarter of
the start's time, and find nothing. `gc_control` ends the pause once all services are loaded.

Where it cannot start, the process ends: LocalStack's services have threads that would keep it.
"""

import gc

gc.disable()

import os  # noqa: E402 - as below
import traceback  # noqa: E402 - as below

from localstack.runtime.main import main  # noqa: E402 - what is imported is what makes the objects

from wavetank.core.errors import ExitCode  # noqa: E402 - as above

try:
    main()
except Exception:  # noqa: BLE001 - whatever it is, nothing listens
    traceback.print_exc()
    os._exit(ExitCode.INFRASTRUCTURE)
