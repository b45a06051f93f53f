"""Lines for a terminal of any width."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from wavetank.cli.output.text_wrap import fitted, shortened

WORDS = st.lists(st.text("abc…é", min_size=1, max_size=12), min_size=1, max_size=30)


@given(words=WORDS, width=st.integers(20, 100), hang=st.integers(0, 8))
def test_no_line_is_too_long_and_no_word_is_lost(words: list[str], width: int, hang: int) -> None:
    """Whatever the words and the width, and each line after the first is set in."""
    first, *rest = fitted(Text(" ".join(words)), width, hang).plain.split("\n")
    assert max(map(len, [first, *rest])) <= width
    assert " ".join([first, *rest]).split() == words
    assert all(line.startswith(" " * hang) for line in rest)


def test_what_follows_is_set_in_under_its_own_line() -> None:
    """Each line of several by itself, a step further in than it begins."""
    text = fitted(Text("one two three\n  four five six"), 9)
    assert text.plain == "one two\n  three\n  four\n    five\n    six"


def test_a_link_is_left_to_the_terminal() -> None:
    """Broken by us it could not be copied."""
    link = "http://127.0.0.1:4566/" + "x" * 40
    assert fitted(Text(f"open {link} now"), 30).plain == f"open\n  {link}\n  now"


def test_a_word_to_be_recognised_loses_its_middle() -> None:
    """With an ellipsis in its place, and its style."""
    line = Text("key ").append("0123456789" * 3, "bold")
    short = fitted(line, 14, 4, shorten=True)
    assert short.plain == "key 0123…56789"
    assert {str(span.style) for span in short.spans} == {"bold"}


@pytest.mark.parametrize(("width", "text"), [(9, "abcdefghi"), (5, "ab…hi"), (1, "…")])
def test_a_shortened_word_has_the_width(width: int, text: str) -> None:
    """And is whole where there is room."""
    assert shortened("abcdefghi", width) == text
