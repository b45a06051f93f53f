"""The project's files, parsed once, and how breaches of a rule are reported."""

import ast
import subprocess
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, order=True)
class Finding:
    """A breach of a rule: where it is, and what is there."""

    path: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}"


@dataclass(frozen=True)
class Source:
    """One Python file; `path` is relative to the project, with slashes."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, filename=self.path)


type Checker = Callable[[Source], Iterable[Finding]]
"""A rule as far as it can be told from one file."""


@cache
def project_files() -> tuple[str, ...]:
    """What git tracks or would track: new files count, ignored ones do not."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607 - the developer's own git
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    names = sorted(set(listed.stdout.split("\0")) - {""})
    return tuple(name for name in names if (ROOT / name).is_file())


@cache
def project_texts() -> Mapping[str, str]:
    """The project's text files by path; the lock is a machine's, and LICENSE not ours to word."""
    texts = {}
    for name in project_files():
        if name not in {"LICENSE", "uv.lock"}:
            with suppress(UnicodeDecodeError):  # an image or an archive
                texts[name] = (ROOT / name).read_bytes().decode()
    return texts


@cache
def project_sources() -> tuple[Source, ...]:
    """The project's Python files."""
    return tuple(Source(p, text) for p, text in project_texts().items() if p.endswith(".py"))


def findings(checker: Checker, *folders: str) -> list[Finding]:
    """What the checker finds in the project's Python files below the folders; in all, for none."""
    sources = [one for one in project_sources() if one.path.startswith(folders or "")]
    return [finding for source in sources for finding in checker(source)]


def assert_none(findings: Iterable[Finding], action: str) -> None:
    """Fails with what to do, and every finding on a line of its own."""
    listed = [f"  {finding}" for finding in sorted(findings)]
    if listed:
        pytest.fail("\n".join([f"{action}:", *listed]), pytrace=False)
