"""The sentence that an error prints."""

import pytest

from wavetank.core.errors import UsageError


@pytest.mark.parametrize(
    ("problem", "sentence"),
    [
        (None, "expected a number; found 'x'; correct it"),
        ("no number", "no number; correct it\nexpected a number"),
    ],
)
def test_the_problem_and_its_fix_come_first(problem: str | None, sentence: str) -> None:
    """In one line, with the detail on a second; without a problem in one sentence."""
    error = UsageError("a number", "'x'", "correct it", problem=problem)
    assert str(error) == sentence
    assert (error.expected, error.found, error.action) == ("a number", "'x'", "correct it")
