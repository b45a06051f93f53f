"""The notebooks, executed on a run of the simulator."""

from pathlib import Path

import nbformat
import pytest

from tests.live.hosts import PROJECT
from tests.simulator.conftest import START, Deployed
from wavetank.reporting.analysis.notebook import Notebook, read_notebook
from wavetank.scenario.loader import load_scenario
from wavetank.scenario.run_store import RunStore, SavedRun
from wavetank.scenario.serialization import scenario_to_toml
from wavetank.simulation.runner import RunSpec, simulate

SEED = 1
FACTS = {
    "01_what_arrived": "(deliveries.records.height, missing.height, copies['identical'].all(), "
    "delayed['seconds'].max(), not_read.height)",
    "02_price_walk": "([finding.verdict.value for finding in checked], changed.height, "
    "jumped.height)",
    "03_failure_drill": "(failed.height, failed['given_up'][0], failed['seconds_to_alert'][0], "
    "alerted.height, caught_up['minutes'][0], caught_up['made_up'][0], missing.height)",
}
"""What a notebook has found, as its own variables have it."""


@pytest.fixture
def run(deployed: Deployed, tmp_path: Path) -> SavedRun:
    """An hour in which a broken handler is deployed for ten minutes."""
    scenario = load_scenario("broken-deployment", PROJECT / "scenarios")
    saved = RunStore(tmp_path).new("broken-deployment", SEED, scenario_to_toml(scenario))
    spec = RunSpec(scenario=scenario, seed=SEED)
    deployed.simulator.reset()
    with deployed.simulator.frozen_at(START):  # and not longer: a kernel's time goes on
        simulate(deployed.simulator, deployed.pipeline, spec, saved.history, lambda _: None)
    return saved


def _executed(name: str, source: str) -> Notebook:
    """With a last cell that shows what was found."""
    notebook = read_notebook(PROJECT / "notebooks" / f"{name}.ipynb").reading(source)
    notebook.node.cells.append(nbformat.v4.new_code_cell(FACTS[name]))
    return notebook.executed()


def test_the_notebooks_analyse_a_run(run: SavedRun, tmp_path: Path) -> None:
    """Copies, delay, contract, alert and catch-up are those of the run, and a page shows them."""
    done = {name: _executed(name, str(run.folder)) for name in FACTS}
    results = {
        name: book.node.cells[-1].outputs[0].data["text/plain"] for name, book in done.items()
    }
    assert results["01_what_arrived"] == "(1200, 0, True, 660.207, 0)"
    assert results["02_price_walk"] == "(['valid', 'valid'], 1200, 0)"
    assert results["03_failure_drill"] == "(1, 7, 180, 14, 10, 200, 0)"
    page = tmp_path / "page.html"
    done["03_failure_drill"].write(page)
    text = page.read_text()
    assert 'alt="From the failure to the alert and back' in text
    assert "Failure: Dora Explorer" in text
    assert 'src="http' not in text
