"""The table of what the brief asks for names tests and commands that there are."""

import pytest

from tests.brief.demand import Demand, read_steps
from tests.brief.register import DOCUMENT, render, sentence_of
from tests.rules.commands import unknown_words
from wavetank.inspection.requirements.assignment import ASSIGNMENT

STEPS = read_steps()
DEMANDS = [demand for step in STEPS for demand in step.demands]


def test_the_document_is_what_the_table_says() -> None:
    """Whoever reads it reads what is held here."""
    assert DOCUMENT.read_text() == render(), "run: .venv/bin/python -m tests.brief.register"


def test_the_steps_are_the_briefs() -> None:
    """Eight, each with something that it asks for."""
    assert [step.number for step in STEPS] == list(range(1, 9))
    assert all(step.demands for step in STEPS)


@pytest.mark.parametrize("demand", DEMANDS, ids=lambda demand: demand.asked[:40])
def test_each_demand_is_shown(demand: Demand) -> None:
    """By a command with options that there are, and by tests that say what they prove."""
    assert unknown_words(demand.command) == []
    assert demand.tests
    assert all(sentence_of(test) for test in demand.tests)


def test_what_check_judges_is_asked_for() -> None:
    """Each of its requirements stands in exactly one demand, and there are no others."""
    judged = [requirement for demand in DEMANDS for requirement in demand.judged]
    assert sorted(judged) == sorted(ASSIGNMENT)


@pytest.mark.parametrize(
    "test", ["unit/core/test_text.py::test_nothing", "unit/test_no.py::test_x"]
)
def test_missing_test_is_caught(test: str) -> None:
    """A test that was renamed, or whose file was."""
    with pytest.raises(LookupError, match=test):
        sentence_of(test)
