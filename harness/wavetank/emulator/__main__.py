"""Runs LocalStack like `python -m localstack.runtime.main`, with the garbage collector paused.

During the start the collector would scan LocalStack's million objects repeatedly, for a quarter of
the start's time, and find nothing. `gc_control` ends the pause once all services are loaded.

If LocalStack cannot start, the process exits explicitly: threads of its services would keep it
alive.
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
