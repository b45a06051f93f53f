"""The Python packages that AWS's Lambda runtime has, and no others.

A function that imports something else must fail here as it would fail on AWS, so its process does
not get the packages that LocalStack and Wavetank are installed with. It gets a folder of links to
the runtime's own: AWS's SDK, the runtime interface client, and what these two require.
[AWS Lambda developer guide, lambda-python: "Runtime-included SDK versions"]
"""

import contextlib
import os
import re
from functools import cache
from importlib import metadata
from pathlib import Path

from wavetank.emulator.lambda_.folders import mode_for_users

RUNTIME_DISTRIBUTIONS = ("boto3", "awslambdaric")
SITE_MODE = 0o755
"""The mode of the folder, which the function's user reads."""


def build_runtime_site(folder: Path) -> Path:
    """Fill `folder` with links to the runtime's packages; may be repeated and run concurrently."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(mode_for_users(SITE_MODE))  # whatever LocalStack's umask is
    for entry in runtime_entries():
        with contextlib.suppress(FileExistsError):
            (folder / entry.name).symlink_to(entry)
    return folder


@cache
def runtime_entries() -> tuple[Path, ...]:
    """The packages, modules and metadata folders of AWS's runtime, where they are installed."""
    names = sorted(_closure(RUNTIME_DISTRIBUTIONS))
    entries = {entry for name in names for entry in _top_level_entries(metadata.distribution(name))}
    return tuple(sorted(entry for entry in entries if entry.exists()))


def _closure(names: tuple[str, ...]) -> set[str]:
    """The named distributions and all that they require, without extras."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        requirements = metadata.requires(name) or []
        waiting.extend(_project_name(line) for line in requirements if "extra ==" not in line)
    return found


def _project_name(requirement: str) -> str:
    matched = re.match(r"[A-Za-z0-9._-]+", requirement)
    return matched.group().lower() if matched else requirement


def _top_level_entries(distribution: metadata.Distribution) -> set[Path]:
    """The packages, modules and metadata folders that the distribution installed."""
    tops = {file.parts[0] for file in distribution.files or () if file.parts[0] != os.pardir}
    root = Path(str(distribution.locate_file("")))
    return {root / top for top in tops if top != "__pycache__"}
