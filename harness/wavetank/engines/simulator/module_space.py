"""The Python modules of one execution environment, in a process that has many of them.

They are imported again for each environment, as in a new process, and are invisible to all others.
Compiled packages are the exception: each is imported once in this process, with what it requires,
and shared by the environments with the same code or layers, since NumPy and others refuse a second
import. What a shared package keeps in its modules therefore outlives a cold start.

Functions with different code have packages of their own, of any version. The SDK is this process's,
because its calls are answered here.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Any

from wavetank.core.errors import UsageError
from wavetank.engines.simulator.code_folders import CodeFolder, code_folder, is_extension

SDK = ("boto3", "botocore", "s3transfer")
LOADED: dict[str, dict[str, ModuleType]] = defaultdict(dict)
"""The shared modules by folder and name, for the life of the process: none can be unloaded."""
USED: dict[tuple[str, str], str] = {}
"""The version of each distribution that the shared packages of a folder found in another folder."""


class ModuleSpace(MetaPathFinder):
    """The modules of one environment; they are in `sys.modules` only while its handler runs."""

    def __init__(self, folders: Sequence[Path], handler: str = "") -> None:
        found = [code_folder(str(folder)) for folder in folders]
        self._folders = [folder.path for folder in found]
        self._tops = {top: folder.path for folder in reversed(found) for top in folder.tops}
        for name in SDK:
            self._tops.pop(name, None)
        # The handler's own package is imported again, apart from its compiled modules.
        self._handler_top = re.split(r"[./]", handler)[0]
        self._shared = _shared_tops(found) - {self._handler_top, *SDK}
        self._own: dict[str, ModuleType] = {}
        self._others: dict[str, ModuleType] = {}
        self._count = 0
        self._is_importing = False

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> ModuleSpec | None:
        """How to import a module that this process has loaded already; None for all others."""
        del path, target
        folder = self._tops.get(fullname.partition(".")[0])
        module = None if folder is None else LOADED[folder].get(fullname)
        return None if module is None else spec_from_loader(fullname, _LoadedModule(module))

    def enter(self) -> None:
        """Put its modules in place of others with the same names."""
        self._others = self._remove_modules() if self._tops.keys() & sys.modules.keys() else {}
        sys.modules.update(self._own)
        for folder in reversed(self._folders):
            sys.path.insert(0, folder)
        sys.meta_path.insert(0, self)
        self._count = len(sys.modules)

    def leave(self) -> None:
        """Undo `enter`, and store what was imported since."""
        if len(sys.modules) == self._count and not self._is_importing:  # nothing was imported since
            for name in self._own:
                del sys.modules[name]
        else:
            self._own = self._remove_modules()
            self._share()
        sys.meta_path.remove(self)
        for folder in self._folders:
            sys.path.remove(folder)
        sys.modules.update(self._others)

    def _remove_modules(self) -> dict[str, ModuleType]:
        found = [name for name in sys.modules if name.partition(".")[0] in self._tops]
        return {name: sys.modules.pop(name) for name in found}

    def _share(self) -> None:
        """Share what is imported completely; the rest follows when it is."""
        self._is_importing = False
        for name, module in self._own.items():
            spec = getattr(module, "__spec__", None)
            if getattr(spec, "_initializing", False):
                self._is_importing = True  # the handler waits for an AWS call, or is cancelled
                continue
            top = name.partition(".")[0]
            is_own = top == self._handler_top and is_extension(getattr(module, "__file__", None))
            if is_own or top in self._shared:
                LOADED[self._tops[top]][name] = module


class _LoadedModule(Loader):
    """Imports a module that exists, without executing it again."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module
        self._spec = module.__spec__

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        del spec
        return self._module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec  # of its file, which `importlib.resources` asks for


def _shared_tops(folders: Sequence[CodeFolder]) -> frozenset[str]:
    """The top-level names of compiled packages, and of all that they require.

    Raises:
        UsageError: a layer's package is shared already by a function that has another version of
            what it requires.
    """
    shared = set[str]()
    for folder in folders:
        if not folder.compiled:
            continue
        shared |= folder.compiled
        for name, package in folder.packages.items():
            if package.tops & folder.compiled:
                for required in _required(name, folders, set()):
                    shared |= _tops_of(required, folders)
                    _check_version(name, folder, required, folders)
    return frozenset(shared)


def _required(name: str, folders: Sequence[CodeFolder], seen: set[str]) -> Iterator[str]:
    """The distributions that it requires, directly or not, as far as they are in the folders."""
    for folder in folders:
        if name in folder.packages:
            for required in sorted(folder.packages[name].requires - seen):
                seen.add(required)
                yield required
                yield from _required(required, folders, seen)
            return


def _tops_of(name: str, folders: Sequence[CodeFolder]) -> frozenset[str]:
    found = (folder.packages[name].tops for folder in folders if name in folder.packages)
    return next(found, frozenset())


def _check_version(
    name: str, folder: CodeFolder, required: str, folders: Sequence[CodeFolder]
) -> None:
    """Return if the shared package finds the version of the requirement that it has found before.

    Raises:
        UsageError: it finds another one in the code of another function.
    """
    where = next((each for each in folders if required in each.packages), folder)
    if where is folder:
        return
    version = where.packages[required].version
    before = USED.setdefault((folder.path, required), version)
    if version != before:
        raise UsageError(
            f"functions that share a layer with {name} to have one version of {required}",
            f"{version} in one, and {before} in another",
            f"put {required} into the layer, or the same version into both functions",
        )
