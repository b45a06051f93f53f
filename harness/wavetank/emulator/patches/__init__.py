"""The monkeypatches of Python, LocalStack, and the packages that LocalStack uses.

python      in Python, in the simulator
localstack  in LocalStack, apart from its services
services    in LocalStack's services
moto        in moto, which answers for services in LocalStack
web         in LocalStack's HTTP server, and in its requests and responses

The list is data: none of the packages is imported before a patch is applied. Each entry has the
original's signature in the version that the replacement is made for; if the installed one differs,
nothing is replaced and LocalStack does not start. `docs/patches.md` is generated from it.

Handlers that are added to LocalStack's chain are not in the list, nor are the plug-ins: LocalStack
documents both. Patches of the SDK and the clock below this package are in it. [core/patching.py]
"""

from wavetank.aws import patches as sdk
from wavetank.core.clock import SLEEP
from wavetank.core.patching import Patch
from wavetank.emulator.patches import localstack, moto, python, services, web

_ALL = (
    *(SLEEP, *python.PATCHES, *sdk.PATCHES),
    *(*localstack.PATCHES, *services.PATCHES, *moto.PATCHES, *web.PATCHES),
)
_BY_TARGET = {each.target: each for each in _ALL}


def all_patches() -> tuple[Patch, ...]:
    """All patches."""
    return _ALL


def patch_of(target: str) -> Patch:
    """The entry of the attribute, named as `package.module:Class.attribute`.

    Raises:
        KeyError: it is not in the list, and so must not be replaced.
    """
    return _BY_TARGET[target]
