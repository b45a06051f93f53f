"""The extra `pinned` of pyproject.toml: what uv.lock installs for a user, each in its version.

`python -m tests.pinned_versions` prints its lines.
"""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from packaging.markers import Marker

from tests.rules.source import ROOT

PROJECT = "wavetank"
EXTRA = "pinned"
LINUX = {"sys_platform": "linux", "os_name": "posix", "platform_system": "Linux"}
"""What a user of Wavetank has, wherever this runs."""


def given() -> list[str]:
    """The lines in pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return list(project["optional-dependencies"][EXTRA])


def expected() -> list[str]:
    """The lines that uv.lock asks for: all that the dependencies need, without the extras."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    packages = {package["name"]: package for package in lock["package"]}
    needed = _closure(packages) - {PROJECT}
    return [f"{name}=={packages[name]['version']}" for name in sorted(needed)]


def _closure(packages: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """The names of all packages that an installation without extras has."""
    seen: set[tuple[str, str]] = set()
    wanted = [(PROJECT, "")]
    while wanted:
        name, extra = wanted.pop()
        if (name, extra) not in seen:
            seen.add((name, extra))
            wanted += _needed(packages[name], extra)
    return {name for name, _ in seen}


def _needed(package: Mapping[str, Any], extra: str) -> Iterator[tuple[str, str]]:
    """Names that a package, or one of its extras, needs on Linux; each with what extra of it."""
    entries = package.get("optional-dependencies", {}).get(extra, []) if extra else None
    for entry in package.get("dependencies", []) if entries is None else entries:
        if Marker(entry.get("marker", "os_name == 'posix'")).evaluate(LINUX):
            yield from ((entry["name"], other) for other in ("", *entry.get("extra", [])))


if __name__ == "__main__":
    for line in expected():
        print(f'    "{line}",')  # noqa: T201 - a script's output
