"""The project's files, parsed once, and how breaches of a rule are reported."""

import ast
import io
import subprocess
import tokenize
from collections.abc import Callable, Iterable, Iterator, Mapping
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
class Import:
    """One imported name: `from module import name`; `name` is empty for `import module`."""

    line: int
    module: str
    name: str
    for_types_only: bool

    @property
    def root(self) -> str:
        """The distribution's package, such as `boto3`."""
        return self.module.partition(".")[0]


@dataclass(frozen=True)
class Source:
    """One Python file; `path` is relative to the project, with slashes."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, filename=self.path)

    @cached_property
    def comments(self) -> dict[int, str]:
        """The comment of each line that has one."""
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        return {t.start[0]: t.string for t in tokens if t.type == tokenize.COMMENT}

    @property
    def module(self) -> str:
        """Its dotted name when imported; `harness` and `lambdas` are folders, not packages."""
        parts = self.path.removesuffix(".py").removesuffix("/__init__").split("/")
        return ".".join(parts[1:] if parts[0] in {"harness", "lambdas"} else parts)

    @cached_property
    def imports(self) -> list[Import]:
        """Every import, wherever it stands: at the top, in a function, for type checkers only."""
        guards = {"TYPE_CHECKING", "typing.TYPE_CHECKING"}
        guarded = {
            id(node)
            for guard in ast.walk(self.tree)
            if isinstance(guard, ast.If) and ast.unparse(guard.test) in guards
            for statement in guard.body
            for node in ast.walk(statement)
        }
        return [
            Import(node.lineno, module, name, id(node) in guarded)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.stmt | ast.expr)
            for module, name in self._imported_by(node)
        ]

    def references(self) -> Iterator[tuple[int, str]]:
        """Every use of an imported name, with the name it has where it comes from.

        After `import time as t`, `t.sleep` is `time.sleep`.
        """
        origins = self._origins()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom):
                yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
            elif isinstance(node, ast.Name | ast.Attribute):
                first, dot, rest = ast.unparse(node).partition(".")
                if first in origins:
                    yield node.lineno, f"{origins[first]}{dot}{rest}"

    def _imported_by(self, node: ast.AST) -> Iterator[tuple[str, str]]:
        match node:
            case ast.Import(names=names):
                yield from ((alias.name, "") for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                base = f"{self._package(level)}.{module or ''}".strip(".") if level else module
                yield from ((base or "", alias.name) for alias in names)
            case ast.Call(func=function, args=[ast.Constant(value=str(name)), *_]):
                if ast.unparse(function) in {"__import__", "importlib.import_module"}:
                    yield name, ""

    def _package(self, level: int) -> str:
        """What `level` dots at the start of an import stand for in this file."""
        parts = self.module.split(".")
        ups = level - 1 if self.path.endswith("/__init__.py") else level
        return ".".join(parts[: len(parts) - ups])

    def _origins(self) -> dict[str, str]:
        """The names that imports bind, and what each stands for."""
        origins = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    bound = alias.asname or alias.name.partition(".")[0]
                    origins[bound] = alias.name if alias.asname else bound
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    origins[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        return origins


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


def sources_in(*folders: str) -> list[Source]:
    """The project's Python files below the folders."""
    return [source for source in project_sources() if source.path.startswith(folders)]


def sources_outside(*folders: str) -> list[Source]:
    """The project's Python files elsewhere."""
    return [source for source in project_sources() if not source.path.startswith(folders)]


def findings(checker: Checker, sources: Iterable[Source]) -> list[Finding]:
    """What the checker finds in any of the files."""
    return [finding for source in sources for finding in checker(source)]


def assert_none(findings: Iterable[Finding], action: str) -> None:
    """Fails with what to do, and every finding on a line of its own."""
    listed = [f"  {finding}" for finding in sorted(findings)]
    if listed:
        pytest.fail("\n".join([f"{action}:", *listed]), pytrace=False)


def assert_only_exempt(
    findings: Iterable[Finding], exemptions: Mapping[str, str], action: str
) -> None:
    """As `assert_none`, but for the files exempted by path; a needless exemption fails too."""
    found = list(findings)
    needless = exemptions.keys() - {finding.path for finding in found}
    assert_none([finding for finding in found if finding.path not in exemptions], action)
    assert_none(
        [Finding(path, 0, f"exempted ({exemptions[path]})") for path in needless],
        "Take out of the EXEMPT table what no longer breaks the rule",
    )
