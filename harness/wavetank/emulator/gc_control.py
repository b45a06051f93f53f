"""Keeps Python's garbage collector away from the objects that LocalStack has loaded.

Python collects its oldest generation once its new objects amount to a quarter of the existing ones.
LocalStack with its services has 1.1 million, so 280,000 objects of finished requests would stay
until then, with the files and memory that they refer to; and each such collection stops all threads
for half a second or more. Frozen objects are neither counted nor scanned.
[Python 3.13: Python/gc.c, gc_collect_generations]
"""

import gc

from localstack.runtime import hooks

from wavetank.emulator.settings import TimeChoice, read_emulator_settings

BEFORE_INIT_SCRIPTS = 10
"""The priority of the hook: LocalStack runs the scripts of ready.d in a hook of priority 0, and
what they create can be deleted again."""


@hooks.on_infra_ready(priority=BEFORE_INIT_SCRIPTS)  # type: ignore[untyped-decorator]  # LocalStack's
def freeze_loaded_objects() -> None:
    """Freeze once all services are loaded; in virtual time the simulator does that."""
    if read_emulator_settings().time is not TimeChoice.VIRTUAL:
        freeze()


def freeze() -> None:
    """Exclude all existing objects from garbage collection.

    The collection after it finds nothing, and makes the collector count from zero. A collection
    before it would free some thousands of objects once, and delay the start. `__main__` has
    disabled the collector until now.
    """
    gc.freeze()
    gc.collect()
    gc.enable()
