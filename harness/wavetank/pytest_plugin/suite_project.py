"""The project that a suite belongs to."""

from pathlib import Path

from wavetank.core.project import Project, find_project


def suite_project(root: Path, working: Path) -> Project:
    """The nearest project, upwards from the working folder, as for commands.

    A repository may have several, each in a folder of its own below pytest's root. From outside the
    root, as in `pytest path/of/the/suite`, the search begins at the root.

    Raises:
        OSError: the folder is missing, or may not be read.
    """
    return find_project(working if working.is_relative_to(root) else root)
