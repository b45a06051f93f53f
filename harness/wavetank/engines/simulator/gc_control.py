"""Python's garbage collector, kept away from a boot, and from what the boot made.

LocalStack and a deployment come to some 650,000 objects that stay for good. A collection that looks
through them takes half a second or more, during the boot as in a run.
"""

import gc


def rest() -> None:
    """Nothing is collected until `resume`."""
    gc.disable()


def resume() -> None:
    """Ends `rest`; what is there now, with the little garbage in it, is never looked at again."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
