"""Python's garbage collector, kept away from a boot, and from what the boot made.

LocalStack and a deployment come to three quarters of a million objects that stay for good. To look
through them while they are made takes a tenth of the boot, and each full collection of a run half a
second more.
"""

import gc


def rest() -> None:
    """Nothing is collected until `resume`."""
    gc.disable()


def resume() -> None:
    """Once, after `rest`: what is there now and is needed is never looked at again."""
    if not gc.isenabled():
        gc.collect()
        gc.freeze()
        gc.enable()
