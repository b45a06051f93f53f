"""A run on a terminal, in a pipe, and as JSON: what is about to run, and its result."""

from wavetank.cli.output.console_output import Output
from wavetank.core.text import pluralize, short_path
from wavetank.faults.serialization import describe
from wavetank.scenario.run_store import SavedRun
from wavetank.scenario.workload.serialization import describe_workload
from wavetank.simulation.runner import RunResult, RunSpec


def announce(spec: RunSpec, how: str, output: Output) -> None:
    """Shows the scenario, its seed, faults and workload; `how` says in which time it runs."""
    scenario = spec.scenario
    faults = "".join(f"\n  {describe(fault)}" for fault in scenario.plan.faults) or "none"
    output.emit("run_started", scenario=scenario.name, seed=spec.seed, horizon=scenario.horizon)
    output.say(f"{scenario.name}: {scenario.description}")
    output.say(f"{how}, seed {spec.seed}; faults: {faults}")
    for workload in map(describe_workload, scenario.workloads):
        output.say(f"workload: {workload}")


def show_result(result: RunResult, saved: SavedRun, output: Output) -> None:
    """Shows verdicts, errors, unanswered calls, the folder, and the command that repeats it."""
    output.findings(result.findings)
    for error in result.errors:
        output.say(error)
        output.emit("failed_attempts", text=error)
    for call in result.unanswered:
        output.say(f"{call}: no emulator serves it; answer it in a test by simulator.answers")
        output.emit("unanswered", call=call)
    for fault in map(describe, result.unmatched):
        output.say(f"no event matched the fault {fault}: the run shows nothing about it")
        output.emit("unmatched", fault=fault)
    folder = short_path(saved.folder)
    output.say(f"{pluralize(result.events, 'event')} in {folder}, digest {result.digest[:12]}")
    output.command("the same again", f"./wavetank replay {saved.folder.name}")
    output.emit(
        "run_finished", folder=str(saved.folder), digest=result.digest, exit_code=result.exit_code
    )
