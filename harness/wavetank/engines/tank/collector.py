"""Python's garbage collector, kept away from a boot, and from what the boot made.

LocalStack and a deployment come to some 650,000 objects that stay for good. To look through them
again and again while they are made takes longer than once at the end, and each full collection of a
run half a second more.
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
