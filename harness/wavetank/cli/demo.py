"""`demo`: a virtual hour with a broken deployment, printed as it happens, then checked."""

import typer

from wavetank.cli.options import DebugOption, JsonOption, NameOption
from wavetank.cli.output import Output
from wavetank.cli.output.event_printer import EventPrinter
from wavetank.cli.output.report_files import write_report
from wavetank.cli.output.run_result import show_result
from wavetank.core.command_process import SUPERVISION
from wavetank.core.naming import DEFAULT_NAME
from wavetank.deployment.pipelines.selection import PipelineChoice
from wavetank.scenario.loader import load_scenario, shipped_scenarios
from wavetank.scenario.run_store import project_runs
from wavetank.simulation.deployed_simulator import deployed_simulator
from wavetank.simulation.run_saving import simulate_and_save
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
    spec = RunSpec(scenario=load_scenario(SCENARIO, shipped_scenarios()), seed=SEED)
    SUPERVISION.begin(f"{SCENARIO} with seed {SEED}")
    project_runs().require_writable()
    with deployed_simulator(pipeline, output) as made:
        printer = EventPrinter(output)
        saved, result = simulate_and_save(made, pipeline, spec, output, observe=printer.show)
    output.say("the invariants:")
    show_result(result, saved, output)
    write_report(saved, output)
    raise typer.Exit(result.exit_code)
