"""The folders of a function's code and layers: their packages, and which of them are compiled.

Some compiled modules can be initialized only once in a process; NumPy says so. What such a package
requires is kept with it, so that both have the same classes. Requirements are read from the
metadata that pip and `sam build` leave beside the packages.
[PyPA: Recording installed projects; Core metadata specifications, Requires-Dist]
"""

import inspect
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.metadata import Distribution, distributions
from pathlib import Path

NAME = re.compile(r"[A-Za-z0-9._-]+")
SEPARATORS = re.compile(r"[-_.]+")


@dataclass(frozen=True)
class InstalledPackage:
    """A distribution in a folder: its version, top-level modules and required distributions."""

    version: str
    tops: frozenset[str]
    requires: frozenset[str]


@dataclass(frozen=True)
class CodeFolder:
    """A folder that is searched for modules: its top-level names, and those that are compiled."""

    path: str
    tops: frozenset[str]
    compiled: frozenset[str]

    @cached_property
    def packages(self) -> Mapping[str, InstalledPackage]:
        """The distributions in it by normalized name; reading them takes a while."""
        return dict(_packages(self.path))


@cache
def code_folder(path: str) -> CodeFolder:
    """The folder, read once: a new version of the code has a new folder."""
    entries = {name: entry for entry in os.scandir(path) if (name := _top(entry.name, entry))}
    compiled = frozenset(name for name, entry in entries.items() if _is_compiled(entry))
    return CodeFolder(path, frozenset(entries), compiled)


def is_extension(path: str | None) -> bool:
    """Whether the file is a compiled module."""
    return path is not None and path.endswith(tuple(EXTENSION_SUFFIXES))


def _top(name: str, entry: "os.DirEntry[str]") -> str | None:
    return name if entry.is_dir() else inspect.getmodulename(name)


def _is_compiled(entry: "os.DirEntry[str]") -> bool:
    if not entry.is_dir():
        return is_extension(entry.name)
    return any(is_extension(name) for _, _, names in os.walk(entry.path) for name in names)


def _packages(path: str) -> Iterator[tuple[str, InstalledPackage]]:
    for found in distributions(path=[path]):
        requires = frozenset(
            _normalized(matched[0])
            for text in found.requires or ()
            if "extra ==" not in text and (matched := NAME.match(text))
        )
        yield (
            _normalized(found.metadata["Name"]),
            InstalledPackage(found.version, frozenset(_tops(found)), requires),
        )


def _tops(found: Distribution) -> Iterator[str]:
    for file in found.files or ():
        first = file.parts[0]
        name = first if len(file.parts) > 1 else inspect.getmodulename(first)
        if name and Path(name).suffix != ".dist-info":
            yield name


def _normalized(name: str) -> str:
    return SEPARATORS.sub("-", name).lower()
