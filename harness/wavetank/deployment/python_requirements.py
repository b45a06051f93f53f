"""Installs the requirements of functions, once for each content of their list, into a cache.

For the Python and the machine of this process, which run the functions, whichever version of Python
their runtime names. A list that does not install is tried requirement by requirement, so that each
one that is missing is named.
"""

import hashlib
import importlib.util
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from wavetank.core.installation import clone_folder
from wavetank.core.private_files import private_folder
from wavetank.core.settings import search_path
from wavetank.core.text import file_position
from wavetank.core.uv_program import find_uv
from wavetank.templates.problems import TemplateProblem

SECONDS_MAX = 900.0
REASON_CHARACTERS_MAX = 300
INCLUDED = re.compile(r"^\s*(?:-r|--requirement|-c|--constraint)[\s=]+(?P<path>\S+)")
COMMENT = re.compile(r"(^|\s)#.*$")
FRAME = "│╰╭├─▶\N{MULTIPLICATION SIGN}· "
"""What uv draws around its messages."""


@dataclass(frozen=True)
class RequirementsCache:
    """Cache of installed Python requirements, by the content of their list, below `folder`."""

    folder: Path

    def installed(self, requirements: Path) -> tuple[Path | None, list[TemplateProblem]]:
        """The folder with the packages, or what is wrong with the requirements.

        Raises:
            InfrastructureError: no program that installs packages was found.
        """
        target = self.folder / _digest(requirements)
        if target.is_dir():
            return target, []
        private_folder(self.folder)
        with TemporaryDirectory(dir=self.folder) as scratch:
            made = Path(scratch, "packages")
            reason = self._install(requirements, made)
            if reason is not None:
                return None, list(self._problems(requirements, reason, Path(scratch)))
            made.mkdir(exist_ok=True)  # an empty list installs nothing
            try:
                made.rename(target)
            except OSError:
                if not target.is_dir():  # otherwise another process was first
                    raise
        return target, []

    def _problems(
        self, requirements: Path, reason: str, scratch: Path
    ) -> Iterator[TemplateProblem]:
        """A problem for each requirement that does not install, or one for all together."""
        options, entries = _parts(requirements)
        failures = 0
        for line, entry in entries if len(entries) > 1 else ():
            alone = scratch / "requirements.txt"
            alone.write_text("\n".join([*options, entry, ""]), encoding="utf-8")
            shutil.rmtree(scratch / "packages", ignore_errors=True)
            if (found := self._install(alone, scratch / "packages")) is not None:
                failures += 1
                yield _problem(f"{entry} at {file_position(requirements, line)}", found)
        if not failures:
            line, entry = entries[0] if len(entries) == 1 else (1, "all together")
            yield _problem(f"{entry} at {file_position(requirements, line)}", reason)

    def _install(self, requirements: Path, target: Path) -> str | None:
        """Installs into the folder; returns why it failed.

        Outside the project, whose configuration uv would find and apply.
        """
        command = [*self._program, "--target", str(target), "-r", str(requirements.absolute())]
        try:
            done = subprocess.run(
                command,
                cwd=requirements.absolute().anchor,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=SECONDS_MAX,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"it took more than {SECONDS_MAX:g} seconds"
        return None if done.returncode == 0 else _reason(done.stderr)

    @cached_property
    def _program(self) -> list[str]:
        if importlib.util.find_spec("pip") is not None:
            pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
            return [*pip, "install"]
        uv = find_uv(search_path(), clone_folder())
        return [str(uv), "pip", "install", "--quiet", "--python", sys.executable]


def _problem(what: str, reason: str) -> TemplateProblem:
    action = "correct the requirement, or run `sam build` where it installs"
    return TemplateProblem("requirements that install", f"{what}: {reason}", action)


def _digest(requirements: Path) -> str:
    """Of the list, of those that it includes, and of the Python that it is installed for."""
    content = hashlib.sha256(f"{sys.version} {platform.platform()}".encode())
    for path in _with_included(requirements, frozenset()):
        content.update(path.read_bytes())
    return content.hexdigest()


def _with_included(path: Path, seen: frozenset[Path]) -> Iterator[Path]:
    if path in seen or not path.is_file():
        return
    yield path
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        if found := INCLUDED.match(line):
            yield from _with_included(path.parent / found["path"], seen | {path})


def _parts(requirements: Path) -> tuple[list[str], list[tuple[int, str]]]:
    """The options of the list, and its requirements with their lines."""
    options: list[str] = []
    entries: list[tuple[int, str]] = []
    text = requirements.read_text(encoding="utf-8", errors="replace")
    for number, line in enumerate(text.splitlines(), 1):
        entry = COMMENT.sub("", line).strip()
        if included := INCLUDED.match(entry):  # relative to the list that names it
            path = requirements.parent.absolute() / included["path"]
            options.append(f"{entry[: included.start('path')]}{path}")
        elif entry.startswith("-") and not entry.startswith(("-e", "--editable")):
            options.append(entry)
        elif entry:
            entries.append((number, entry))
    return options, entries


def _reason(output: str) -> str:
    """The message of pip or uv in one line, without what they draw around it."""
    lines = [line.strip(FRAME).removeprefix("ERROR: ") for line in output.splitlines()]
    text = " ".join(line for line in lines if line and not line.startswith("hint:"))
    if len(text) > REASON_CHARACTERS_MAX:
        text = f"{text[:REASON_CHARACTERS_MAX]}..."
    return text or "no reason given"
