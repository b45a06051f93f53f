"""A run on a terminal, in a pipe, and as JSON: what is about to run, and its result."""

from wavetank.cli.output.console_output import Output
from wavetank.core.text import counted, short_path
from wavetank.faults.serialization import describe
from wavetank.scenario.run_store import SavedRun
from wavetank.simulation.runner import RunResult, RunSpec


def announce(story: RunSpec, how: str, output: Output) -> None:
    """Shows the scenario, its seed and its faults; `how` says in which time it runs."""
    scenario = story.scenario
    faults = "".join(f"\n  {describe(fault)}" for fault in scenario.plan.faults) or "none"
    output.emit("story", scenario=scenario.name, seed=story.seed, horizon=scenario.horizon)
    output.say(f"{scenario.name}: {scenario.description}")
    output.say(f"{how}, seed {story.seed}; faults: {faults}")


def show_result(played: RunResult, saved: SavedRun, output: Output) -> None:
    """Shows the verdicts, the folder of the run, and the command that repeats it."""
    output.findings(played.findings)
    folder = short_path(saved.folder)
    output.say(f"{counted(played.events, 'event')} in {folder}, digest {played.digest[:12]}")
    output.command("the same again", f"./wavetank replay {saved.folder.name}")
    output.emit(
        "played", folder=str(saved.folder), digest=played.digest, exit_code=played.exit_code
    )
