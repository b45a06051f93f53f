"""The table of what the assignment asks for names tests and commands that there are."""

import pytest

from tests.assignment.register import DOCUMENT, render, sentence_of
from tests.assignment.requirement import AssignmentRequirement, read_steps
from tests.rules.commands import unknown_words
from wavetank.inspection.requirements.assignment import ASSIGNMENT

STEPS = read_steps()
REQUIREMENTS = [requirement for step in STEPS for requirement in step.requirements]


def test_the_document_is_what_the_table_says() -> None:
    """It is generated from the current requirements."""
    assert DOCUMENT.read_text() == render(), "run: .venv/bin/python -m tests.assignment.register"


def test_the_steps_are_the_assignments() -> None:
    """Eight, each with something that it asks for."""
    assert [step.number for step in STEPS] == list(range(1, 9))
    assert all(step.requirements for step in STEPS)


@pytest.mark.parametrize(
    "requirement", REQUIREMENTS, ids=lambda requirement: requirement.asked[:40]
)
def test_each_requirement_is_shown(requirement: AssignmentRequirement) -> None:
    """By a command with options that there are, and by tests that say what they prove."""
    assert unknown_words(requirement.command) == []
    assert requirement.tests
    assert all(sentence_of(test) for test in requirement.tests)


def test_each_check_belongs_to_a_requirement() -> None:
    """Each name that `check` reports belongs to exactly one requirement."""
    checks = [check for requirement in REQUIREMENTS for check in requirement.checks]
    assert sorted(checks) == sorted(ASSIGNMENT)


@pytest.mark.parametrize(
    "test", ["unit/core/test_text.py::test_nothing", "unit/test_no.py::test_x"]
)
def test_missing_test_is_caught(test: str) -> None:
    """A test that was renamed, or whose file was."""
    with pytest.raises(LookupError, match=test):
        sentence_of(test)
