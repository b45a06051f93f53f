"""The defect of each example is found with no invariant written, and nothing without it."""

from dataclasses import dataclass

import pytest

from tests.examples import EXAMPLES, pipeline_of
from tests.rules.source import ROOT
from tests.simulator.conftest import Deployed
from tests.simulator.stacks import deployed_beside
from wavetank.core.findings import Verdict
from wavetank.invariants import Convergence
from wavetank.scenario.loader import load_scenario
from wavetank.simulation.runner import RunResult, RunSpec, simulate

SEED = 1


@dataclass(frozen=True)
class Results:
    """An example's run without its defect and with it, which leaves a difference."""

    right: RunResult
    wrong: RunResult
    difference: str


@pytest.fixture(scope="module", params=EXAMPLES)
def results(
    request: pytest.FixtureRequest, deployed: Deployed, tmp_path_factory: pytest.TempPathFactory
) -> Results:
    """Both variants, under the scenario to which a campaign shrinks."""
    example = EXAMPLES[request.param]
    found: list[RunResult] = []
    for defect in (False, True):
        project = example.copy(tmp_path_factory.mktemp("project"), defect=defect)
        scenario = load_scenario(example.scenario, project / "scenarios")
        pipeline = pipeline_of(project)
        with deployed_beside(deployed, pipeline) as made:
            spec = RunSpec(scenario=scenario, seed=SEED)
            found.append(simulate(made.simulator, pipeline, spec, None))
    right, wrong = found
    return Results(right, wrong, example.difference)


def test_the_example_survives_the_faults_that_its_defect_does_not(results: Results) -> None:
    """With the same seed; each fault hit something, and convergence had something to compare."""
    assert results.right.unmatched == ()
    verdicts = {each.key: each.verdict for each in results.right.findings}
    assert [key for key, verdict in verdicts.items() if not verdict.passes] == []
    assert verdicts[Convergence.key] is Verdict.VALID


def test_the_defect_is_found(results: Results) -> None:
    """By convergence alone, which names what differs."""
    (broken,) = (each for each in results.wrong.findings if each.verdict is Verdict.INVALID)
    assert broken.key == Convergence.key
    assert results.difference in broken.evidence


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_readme_quotes_what_is_found(name: str) -> None:
    """In a block whose lines are wrapped."""
    readme = (ROOT / "examples" / name / "README.md").read_text()
    assert EXAMPLES[name].difference in " ".join(readme.split())
