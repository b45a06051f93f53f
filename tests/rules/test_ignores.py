"""Whoever silences a tool says which of its rules, where, and why, right beside it."""

import re
import tomllib
from collections.abc import Callable, Iterator
from fnmatch import fnmatch

import pytest

from tests.rules.source import (
    Finding,
    Source,
    assert_none,
    findings,
    project_sources,
    project_texts,
)

REASON = r"\s*#\s*\S.{2,}"
NOQA = re.compile(r"#\s*noqa\b(?P<told>: [A-Z]+\d+(, ?[A-Z]+\d+)* - \S.{2,})?", re.IGNORECASE)
TYPE_IGNORE = re.compile(
    r"#\s*type:\s*ignore(?P<told>\[[\w, -]+\]\s+#\s*(?!noqa)\S.{2,})?", re.IGNORECASE
)
WHOLE_FILE = re.compile(r"#\s*(flake8|fmt|isort|mypy|pragma|pylint|pyright|ruff|yapf)\s*:")
MYPY_OVERRIDE = re.compile(r"^\[\[tool\.mypy\.overrides\]\]\n(?:(?!\[).*\n?)*", re.MULTILINE)
CFN_LINT_RULE = re.compile(r"\b[EIW]\d{4}\b")

type TextChecker = Callable[[str, str], Iterator[Finding]]
"""From a file's path and text to what is wrong with it."""


def unreasoned_comments(source: Source) -> Iterator[Finding]:
    """The comments that silence a linter or the type checker, but not in the form allowed."""
    for line, comment in source.comments.items():
        silences = [*NOQA.finditer(comment), *TYPE_IGNORE.finditer(comment)]
        if WHOLE_FILE.search(comment) or not all(found["told"] for found in silences):
            yield Finding(source.path, line, comment)


def unreasoned_settings(path: str, text: str) -> Iterator[Finding]:
    """What pyproject.toml silences without a reason, or two in one line."""
    for entry in set(_silenced(tomllib.loads(text).get("tool", {}))):
        alone = re.compile(rf"""\s*(["']){re.escape(entry)}\1,?{REASON}""")
        for number, line in enumerate(text.splitlines(), 1):
            if re.search(rf"""(["']){re.escape(entry)}\1""", line) and not alone.match(line):
                yield Finding(path, number, line.strip())
    for override in MYPY_OVERRIDE.finditer(text):
        if not re.search(REASON, override[0]):
            yield Finding(path, text.count("\n", 0, override.start()) + 1, "a mypy override")


def _silenced(table: object, *, ignoring: bool = False) -> Iterator[str]:
    """The rules in every list below a key that is about ignoring, and the warnings ignored."""
    match table:
        case dict():
            for key, value in table.items():
                yield from _silenced(value, ignoring=ignoring or "ignore" in key)
        case list():
            strings = [entry for entry in table if isinstance(entry, str)]
            yield from (entry for entry in strings if ignoring or entry.startswith("ignore"))


def unreasoned_suppressions(path: str, text: str) -> Iterator[Finding]:
    """The cfn-lint rules that a template, or cfn-lint's own file, ignores without a reason."""
    listing = False
    for number, line in enumerate(text.splitlines(), 1):
        entry = line.strip()
        listing = entry.startswith("ignore_checks:") or (listing and entry.startswith(("-", "#")))
        if listing and CFN_LINT_RULE.search(line.partition("#")[0]) and not re.search(REASON, line):
            yield Finding(path, number, entry)


def unreasoned_shellcheck(path: str, text: str) -> Iterator[Finding]:
    """The shellcheck directives of a shell script without a reason."""
    if re.match(r"#!.*sh\b", text):
        for number, line in enumerate(text.splitlines(), 1):
            if re.search(r"#\s*shellcheck disable=", line) and not re.search(
                rf"=\S+{REASON}", line
            ):
                yield Finding(path, number, line.strip())


def _found(checker: TextChecker, *patterns: str) -> list[Finding]:
    """What the checker finds in the project's text files of these names."""
    files = project_texts().items()
    chosen = [file for file in files if any(fnmatch(file[0], pattern) for pattern in patterns)]
    return [finding for path, text in chosen for finding in checker(path, text)]


