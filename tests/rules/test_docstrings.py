"""A docstring says each thing once."""

import ast
import re
from collections.abc import Iterator

from tests.rules.source import Finding, Source, assert_none, findings

SENTENCE_END = re.compile(r"(?<=[.?!])\s+|\n\s*\n")
WORDS_MIN = 4
"""Shorter ones may be repeated, such as `The default.`, or a heading of parameters."""
OWNERS = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def repeated_sentences(source: Source) -> Iterator[Finding]:
    """Docstrings in which a sentence is there twice, by the line of what they document."""
    for node in ast.walk(source.tree):
        if isinstance(node, OWNERS) and (text := ast.get_docstring(node)):
            sentences = [" ".join(each.split()) for each in SENTENCE_END.split(text)]
            long = [each for each in sentences if len(each.split()) >= WORDS_MIN]
            for repeated in sorted({each for each in long if long.count(each) > 1}):
                yield Finding(source.path, getattr(node, "lineno", 1), repeated)


def test_a_docstring_does_not_repeat_a_sentence() -> None:
    """Text that an edit has doubled is found, in code and in tests."""
    assert_none(findings(repeated_sentences, ""), "Say it once")


def test_a_repeated_sentence_is_found() -> None:
    """Across lines, and not if it is in another docstring."""
    text = '"""A module.\n\n`now` is the\ntime of it. `now` is the time of it.\n"""\n'
    assert [each.what for each in repeated_sentences(Source("x.py", text))] == [
        "`now` is the time of it."
    ]
    assert not list(repeated_sentences(Source("x.py", '"""`now` is the time of it. Else."""\n')))
