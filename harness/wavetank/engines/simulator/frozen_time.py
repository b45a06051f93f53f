"""Makes the start of frozen time cheap: each run of a simulation freezes it anew.

For each of thousands of modules freezegun sorts and hashes all names that `dir` finds, to see
whether what it knows of the module still holds. The names that are in the module itself suffice:
their hashes are known, and no other name can be replaced in it. [freezegun 1.5: api.py]
"""

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from wavetank.emulator.patches import patch_of

NAMES = patch_of("freezegun.api:_get_module_attributes_hash")


@contextmanager
def names_hashed_once() -> Iterator[None]:
    """Recognize a module by the names in it while the body runs."""
    with NAMES.replaced(names_hash):
        yield


def names_hash(module: ModuleType) -> str:
    """A text that changes with the module's names; the same for objects without any."""
    return f"{id(module)}-{hash(tuple(getattr(module, '__dict__', ())))}"
