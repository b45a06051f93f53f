"""The index of a campaign as values: its failing cases, its counts, and the commands for them."""

import os
from collections.abc import Mapping
from pathlib import Path

from wavetank.campaign.reproduction import Reproductions
from wavetank.campaign.results import CaseOutcome, CaseResult
from wavetank.campaign.shrinking import Shrunk
from wavetank.campaign.summary import CampaignSummary, CaseCount
from wavetank.faults.serialization import describe
from wavetank.reporting.report.index import CampaignIndex, IndexedCase, IndexedCount
from wavetank.reporting.report.model import SuggestedCommand
from wavetank.scenario.run_store import REPORT


def campaign_index(
    summary: CampaignSummary,
    how: str,
    reproductions: Reproductions,
    runs_folder: Path,
    shrunk: Shrunk | None = None,
) -> CampaignIndex:
    """The index of a campaign that ended as `how` says; links reports that are in `runs_folder`."""
    chosen, coverage = reproductions.chosen, summary.coverage
    least = None
    if shrunk is not None:
        text = f"The smallest scenario that breaks {shrunk.invariant}"
        least = SuggestedCommand(text, reproductions.of_shrunk(shrunk))
    return CampaignIndex(
        name=chosen.name,
        how=how,
        planned=chosen.count,
        endings={ending: summary.endings[ending] for ending in CaseOutcome},
        cases=tuple(_indexed(f, reproductions, runs_folder) for f in summary.failures),
        invariants=_counts(summary.invariants),
        kinds=_counts(summary.kinds),
        covered=len(coverage.pairs) - len(coverage.untried),
        pairs=len(coverage.pairs),
        untried=tuple(map(str, coverage.untried)),
        least=least,
        any_case=SuggestedCommand(
            "All runs again" if chosen.is_generated else "Any other, by its seed",
            reproductions.of_any(),
        ),
        digest=summary.digest,
    )


def _indexed(failure: CaseResult, reproductions: Reproductions, runs_folder: Path) -> IndexedCase:
    scenario, seed = failure.spec.scenario, failure.spec.seed
    report = runs_folder / f"{scenario.name}-{seed}" / REPORT
    return IndexedCase(
        seed=seed,
        ending=failure.ending,
        broken=failure.broken,
        problem=failure.problem,
        faults=tuple(map(describe, scenario.plan.faults)),
        command=reproductions.of_failure(failure),
        report=os.path.relpath(report, reproductions.folder) if report.is_file() else "",
    )


def _counts(counts: Mapping[str, CaseCount]) -> tuple[IndexedCount, ...]:
    """The most often broken first."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1].broken, item[0]))
    return tuple(
        IndexedCount(name=name, cases=count.cases, broken=count.broken, unknown=count.unknown)
        for name, count in ordered
    )
