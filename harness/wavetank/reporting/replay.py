"""A saved run repeated: the same pipeline and scenario again, and the two histories compared."""

from dataclasses import replace
from pathlib import Path

from wavetank.core.errors import ExitCode, NonDeterminismError
from wavetank.core.findings import Finding
from wavetank.deployment.pipelines.pipeline import Pipeline
from wavetank.deployment.pipelines.selection import choice_of
from wavetank.deployment.pipelines.ticker import TickerPipeline
from wavetank.history import RunBegan, first_difference, read_history
from wavetank.reporting.comparison import ToldRun
from wavetank.simulation.runner import RunSpec, evaluate, invariant_suite


def saved_pipeline(told: ToldRun) -> Pipeline:
    """The pipeline of the run; for a run of a live engine, with the addresses that it had.

    Raises:
        UsageError: this version does not know an option that selected it.
    """
    pipeline = choice_of(told.summary.pipeline).pipeline()
    if told.by_hand and isinstance(pipeline, TickerPipeline):
        (addresses,) = told.began.confirmed.values()
        return replace(pipeline, addresses=addresses)
    return pipeline


def saved_spec(told: ToldRun) -> RunSpec:
    """The scenario and seed of the run; for a live engine's also its first instant and table."""
    spec = RunSpec(scenario=told.scenario(), seed=told.summary.seed)
    if not told.by_hand:
        return spec
    return replace(spec, start=told.began.at, initial_table=told.table)


def check_again(told: ToldRun, pipeline: Pipeline, spec: RunSpec) -> tuple[list[Finding], ExitCode]:
    """Checks the invariants of the saved history, without running anything."""
    suite = invariant_suite(pipeline, spec.scenario)
    for event in read_history(told.saved.history):
        suite.observe(event)
    return evaluate(spec.scenario, suite, told.summary.engine if told.by_hand else None)


def describe_difference(before: Path, after: Path) -> str:
    """How the history of the repeated run differs from the saved one, in a sentence.

    Raises:
        NonDeterminismError: they differ, although code, templates and Wavetank are the same.
    """
    difference = first_difference(before, after)
    if difference is None:
        return "the same history, byte for byte"
    if changed := _changed(before, after):
        return (
            f"a different history, since {changed} changed; the first difference is on {difference}"
        )
    raise NonDeterminismError(
        "one seed, one scenario and one code to give one history",
        f"two that part on {difference}",
        "look there for what a handler takes from elsewhere: the machine's time, its entropy, "
        "the order of a set",
    )


def _changed(before: Path, after: Path) -> str:
    """Which of the inputs that decide a history differ between the two runs."""
    old, new = (next(read_history(path)) for path in (before, after))
    assert isinstance(old, RunBegan)  # every run's first event
    assert isinstance(new, RunBegan)
    changes = {
        "the code": old.code != new.code,
        "the templates": old.template != new.template,
        "Wavetank": old.version != new.version,
    }
    return ", ".join(what for what, is_other in changes.items() if is_other)
