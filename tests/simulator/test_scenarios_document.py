"""docs/scenarios.md: its scenarios run, its tables are generated, its error is the real one."""

import io
import re
import sys

import pytest

from tests.documents import blocks
from tests.scenario_tables import DOCUMENT, render
from tests.simulator.conftest import Deployed
from tests.simulator.runs import run_scenario
from wavetank.core.errors import ExitCode, UsageError
from wavetank.scenario.loader import load_scenario, shipped_scenarios
from wavetank.scenario.parser import parse_scenario
from wavetank.simulation.event_stop import EventStop
from wavetank.simulation.handler_debugger import HandlerDebugger, RunStopped
from wavetank.simulation.runner import RunSpec, simulate

PAGE = "docs/scenarios.md"
REPLAY = re.compile(
    r"\$ ./wavetank replay (?P<name>[\w-]+)-(?P<seed>\d+) --until (?P<event>\d+) --pdb\n"
)
COMMAND = re.compile(r"^\(Pdb\) (.*)\n", re.MULTILINE)


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


def test_a_session_of_the_debugger_is_as_on_the_page(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """At the event that the page names, with what its commands show."""
    (session,) = [text for text in blocks(PAGE, "console") if REPLAY.match(text)]
    replay = REPLAY.match(session)
    assert replay is not None
    shown, (name, seed, event) = session[replay.end() :], replay.groups()
    spec = RunSpec(scenario=load_scenario(name, shipped_scenarios()), seed=int(seed))

    def drop_log() -> None:
        capsys.readouterr()

    debugger = HandlerDebugger(drop_log)
    stop = EventStop(deployed.simulator, int(event), debugger)
    commands = COMMAND.findall(shown)
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join([*commands, ""])))
    monkeypatch.setattr(deployed.simulator, "caller", debugger)
    with pytest.raises(RunStopped):
        simulate(deployed.simulator, deployed.pipeline, spec, None, stop.observe)
    assert capsys.readouterr().out == COMMAND.sub("(Pdb) ", shown)


def test_the_tables_are_up_to_date() -> None:
    """With all faults, calls and invariants."""
    text = DOCUMENT.read_text()
    assert text == render(text), "run: .venv/bin/python -m tests.scenario_tables"
