"""Whoever silences a tool, an error or a test says what, where, and why, right beside it.

That a rule is named, and that the silence is still needed, ruff sees; reasons it does not know.
"""

import re
from collections.abc import Iterator
from fnmatch import fnmatch

import pytest

from tests.rules.source import Finding, assert_none, project_texts

OWN = "tests/rules/test_ignores.py"
"""Has silences without reasons, for the rules to find."""
WHY = r"\s*#\s*\S.{2,}"
SILENCES = (
    ("*.py", r"#\s*(?i:noqa)\b(?!: [A-Z]+\d+(, ?[A-Z]+\d+)* - \S.{2,})", "# noqa: ABC123 - why"),
    ("*.py", rf"#\s*type:\s*ignore(?!\[[\w, -]+\]{WHY})", "# type: ignore[code]  # why"),
    ("*.py", r"#\s*type:\s*ignore\S+\s+#\s*noqa", "# type: ignore[code]  # why  # noqa: ..."),
    ("*.py", r"#\s*(flake8|fmt|isort|mypy|pragma|pylint|pyright|ruff|yapf)\s*:", "a line, no file"),
    ("*.py", r"suppress\((.*\W)?(Base)?Exception\b", "suppress(the errors that are expected)"),
    ("*.py", r"pytest\.skip\(\)", "pytest.skip(why)"),
    (
        "pyproject.toml",
        rf"""["'](?!ALL["'])([A-Z]{{1,4}}\d{{0,4}}|ignore:[^"']*)["'](?!,?{WHY}|\]{WHY})""",
        '"CODE", # why',
    ),
    (
        "pyproject.toml",
        r"^\[\[tool\.mypy\.overrides\]\]\n([^#\n]+\n)*(\n|\Z)",
        "an override  # why",
    ),
    ("*", rf"^\s*- [EIW]\d{{4}}\b(?!{WHY})|ignore_checks: *\[", "- W1234 # why"),
    ("*", rf"#\s*shellcheck disable=\S+(?!\S|{WHY})", "# shellcheck disable=SC1234 # why"),
)
"""In which files, what it looks like where it says not why, and how to write it."""


def unreasoned(path: str, text: str) -> Iterator[Finding]:
    """What the file silences without saying why, and how to say it."""
    for name, pattern, form in SILENCES:
        for match in re.finditer(pattern, text, re.MULTILINE) if fnmatch(path, name) else ():
            line = text.count("\n", 0, match.start()) + 1
            yield Finding(path, line, f"{match[0].strip()}, and not: {form}")


def test_silences_say_why() -> None:
    """Every ignore names its rule and its reason, and none holds for a file; no error is lost."""
    texts = [(path, text) for path, text in project_texts().items() if path != OWN]
    found = [finding for path, text in texts for finding in unreasoned(path, text)]
    assert_none(found, "Correct it, or say why beside it")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("x.py", "# noqa"),
        ("x.py", "# noqa - it is fine"),
        ("x.py", "# noqa: S101"),
        ("x.py", "# NOQA: S101 because"),
        ("x.py", "# noqa: S101 - "),
        ("x.py", "# type: ignore"),
        ("x.py", "# type: ignore[arg-type]"),
        ("x.py", "# type: ignore  # it is fine"),
        ("x.py", "# type: ignore[arg-type]  # noqa: E501 - a URL"),
        ("x.py", "# ruff: noqa - long lines"),
        ("x.py", "# mypy: ignore-errors"),
        ("x.py", "# fmt: off"),
        ("x.py", "with contextlib.suppress(ValueError, Exception):"),
        ("x.py", "pytest.skip()"),
        ("pyproject.toml", '[tool.ruff.lint]\nignore = [\n    "S101",\n]'),
        ("pyproject.toml", 'ignore = ["S101", "S603"] # both'),
        ("pyproject.toml", '"tests/**" = [\n"ANN", #\n]'),
        ("pyproject.toml", "filterwarnings = ['error', 'ignore::UserWarning']"),
        ("pyproject.toml", '[[tool.mypy.overrides]]\nmodule = ["x"]\nignore_errors = true\n'),
        ("init/x.yaml", "ignore_checks:\n      - W3002"),
        ("init/x.yml", "ignore_checks: [W3002]"),
        ("init/x.yml", "ignore_checks:\n  # those\n  - I3011 # why not\n  - W3002 #"),
        ("wavetank", "#!/usr/bin/env bash\n# shellcheck disable=SC2086\necho $1"),
    ],
)
def test_silence_without_reason_is_caught(path: str, text: str) -> None:
    """What silences a tool, an error or a test without a rule or a reason is found."""
    assert list(unreasoned(path, text))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("x.py", "# noqa: S603, S607 - the developer's own git"),
        ("x.py", "# type: ignore[arg-type, misc]  # no socketserver behind it"),
        ("x.py", "# type: ignore[misc]  # untyped  # noqa: E501 - a URL"),
        ("x.py", "# type: a noun, to be ignored"),
        ("x.py", "with suppress(OSError, json.JSONDecodeError):"),
        ("pyproject.toml", 'ignore = [\n    "S101", # asserts are free\n]'),
        ("pyproject.toml", '"a.py" = ["TID251"] # reads it'),
        ("pyproject.toml", '[[tool.mypy.overrides]]\nmodule = ["x"] # ships no types\n'),
        ("init/x.yaml", "ignore_checks:\n  - W3002 # packaged by us\nOther: W1234"),
        ("wavetank", "#!/bin/sh\n# shellcheck disable=SC2086 # words are wanted"),
    ],
)
def test_silence_with_reason_is_allowed(path: str, text: str) -> None:
    """What says which rule and why passes, and so does what silences nothing."""
    assert list(unreasoned(path, text)) == []
