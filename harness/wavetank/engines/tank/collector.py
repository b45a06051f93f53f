"""Python's garbage collector, kept away from a boot, and from what the boot made.

LocalStack and a deployment come to a million objects, nearly all of which stay. To look through
them again and again takes a sixth of the boot, and half a second for each full collection of a run.
What of it nobody needs any more, some 40 MB, is kept with the rest.
"""

import gc


def rest() -> None:
    """Nothing is collected until `resume`."""
    gc.disable()


def resume() -> None:
    """What there is now is never looked at again; what comes is. Nothing changes without `rest`."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