def test_comments_say_why() -> None:
    """Every lint or type ignore names a rule and carries its reason, and none holds for a file."""
    found = findings(unreasoned_comments, project_sources())
    forms = "`# noqa: CODE - reason` or `# type: ignore[code]  # reason`"
    assert_none(found, f"Correct the code, or write {forms}")


def test_project_settings_say_why() -> None:
    """Every rule ignored in pyproject.toml stands on a line of its own with its reason."""
    found = _found(unreasoned_settings, "pyproject.toml")
    assert_none(found, 'Write `"CODE", # reason`, one a line')


def test_template_suppressions_say_why() -> None:
    """Every cfn-lint rule that is ignored carries its reason."""
    found = _found(unreasoned_suppressions, "*.yaml", "*.yml", ".cfnlintrc*")
    assert_none(found, "Correct the template, or write `- W1234 # reason`")


def test_scripts_say_why() -> None:
    """Every shellcheck rule that is ignored carries its reason."""
    found = _found(unreasoned_shellcheck, "*")
    assert_none(found, "Correct the script, or write `# shellcheck disable=SC1234 # reason`")


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa",
        "# noqa - it is fine",
        "# noqa: S101",
        "# noqa: S101 because",
        "# noqa: S101 - ",
        "# type: ignore",
        "# type: ignore[arg-type]",
        "# type: ignore  # it is fine",
        "# type: ignore[arg-type]  # noqa: E501 - a URL",
        "# ruff: noqa: E501 - long lines",
        "# mypy: ignore-errors",
        "# fmt: off",
    ],
)
def test_unreasoned_comment_is_caught(comment: str) -> None:
    """A comment that silences a tool without rule or reason is found."""
    source = Source("x.py", f"x = 1\ny = 2  {comment}\n")
    assert [finding.line for finding in unreasoned_comments(source)] == [2]


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa: S603, S607 - the developer's own git",
        "# type: ignore[arg-type, misc]  # no socketserver behind it",
        "# type: ignore[misc]  # untyped  # noqa: E501 - a URL",
        "# type: a noun, to be ignored",
    ],
)
def test_reasoned_comment_is_allowed(comment: str) -> None:
    """A comment with rule and reason passes, and so does one that silences nothing."""
    assert list(unreasoned_comments(Source("x.py", f"x = 1  {comment}\n"))) == []


@pytest.mark.parametrize(
    ("checker", "text"),
    [
        (unreasoned_settings, '[tool.ruff.lint]\nignore = [\n    "S101",\n]'),
        (unreasoned_settings, '[tool.ruff.lint]\nignore = ["S101", "S603"] # both'),
        (unreasoned_settings, '[tool.ruff.lint.per-file-ignores]\n"tests/**" = [\n"S101",\n]'),
        (unreasoned_settings, "[tool.pytest]\nfilterwarnings = ['error', 'ignore::UserWarning']"),
        (unreasoned_settings, '[[tool.mypy.overrides]]\nmodule = ["x"]\nignore_errors = true'),
        (unreasoned_suppressions, "Metadata:\n  config:\n    ignore_checks:\n      - W3002"),
        (unreasoned_suppressions, "ignore_checks: [W3002]"),
        (unreasoned_suppressions, "ignore_checks:\n  # those\n  - I3011 # why not\n  - W3002 #"),
        (unreasoned_shellcheck, "#!/usr/bin/env bash\n# shellcheck disable=SC2086\necho $1"),
    ],
)
def test_unreasoned_entry_is_caught(checker: TextChecker, text: str) -> None:
    """An entry of a tool's configuration that silences it without a reason is found."""
    assert list(checker("x", text))


@pytest.mark.parametrize(
    ("checker", "text"),
    [
        (unreasoned_settings, '[tool.ruff.lint]\nignore = [\n    "S101", # asserts are free\n]'),
        (unreasoned_settings, '[[tool.mypy.overrides]]\nmodule = ["x"] # ships no types\n'),
        (unreasoned_suppressions, "ignore_checks:\n  - W3002 # packaged by us\nOther: W1234"),
        (unreasoned_shellcheck, "#!/bin/sh\n# shellcheck disable=SC2086 # words are wanted"),
    ],
)
def test_reasoned_entry_is_allowed(checker: TextChecker, text: str) -> None:
    """An entry with its reason passes."""
    assert list(checker("x", text)) == []
