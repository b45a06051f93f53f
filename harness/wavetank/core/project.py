"""The user's project: the folder whose `.wavetank` contains what Wavetank writes.

It is found upwards from the working folder, as git finds its repository. A project is marked by a
`wavetank.toml`, by the `.wavetank` of an earlier command, or by being a clone of Wavetank.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from wavetank.core.installation import TEMPLATE, is_clone
from wavetank.core.private_files import ROOT, STATE

CONFIGURATION = "wavetank.toml"


@dataclass(frozen=True)
class Project:
    """The user's project: its folder, and the file or folder that marks it, None without one."""

    folder: Path
    mark: Path | None = None

    @property
    def state_folder(self) -> Path:
        """The folder of everything that Wavetank writes, unless WAVETANK_STATE names another."""
        return self.folder / STATE

    @property
    def configuration(self) -> Path | None:
        """The project's `wavetank.toml`; None without one."""
        return self.mark if self.mark and self.mark.name == CONFIGURATION else None


def find_project(start: Path, default: Path | None = None) -> Project:
    """The nearest marked folder, from `start` upwards; else `default`, else `start`, unmarked.

    Above `start`, the marks of other users are ignored: in a shared folder such as /tmp anyone can
    put a `wavetank.toml`, and its templates and handlers would be run. [git: safe.directory]

    Raises:
        OSError: `start` is missing, or may not be read.
    """
    trusted = {os.geteuid(), ROOT, start.stat().st_uid}
    for folder in (start, *start.parents):
        mark = _mark(folder)
        if mark and (folder == start or mark.stat().st_uid in trusted):
            return Project(folder, mark)
    return Project(default or start)


def _mark(folder: Path) -> Path | None:
    """What marks the folder; a configuration first, because it says more than that."""
    if (folder / CONFIGURATION).is_file():
        return folder / CONFIGURATION
    if (folder / STATE).is_dir():
        return folder / STATE
    return folder / TEMPLATE if is_clone(folder) else None
