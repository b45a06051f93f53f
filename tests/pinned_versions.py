"""The extra `pinned` of pyproject.toml: what uv.lock installs for a user, each in its version.

`python -m tests.pinned_versions` prints its lines, from uv.lock alone.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from packaging.markers import Marker

ROOT = Path(__file__).parents[1]
PROJECT = "wavetank"
EXTRA = "pinned"
LINUX = {"sys_platform": "linux", "os_name": "posix", "platform_system": "Linux"}
"""The requirements name Linux, whose packages they are; where this runs does not matter."""


def given() -> list[str]:
    """The lines that pyproject.toml has."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return list(project["optional-dependencies"][EXTRA])


def expected() -> list[str]:
    """The lines that it has to have: all that the dependencies need, and not the extras."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    packages = {package["name"]: package for package in lock["package"]}
    found = _closure(packages) - {PROJECT}
    return [f"{name}=={packages[name]['version']}" for name in sorted(found)]


def _closure(packages: dict[str, dict[str, Any]]) -> set[str]:
    """The names of all that is installed for the project."""
    found: set[str] = set()
    wanted = [(PROJECT, "")]
    seen: set[tuple[str, str]] = set()
    while wanted:
        name, extra = wanted.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        found.add(name)
        wanted += _needed(packages[name], extra)
    return found


def _needed(package: dict[str, Any], extra: str) -> Iterator[tuple[str, str]]:
    """What a package needs, or its extra: names, each with the extras that are asked for."""
    extras = package.get("optional-dependencies", {})
    for entry in extras.get(extra, []) if extra else package.get("dependencies", []):
        marker = entry.get("marker")
        if marker and not Marker(marker).evaluate(LINUX):
            continue
        yield entry["name"], ""
        for other in entry.get("extra", []):
            yield entry["name"], other


if __name__ == "__main__":
    for line in expected():
        print(f'    "{line}",')  # noqa: T201 - what it is for
