"""Repeat a saved run with the same pipeline and scenario, and compare the two histories."""

from dataclasses import replace
from pathlib import Path

from wavetank.core.errors import ExitCode, NonDeterminismError
from wavetank.core.findings import Finding
from wavetank.deployment.pipelines.pipeline import Pipeline
from wavetank.deployment.pipelines.selection import choice_of
from wavetank.history import (
    AttemptBegan,
    AttemptEnded,
    RunBegan,
    first_difference,
    read_history,
)
from wavetank.history.lookup import NumberedEvent
from wavetank.reporting.comparison import LoadedRun
from wavetank.simulation.runner import RunSpec, evaluate, invariant_suite


def saved_pipeline(loaded: LoadedRun) -> Pipeline:
    """The pipeline of the run; for a run of a live engine, with the addresses of that run.

    Raises:
        UsageError: this version does not know an option that selected it.
    """
    pipeline = choice_of(loaded.summary.pipeline).pipeline()
    if not loaded.is_manual:
        return pipeline
    (addresses,) = loaded.began.confirmed.values()
    return pipeline.with_addresses(addresses)


def saved_spec(loaded: LoadedRun) -> RunSpec:
    """The scenario and seed of the run; for a live engine also its first instant and table."""
    spec = RunSpec(scenario=loaded.scenario(), seed=loaded.summary.seed)
    if not loaded.is_manual:
        return spec
    return replace(spec, start=loaded.began.at, initial_table=loaded.table)


def check_again(
    loaded: LoadedRun, pipeline: Pipeline, spec: RunSpec
) -> tuple[list[Finding], ExitCode]:
    """Checks the invariants of the saved history, without running anything."""
    suite = invariant_suite(pipeline, spec.scenario)
    for event in read_history(loaded.saved.history):
        suite.observe(event)
    return evaluate(spec.scenario, suite, loaded.summary.engine if loaded.is_manual else None)


def attempt_of_error(history: Path, target: NumberedEvent) -> AttemptBegan | None:
    """The beginning of the attempt whose end the event is; None for any other event."""
    end = target.event
    if not isinstance(end, AttemptEnded):
        return None
    began = [
        event
        for event in read_history(history, only=AttemptBegan)
        if isinstance(event, AttemptBegan)
        and (event.request, event.attempt, event.function)
        == (end.request, end.attempt, end.function)
        and event.at <= end.at
    ]
    return began[-1] if began else None


def describe_earlier_difference(before: Path, after: Path, events: int) -> str:
    """How the first so many events of the repeated run differ; empty if they do not.

    Raises:
        NonDeterminismError: as `describe_difference`.
    """
    difference = first_difference(before, after)
    if difference is None or difference.line > events:
        return ""
    return describe_difference(before, after)


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
        "one history from the same seed, scenario and code",
        f"two that differ on {difference}",
        "look there for other inputs of a handler: the host's time, its entropy, the order of a "
        "set",
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
