"""docs/scenarios.md: its scenarios are played, its tables are made, its error is what is said."""

import pytest

from tests.documents import blocks
from tests.scenario_tables import DOCUMENT, render
from tests.simulator.conftest import Deployed
from tests.simulator.stories import tell
from wavetank.core.errors import ExitCode, UsageError
from wavetank.scenario.file import parse_scenario

PAGE = "docs/scenarios.md"


@pytest.mark.parametrize("text", blocks(PAGE, "toml"))
def test_each_scenario_of_the_page_comes_out_as_it_expects(deployed: Deployed, text: str) -> None:
    """And every fault that it tells of strikes."""
    told = tell(deployed, parse_scenario("told", text, PAGE))
    assert told.played.exit_code == ExitCode.VALID, told.broken()
    assert told.strikes()


def test_a_mistake_is_said_as_the_page_says() -> None:
    """Word for word, with the line and column."""
    (wrong,), (message,) = blocks(PAGE, "toml wrong"), blocks(PAGE, "text")
    with pytest.raises(UsageError) as error:
        parse_scenario("bad-day", wrong, "bad-day.toml")
    assert f"{error.value}\n" == message
    with pytest.raises(UsageError, match=r"did you mean late-tick\?"):
        parse_scenario("bad-day", wrong.replace('"20"', '"20m"'), "bad-day.toml")


def test_the_tables_are_up_to_date() -> None:
    """Faults, calls and invariants are those that there are."""
    text = DOCUMENT.read_text()
    assert text == render(text), "run: .venv/bin/python -m tests.scenario_tables"
