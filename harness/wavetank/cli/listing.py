"""`scenarios` and `runs`: the scenarios of this project, and its saved runs."""

from collections import Counter

from wavetank.cli.options import DebugOption, JsonOption
from wavetank.cli.output import Output
from wavetank.core.durations import duration_text
from wavetank.core.errors import UsageError
from wavetank.core.text import short_path
from wavetank.scenario.loader import find_scenarios, load_scenario, project_scenarios
from wavetank.scenario.run_store import SavedRun, project_runs


def scenarios(
    *,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """List the scenarios of this project: name, virtual time, description.

    Run one with ./wavetank run NAME, or a file of your own with ./wavetank run FILE.toml.
    """
    output = Output(as_json=as_json)
    folder = project_scenarios()
    found = [load_scenario(str(path), folder) for path in find_scenarios(folder)]
    width = max((len(scenario.name) for scenario in found), default=0)
    for scenario in found:
        lasts = duration_text(scenario.horizon)
        output.emit(
            "scenario",
            name=scenario.name,
            duration=lasts,
            description=scenario.description,
            faults=[fault.kind for fault in scenario.plan.faults],
        )
        if not as_json:
            text = f"{scenario.name:<{width}}  {lasts:>4}  {scenario.description}"
            output.say(text, hang=width + 8)
    if not found:
        output.say(f"no scenarios in {short_path(folder)}; docs/scenarios.md says how to write one")


def runs(
    *,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """List the saved runs, the latest last: name, engine, and how many invariants were valid.

    Use a name with ./wavetank report, replay, compare and notebook.
    """
    output = Output(as_json=as_json)
    store = project_runs()
    found = sorted(map(store.find, store.names()), key=_written)
    width = max((len(run.folder.name) for run in found), default=0)
    for run in found:
        engine, result = _result(run)
        output.emit(
            "run", name=run.folder.name, engine=engine, result=result, folder=str(run.folder)
        )
        if not as_json:
            output.say(f"{run.folder.name:<{width}}  {engine:<9}  {result}")
    if not found:
        output.say("no saved runs; make one with: ./wavetank run broken-deployment")


def _written(run: SavedRun) -> int:
    return run.history.stat().st_mtime_ns


def _result(run: SavedRun) -> tuple[str, str]:
    """The engine and the counted verdicts; the problem if the run has no readable summary."""
    if not run.is_finished:
        return "-", "interrupted"
    try:
        summary = run.summary()
    except UsageError:
        return "-", "saved by another version"
    counts = Counter(finding.verdict for finding in summary.findings)
    return summary.engine, ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
