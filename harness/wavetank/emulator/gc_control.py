"""Python's garbage collector, kept away from what LocalStack has loaded.

Python collects its oldest generation once the objects that are new in it come to a quarter of those
that were there. LocalStack with its services comes to 1.1 million, so that 280,000 objects of
finished requests are kept before it does, with the files and memory that they refer to; and each
such collection stops all threads for half a second or more. What is frozen does not count and is
not looked through. [Python 3.13: Python/gc.c, gc_collect_generations]
"""

import gc

from localstack.runtime import hooks

from wavetank.emulator.settings import TimeChoice, read_emulator_settings

BEFORE_INIT_SCRIPTS = 10
"""The priority of the hook: LocalStack runs the scripts of ready.d in a hook of priority 0, and
what they make can be deleted again."""


@hooks.on_infra_ready(priority=BEFORE_INIT_SCRIPTS)  # type: ignore[untyped-decorator]  # LocalStack's
def freeze_loaded_objects() -> None:
    """Once all services are loaded. In virtual time `engines.simulator.gc_control` does it."""
    if read_emulator_settings().time is not TimeChoice.VIRTUAL:
        freeze()


def freeze() -> None:
    """Takes all existing objects out of the collector's view.

    The collection after it finds nothing, and makes the collector count from zero. One before it
    would free some thousands of objects once, and delay the start. `__main__` has it rest until
    now.
    """
    gc.freeze()
    gc.collect()
    gc.enable()
