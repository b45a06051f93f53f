"""Pauses Python's garbage collector during a boot, and excludes the booted objects from it.

LocalStack and a deployment create some 650,000 permanent objects. A collection that scans them
takes half a second or more, during the boot as in a run.
"""

import gc


def pause() -> None:
    """Collect nothing until `resume`."""
    gc.disable()


def resume() -> None:
    """End the pause; existing objects, including a little garbage, are never scanned again."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
