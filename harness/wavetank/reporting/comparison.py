"""Compare two saved runs of one scenario: verdict by verdict, and all recorded results.

Every difference is listed, whatever its reason. What one of the two engines cannot observe is
reported and not compared.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from wavetank.core.errors import UsageError
from wavetank.core.findings import Finding, Verdict
from wavetank.history import Event, RunBegan, TableSnapshot, read_history
from wavetank.history.normalize import normalized
from wavetank.history.outcome_entries import OutcomeSummary
from wavetank.history.summary_diff import SummaryDifference, summary_differences
from wavetank.invariants.unobservable import MANUAL_OPTIONS, unobservable
from wavetank.scenario.loader import load_scenario
from wavetank.scenario.model import Scenario
from wavetank.scenario.run_store import RunSummary, SavedRun
from wavetank.ticker.data_reader import ticker_summary


@dataclass(frozen=True)
class LoadedRun:
    """A saved run, with the first events of its history."""

    saved: SavedRun
    summary: RunSummary
    began: RunBegan
    table: TableSnapshot | None

    @property
    def name(self) -> str:
        """The name of its folder."""
        return self.saved.folder.name

    @property
    def is_manual(self) -> bool:
        """Whether its ticks were invoked step by step; otherwise a rule fired them."""
        return self.began.options.items() >= MANUAL_OPTIONS.items()

    def scenario(self) -> Scenario:
        """The scenario that was run."""
        loaded = load_scenario(str(self.saved.scenario), self.saved.folder)
        return loaded.renamed(self.summary.scenario)

    def engine(self) -> str:
        """The engine of the run, with versions."""
        versions = {"wavetank": self.summary.version, **self.summary.versions}
        shown = ", ".join(f"{name} {version}" for name, version in versions.items())
        return f"{self.summary.engine}, {shown}"


@dataclass(frozen=True)
class ComparedRequirement:
    """An invariant in both runs; `open` says why it is not compared, empty if it is."""

    one: Finding
    other: Finding
    open: str

    @property
    def equal(self) -> bool:
        """Whether both runs have the same verdict, or the requirement is not compared."""
        return bool(self.open) or self.one.verdict is self.other.verdict


@dataclass(frozen=True)
class RunComparison:
    """The result of comparing two runs; `notes` explain how they were compared."""

    one: LoadedRun
    other: LoadedRun
    notes: tuple[str, ...]
    requirements: tuple[ComparedRequirement, ...]
    differences: tuple[SummaryDifference, ...]

    @property
    def equal(self) -> bool:
        """Whether nothing that was compared differs."""
        return not self.differences and all(found.equal for found in self.requirements)


def load_run(saved: SavedRun) -> LoadedRun:
    """Loads the run of that folder.

    Raises:
        UsageError: it was interrupted, or its files do not have the format of a saved run.
    """
    summary = saved.summary()
    events = read_history(saved.history)
    began = next(events)
    if not isinstance(began, RunBegan):
        action = "run its scenario again"
        raise UsageError(f"a run's first event in {saved.history}", type(began).__name__, action)
    second = next(events, None)
    return LoadedRun(saved, summary, began, second if isinstance(second, TableSnapshot) else None)


def compare_runs(one: LoadedRun, other: LoadedRun) -> RunComparison:
    """Compares the runs.

    Raises:
        UsageError: they are not two runs of one scenario and pipeline, executed in the same way.
    """
    _check_comparable(one, other)
    moved = not _begin_alike(one, other)
    return RunComparison(
        one,
        other,
        tuple(_notes(one, other)),
        tuple(_requirements(one, other)),
        tuple(
            summary_differences(
                _outcome_summary(one, moved=moved), _outcome_summary(other, moved=moved)
            )
        ),
    )


def _check_comparable(one: LoadedRun, other: LoadedRun) -> None:
    scenarios = [
        replace(run.scenario(), name="", description="", seed=None) for run in (one, other)
    ]
    if scenarios[0] != scenarios[1]:
        names = f"{one.summary.scenario} and {other.summary.scenario}"
        found = "two versions of one scenario" if _named_alike(one, other) else names
        raise UsageError(
            "two runs of one scenario", found, "run one of them again; engines and seeds may differ"
        )
    if one.summary.pipeline != other.summary.pipeline:
        raise UsageError(
            "two runs of one pipeline",
            f"{dict(one.summary.pipeline)} and {dict(other.summary.pipeline)}",
            "run one of them again with the options of the other",
        )
    if one.is_manual != other.is_manual:
        live, simulator = (one, other) if one.is_manual else (other, one)
        raise UsageError(
            "two runs executed in the same way",
            f"{live.name}, invoked tick by tick, and {simulator.name}, fired by a rule",
            f"run the first in the simulator too: ./wavetank replay {live.name}",
        )


def _named_alike(one: LoadedRun, other: LoadedRun) -> bool:
    return one.summary.scenario == other.summary.scenario


def _begin_alike(one: LoadedRun, other: LoadedRun) -> bool:
    tables = [run.table.items if run.table else None for run in (one, other)]
    return one.began.at == other.began.at and tables[0] == tables[1]


def _notes(one: LoadedRun, other: LoadedRun) -> Iterator[str]:
    if one.summary.seed != other.summary.seed:
        effect = "no effect step by step" if one.is_manual else "random choices differ"
        yield f"the seeds differ, {one.summary.seed} and {other.summary.seed}: {effect}"
    if not _begin_alike(one, other):
        yield (
            "they began at different instants or prices: instants are compared relative to the "
            "start, prices are not compared"
        )
    code = sorted(
        name
        for name in one.began.code.keys() | other.began.code.keys()
        if one.began.code.get(name) != other.began.code.get(name)
    )
    if code:
        yield f"the code differs: {', '.join(code)}"


def _requirements(one: LoadedRun, other: LoadedRun) -> Iterator[ComparedRequirement]:
    """The requirements that both runs checked: all of the scenario's."""
    others = {_key(finding): finding for finding in other.summary.findings}
    for finding in one.summary.findings:
        counterpart = others.get(_key(finding))
        if counterpart is not None:
            reason = _not_exercised(finding, counterpart) or _not_compared(finding.key, one, other)
            yield ComparedRequirement(finding, counterpart, reason)


def _key(finding: Finding) -> str:
    return finding.key or finding.requirement


def _not_exercised(one: Finding, other: Finding) -> str:
    """Why one of the two had nothing to check, unless neither had."""
    idle = [each for each in (one, other) if each.verdict is Verdict.NOT_EXERCISED]
    return f"not exercised: {idle[0].evidence}" if len(idle) == 1 else ""


def _not_compared(key: str, one: LoadedRun, other: LoadedRun) -> str:
    """Why one of the two cannot decide it; empty if both can."""
    for run in (one, other):
        reason = unobservable(run.summary.engine).get(key) if run.is_manual else None
        if reason is not None:
            return f"not checked on {run.summary.engine}, as {reason}"
    return ""


def _outcome_summary(run: LoadedRun, *, moved: bool) -> OutcomeSummary:
    events: Iterator[Event] = read_history(run.saved.history)
    return ticker_summary(normalized(events, run.began.at if moved else None))
