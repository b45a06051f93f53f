"""Two saved runs of one story side by side: verdict by verdict, and all that came of it.

What differs is listed, whatever the reason; what one of the two engines cannot show is said, and
compared with nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from wavetank.core.errors import UsageError
from wavetank.core.findings import Finding
from wavetank.history import Event, RunBegan, TableSnapshot, read_history
from wavetank.history.normalize import normalized
from wavetank.history.outcome_entries import OutcomeSummary
from wavetank.history.outcome_summary import summary_of
from wavetank.history.summary_diff import SummaryDifference, summary_differences
from wavetank.invariants.unobservable import MANUAL_OPTIONS, unobservable
from wavetank.scenario.loader import load_scenario
from wavetank.scenario.model import Scenario
from wavetank.scenario.run_store import RunSummary, SavedRun


@dataclass(frozen=True)
class ToldRun:
    """A finished run, with what its history begins with."""

    saved: SavedRun
    summary: RunSummary
    began: RunBegan
    table: TableSnapshot | None

    @property
    def name(self) -> str:
        """Its folder's."""
        return self.saved.folder.name

    @property
    def by_hand(self) -> bool:
        """Whether it was told by hand; else a rule fired its ticks."""
        return self.began.options.items() >= MANUAL_OPTIONS.items()

    def scenario(self) -> Scenario:
        """The story, as it was played."""
        loaded = load_scenario(str(self.saved.scenario), self.saved.folder)
        return loaded.renamed(self.summary.scenario)

    def engine(self) -> str:
        """What it was played on, with versions."""
        versions = {"wavetank": self.summary.version, **self.summary.versions}
        told = ", ".join(f"{name} {version}" for name, version in versions.items())
        return f"{self.summary.engine}, {told}"


@dataclass(frozen=True)
class Requirement:
    """One requirement in both runs; `open` says why it is not compared, where it is not."""

    one: Finding
    other: Finding
    open: str

    @property
    def alike(self) -> bool:
        """Whether both came to the same, or one could not come to anything."""
        return bool(self.open) or self.one.verdict is self.other.verdict


@dataclass(frozen=True)
class Comparison:
    """What two runs have alike and what not; `notes` explain how they were compared."""

    one: ToldRun
    other: ToldRun
    notes: tuple[str, ...]
    requirements: tuple[Requirement, ...]
    differences: tuple[SummaryDifference, ...]

    @property
    def alike(self) -> bool:
        """Whether nothing that was compared differs."""
        return not self.differences and all(found.alike for found in self.requirements)


def read_told(saved: SavedRun) -> ToldRun:
    """The run of that folder.

    Raises:
        UsageError: it was broken off, or is not as a run is saved.
    """
    summary = saved.summary()
    events = read_history(saved.history)
    began = next(events)
    if not isinstance(began, RunBegan):
        action = "run its scenario again"
        raise UsageError(f"a run's beginning in {saved.history}", type(began).__name__, action)
    second = next(events, None)
    return ToldRun(saved, summary, began, second if isinstance(second, TableSnapshot) else None)


def compare_runs(one: ToldRun, other: ToldRun) -> Comparison:
    """Puts the runs side by side.

    Raises:
        UsageError: they are no two tellings of one story.
    """
    _check_comparable(one, other)
    moved = not _begin_alike(one, other)
    return Comparison(
        one,
        other,
        tuple(_notes(one, other)),
        tuple(_requirements(one, other)),
        tuple(summary_differences(_ledger(one, moved=moved), _ledger(other, moved=moved))),
    )


def _check_comparable(one: ToldRun, other: ToldRun) -> None:
    stories = [replace(run.scenario(), name="", description="", seed=None) for run in (one, other)]
    if stories[0] != stories[1]:
        scenarios = f"{one.summary.scenario} and {other.summary.scenario}"
        found = "one scenario, played in two versions" if _named_alike(one, other) else scenarios
        raise UsageError(
            "two runs of one scenario", found, "run one of them again; engines and seeds may differ"
        )
    if one.summary.pipeline != other.summary.pipeline:
        raise UsageError(
            "two runs of one pipeline",
            f"{dict(one.summary.pipeline)} and {dict(other.summary.pipeline)}",
            "run one of them again with the options of the other",
        )
    if one.by_hand != other.by_hand:
        live, simulator = (one, other) if one.by_hand else (other, one)
        raise UsageError(
            "two runs that were told alike",
            f"{live.name}, told by hand tick by tick, and {simulator.name}, whose rule fired",
            f"tell the first in the simulator too: ./wavetank replay {live.name}",
        )


def _named_alike(one: ToldRun, other: ToldRun) -> bool:
    return one.summary.scenario == other.summary.scenario


def _begin_alike(one: ToldRun, other: ToldRun) -> bool:
    tables = [run.table.items if run.table else None for run in (one, other)]
    return one.began.at == other.began.at and tables[0] == tables[1]


def _notes(one: ToldRun, other: ToldRun) -> Iterator[str]:
    if one.summary.seed != other.summary.seed:
        chance = "nothing to a story that is told by hand" if one.by_hand else "all that is chance"
        yield f"the seeds differ, {one.summary.seed} and {other.summary.seed}: {chance}"
    if not _begin_alike(one, other):
        yield (
            "they began at other instants or prices: instants are compared by how long after the "
            "beginning they are, prices not at all"
        )
    code = sorted(
        name
        for name in one.began.code.keys() | other.began.code.keys()
        if one.began.code.get(name) != other.began.code.get(name)
    )
    if code:
        yield f"the code differs: {', '.join(code)}"


def _requirements(one: ToldRun, other: ToldRun) -> Iterator[Requirement]:
    """Those that both runs were judged by, which is all of one scenario's."""
    others = {_key(finding): finding for finding in other.summary.findings}
    for finding in one.summary.findings:
        counterpart = others.get(_key(finding))
        if counterpart is not None:
            yield Requirement(finding, counterpart, _open(finding.key, one, other))


def _key(finding: Finding) -> str:
    return finding.key or finding.requirement


def _open(key: str, one: ToldRun, other: ToldRun) -> str:
    """Why one of the two cannot decide it; empty where both can."""
    for run in (one, other):
        reason = unobservable(run.summary.engine).get(key) if run.by_hand else None
        if reason is not None:
            return f"not judged on {run.summary.engine}, as {reason}"
    return ""


def _ledger(run: ToldRun, *, moved: bool) -> OutcomeSummary:
    events: Iterator[Event] = read_history(run.saved.history)
    return summary_of(normalized(events, run.began.at if moved else None))
