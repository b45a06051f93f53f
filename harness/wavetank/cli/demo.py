"""`demo`: a virtual hour with a broken deployment, printed as it happens, then checked."""

import typer

from wavetank.cli.event_printer import Narrator
from wavetank.cli.options import DEFAULT_NAME, DebugOption, JsonOption, NameOption
from wavetank.cli.output import Output
from wavetank.cli.pipelines import PipelineChoice
from wavetank.cli.report_files import write_report
from wavetank.cli.run import save, shelf, tell
from wavetank.cli.simulator import deployed_simulator, play_with_progress
from wavetank.core.command_process import SUPERVISION
from wavetank.core.settings import read_settings
from wavetank.scenario.loader import load_scenario
from wavetank.scenario.serialization import scenario_to_toml
from wavetank.simulation.runner import RunSpec

SCENARIO = "broken-deployment"
SEED = 1


def demo(
    *,
    name: NameOption = DEFAULT_NAME,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Simulate an hour with a broken deployment: its alerts, the revert, and the invariants."""
    output = Output(as_json=as_json)
    pipeline = PipelineChoice(name=name).pipeline()
    scenario = load_scenario(SCENARIO, read_settings().project_folder / "scenarios")
    story = RunSpec(scenario=scenario, seed=SEED)
    SUPERVISION.begin(f"{scenario.name} with seed {SEED}")
    with deployed_simulator(pipeline, output) as made:
        saved = shelf().new(scenario.name, SEED, scenario_to_toml(scenario))
        narrator = Narrator(output)
        try:
            played = play_with_progress(made, pipeline, story, saved.history, output, narrator.tell)
        except KeyboardInterrupt:
            output.say(f"stopped; the history until then is in {saved.history}")
            raise
        save(saved, story, pipeline, played)
    output.say("the invariants:")
    tell(played, saved, output)
    write_report(saved, output)
    raise typer.Exit(played.exit_code)
