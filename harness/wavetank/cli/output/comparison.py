"""The comparison of two runs on a terminal, in a pipe, and as JSON."""

from wavetank.cli.output.console_output import Output
from wavetank.core.errors import ExitCode
from wavetank.core.findings import Finding
from wavetank.core.text import pluralize
from wavetank.reporting.comparison import ComparedRequirement, LoadedRun, RunComparison

WORD_WIDTH = 10


def show_comparison(found: RunComparison, output: Output) -> ExitCode:
    """Shows the differences; returns 0 if there are none, else 1."""
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
    output.emit("compared", equal=found.equal, differences=len(found.differences))
    return ExitCode.VALID if found.equal else ExitCode.BROKEN


def _show_run(run: LoadedRun, output: Output) -> None:
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


def _show_requirement(found: ComparedRequirement, output: Output) -> None:
    word = "open" if found.open else "equal" if found.equal else "differs"
    one, other = _described(found.one), _described(found.other)
    both = one if one == other else f"{one} | {other}"
    output.say(f"{word:<{WORD_WIDTH}}{found.one.requirement}: {found.open or both}", WORD_WIDTH)
    output.emit(
        "requirement",
        key=found.one.key,
        requirement=found.one.requirement,
        equal=found.equal,
        open=found.open,
        one={"verdict": found.one.verdict, "evidence": found.one.evidence},
        other={"verdict": found.other.verdict, "evidence": found.other.evidence},
    )


def _described(finding: Finding) -> str:
    return f"{finding.verdict}, {finding.evidence}"


def _summary(found: RunComparison) -> str:
    compared = [requirement for requirement in found.requirements if not requirement.open]
    differ = sum(not requirement.equal for requirement in compared)
    word = "equal" if found.equal else "not equal"
    return (
        f"{word}: {pluralize(len(compared), 'requirement')} compared, "
        f"{differ} with another verdict; "
        f"{pluralize(len(found.differences), 'difference')} in the results"
    )
