"""Everything that is replaced in Python, the SDK, LocalStack, and what LocalStack is made of.

python      of Python, in the simulator
localstack  of LocalStack
moto        of moto, which answers for services in LocalStack
web         of LocalStack's HTTP server, and of its requests and responses

The list is data: nothing of the packages is imported before a patch is applied. Each entry has the
original's signature in the version that the replacement is made for; where the installed one is
another, nothing is replaced and LocalStack does not start. `docs/patches.md` is made from it.

Handlers that are added to LocalStack's chain are not in it, nor are the plug-ins: LocalStack
documents both. What the SDK and the clock have below this package is in it. [core/patching.py]
"""

from wavetank.aws import patches as sdk
from wavetank.core.clock import SLEEP
from wavetank.core.patching import Patch
from wavetank.emulator.patches import localstack, moto, python, web

_ALL = (SLEEP, *python.PATCHES, *sdk.PATCHES, *localstack.PATCHES, *moto.PATCHES, *web.PATCHES)
_BY_TARGET = {each.target: each for each in _ALL}


def all_patches() -> tuple[Patch, ...]:
    """The whole list."""
    return _ALL


def patch_of(target: str) -> Patch:
    """The entry of the attribute, named as `package.module:Class.attribute`.

    Raises:
        KeyError: it is not in the list, and so must not be replaced.
    """
    return _BY_TARGET[target]
