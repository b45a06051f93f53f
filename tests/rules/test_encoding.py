"""Text is UTF-8 whatever the host's locale is: every reader, writer and decoder says so.

Ruff's rule for it knows a path only where it is made; its ban of the built-in `open` does the rest.
"""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.rules.source import Finding, Source, assert_none, findings

TEXT_MODE = re.compile(r"'[rwxat+]+'")


def unstated_encodings(source: Source) -> Iterator[Finding]:
    """Every call that would read, write or decode by the locale's encoding."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func).rpartition(".")[2]
            given = {word.arg: ast.unparse(word.value) for word in node.keywords}
            first = ast.unparse(node.args[0]) if node.args else given.get("mode", "")
            opens = name == "open" and TEXT_MODE.fullmatch(first)
            is_text = opens or name in {"read_text", "write_text"} or given.get("text") == "True"
            stated = "encoding" in given or (name == "read_text" and node.args)
            if is_text and not stated:
                yield Finding(source.path, node.lineno, "text without an encoding")


def test_every_text_says_its_encoding() -> None:
    """Else a machine with another locale reads other letters, or none."""
    found = findings(unstated_encodings, "harness/", "init/", "lambdas/")
    assert_none(found, 'State encoding="utf-8"')


@pytest.mark.parametrize(
    "text",
    [
        "path.read_text()",
        "path.read_text(errors='replace')",
        "path.write_text('x')",
        "path.open('w')",
        "path.open(mode='a')",
        "subprocess.run(['x'], text=True)",
    ],
)
def test_an_unstated_encoding_is_caught(text: str) -> None:
    """In each form in which a text can be read or written."""
    assert len(list(unstated_encodings(Source("x.py", text)))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "path.read_text(encoding='utf-8')",
        "path.open('wb')",
        "page.open()",
        "files.read_text('x')",
        "storage.open(bucket, key, mode='r')",
    ],
)
def test_bytes_and_stated_encodings_pass(text: str) -> None:
    """As does an `open` that opens no file."""
    assert list(unstated_encodings(Source("x.py", text))) == []
