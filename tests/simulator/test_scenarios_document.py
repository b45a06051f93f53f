"""docs/scenarios.md: its scenarios run, its tables are generated, its error is the real one."""

import pytest

from tests.documents import blocks
from tests.scenario_tables import DOCUMENT, render
from tests.simulator.conftest import Deployed
from tests.simulator.runs import run_scenario
from wavetank.core.errors import ExitCode, UsageError
from wavetank.scenario.parser import parse_scenario

PAGE = "docs/scenarios.md"


@pytest.mark.parametrize("text", blocks(PAGE, "toml"))
def test_each_scenario_of_the_page_ends_as_it_expects(deployed: Deployed, text: str) -> None:
    """And every fault of it hits."""
    run = run_scenario(deployed, parse_scenario("example", text, PAGE))
    assert run.result.exit_code == ExitCode.VALID, run.broken()
    assert run.injections()


def test_a_mistake_is_reported_as_on_the_page() -> None:
    """Word for word, with the line and column."""
    (wrong,), (message,) = blocks(PAGE, "toml wrong"), blocks(PAGE, "text")
    with pytest.raises(UsageError) as error:
        parse_scenario("bad-day", wrong, "bad-day.toml")
    assert f"{error.value}\n" == message
    with pytest.raises(UsageError, match=r"did you mean late-tick\?"):
        parse_scenario("bad-day", wrong.replace('"20"', '"20m"'), "bad-day.toml")


def test_the_tables_are_up_to_date() -> None:
    """With all faults, calls and invariants."""
    text = DOCUMENT.read_text()
    assert text == render(text), "run: .venv/bin/python -m tests.scenario_tables"
