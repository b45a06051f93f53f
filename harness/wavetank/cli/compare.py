"""`compare`: the differences of two saved runs of one scenario, for example local and on AWS."""

from typing import Annotated

import typer

from wavetank.cli.options import DebugOption, JsonOption
from wavetank.cli.output import Output
from wavetank.cli.run import shelf
from wavetank.core.errors import ExitCode
from wavetank.core.findings import Finding
from wavetank.core.text import counted
from wavetank.reporting.comparison import Comparison, Requirement, ToldRun, compare_runs, read_told

WORD_WIDTH = 10


def compare(
    one: Annotated[
        str, typer.Argument(metavar="RUN1", help="The name of a saved run, or its folder.")
    ],
    other: Annotated[str, typer.Argument(metavar="RUN2", help="Another run of the same scenario.")],
    *,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Show the differences of two runs of one scenario: invariants, records, alerts and items."""
    output = Output(as_json=as_json)
    with output.waiting("comparing"):
        found = compare_runs(*(read_told(shelf().find(name)) for name in (one, other)))
    raise typer.Exit(show(found, output))


def show(found: Comparison, output: Output) -> ExitCode:
    """Says what differs; 0 where nothing does, else 1."""
    for run in (found.one, found.other):
        _show_run(run, output)
    for note in found.notes:
        output.say(note)
        output.emit("note", text=note)
    for requirement in found.requirements:
        _show_requirement(requirement, output)
    for difference in found.differences:
        output.say(f"{'differs':<{WORD_WIDTH}}{difference}", WORD_WIDTH)
        output.emit(
            "difference",
            group=difference.group,
            what=difference.what,
            one=difference.one,
            other=difference.other,
        )
    output.say(_summary(found))
    output.emit("compared", alike=found.alike, differences=len(found.differences))
    return ExitCode.VALID if found.alike else ExitCode.BROKEN


def _show_run(run: ToldRun, output: Output) -> None:
    output.say(f"{run.name}: {run.engine()}")
    output.emit(
        "run",
        name=run.name,
        engine=run.summary.engine,
        versions={"wavetank": run.summary.version, **run.summary.versions},
        scenario=run.summary.scenario,
        seed=run.summary.seed,
        began=run.began.at,
    )


def _show_requirement(found: Requirement, output: Output) -> None:
    word = "open" if found.open else "alike" if found.alike else "differs"
    one, other = _told(found.one), _told(found.other)
    both = one if one == other else f"{one} | {other}"
    output.say(f"{word:<{WORD_WIDTH}}{found.one.requirement}: {found.open or both}", WORD_WIDTH)
    output.emit(
        "requirement",
        key=found.one.key,
        requirement=found.one.requirement,
        alike=found.alike,
        open=found.open,
        one={"verdict": found.one.verdict, "evidence": found.one.evidence},
        other={"verdict": found.other.verdict, "evidence": found.other.evidence},
    )


def _told(finding: Finding) -> str:
    return f"{finding.verdict}, {finding.evidence}"


def _summary(found: Comparison) -> str:
    compared = [requirement for requirement in found.requirements if not requirement.open]
    differ = sum(not requirement.alike for requirement in compared)
    word = "alike" if found.alike else "not alike"
    return (
        f"{word}: {counted(len(compared), 'requirement')} compared, {differ} with another verdict; "
        f"{counted(len(found.differences), 'difference')} in what came of it"
    )
