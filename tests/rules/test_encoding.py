"""Text is UTF-8 whatever the host's locale is: every reader, writer and decoder says so."""

import ast
from collections.abc import Iterator

import pytest

from tests.rules.source import Finding, Source, assert_only_exempt, findings, sources_outside

TEXT_METHODS = frozenset({"read_text", "write_text"})
EXEMPT = {
    "harness/wavetank/emulator/snapshot/sources.py": "opens S3's objects, which are bytes",
}


def unstated_encodings(source: Source) -> Iterator[Finding]:
    """Every call that would read, write or decode by the locale's encoding."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and _is_text(node) and not _states_encoding(node):
            yield Finding(source.path, node.lineno, "text without an encoding")


def _is_text(call: ast.Call) -> bool:
    if any(word.arg == "text" and _is_true(word.value) for word in call.keywords):
        return True
    if not isinstance(call.func, ast.Attribute):
        return isinstance(call.func, ast.Name) and call.func.id == "open" and _is_text_mode(call, 1)
    if call.func.attr in TEXT_METHODS:
        return True
    return call.func.attr == "open" and bool(_mode(call, 0)) and _is_text_mode(call, 0)


def _is_text_mode(call: ast.Call, position: int) -> bool:
    return "b" not in _mode(call, position)


def _mode(call: ast.Call, position: int) -> str:
    """The literal mode; empty where there is none, as for an `open` that opens no file."""
    values = [word.value for word in call.keywords if word.arg == "mode"]
    values += call.args[position : position + 1]
    text = values[0].value if values and isinstance(values[0], ast.Constant) else ""
    return text if isinstance(text, str) and set(text) <= set("rwxabt+") else ""


def _is_true(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is True


def _states_encoding(call: ast.Call) -> bool:
    named = {word.arg for word in call.keywords}
    positional = isinstance(call.func, ast.Attribute) and call.func.attr == "read_text"
    return "encoding" in named or (positional and bool(call.args))


def test_every_text_says_its_encoding() -> None:
    """Else a machine with another locale reads other letters, or none."""
    found = findings(unstated_encodings, sources_outside("tests/", "examples/"))
    assert_only_exempt(found, EXEMPT, 'State encoding="utf-8"')


@pytest.mark.parametrize(
    "text",
    [
        "path.read_text()",
        "path.read_text(errors='replace')",
        "path.write_text('x')",
        "path.open('w')",
        "path.open(mode='a')",
        "open('x')",
        "subprocess.run(['x'], text=True)",
    ],
)
def test_an_unstated_encoding_is_caught(text: str) -> None:
    """In each form in which a text can be read or written."""
    assert len(list(unstated_encodings(Source("x.py", text)))) == 1


@pytest.mark.parametrize(
    "text",
    ["path.read_text(encoding='utf-8')", "path.open('wb')", "page.open()", "files.read_text('x')"],
)
def test_bytes_and_stated_encodings_pass(text: str) -> None:
    """As does an `open` that opens no file."""
    assert list(unstated_encodings(Source("x.py", text))) == []
