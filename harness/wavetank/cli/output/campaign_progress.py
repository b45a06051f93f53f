"""The progress and results of a campaign, on a terminal, in a pipe, and as JSON."""

import shlex
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from wavetank.campaign.coverage import Coverage
from wavetank.campaign.index import campaign_index
from wavetank.campaign.reproduction import Reproductions
from wavetank.campaign.results import CaseOutcome, CaseResult
from wavetank.campaign.shrinking import Shrunk
from wavetank.campaign.summary import CampaignSummary, CaseCount
from wavetank.cli.output.console_output import VERDICT_WIDTH, Output
from wavetank.cli.output.report_files import write_index
from wavetank.core.clock import Clock
from wavetank.core.durations import duration_text
from wavetank.core.settings import read_settings
from wavetank.core.text import pluralize, short_path
from wavetank.faults.serialization import plan_to_list
from wavetank.invariants.hints import HINTS
from wavetank.scenario.serialization import scenario_to_toml

if TYPE_CHECKING:
    from wavetank.core.reporter import Activity


UNTRIED_MAX = 12
"""Pairs that are named in the summary: a few lines of a terminal."""


class CampaignOutput:
    """Shows a campaign on the command line; implements `CampaignReporter`."""

    def __init__(self, output: Output, reproductions: Reproductions, clock: Clock) -> None:
        self._output = output
        self._reproductions = reproductions
        self._chosen = reproductions.chosen
        self._clock = clock
        self._begun = clock.monotonic()
        self._activity: Activity | None = None

    def begins(self, size: int, address: str | None) -> None:
        """Shows the cases and the workers."""
        chosen = self._chosen
        what = "drawn faults" if chosen.is_generated else "its own faults"
        what = "each fault by itself" if chosen.each_fault else what
        what = f"{chosen.scenario.name}, {what}" if chosen.scenario else what
        who = pluralize(size, "worker") + (f" of the cluster at {address}" if address else "")
        cases = f"{chosen.seeds.count} of {duration_text(chosen.horizon)}: {what}"
        self._output.say(f"runs: {cases}, seeds {self._seeds()}, by {who}")
        if chosen.remembered:
            self._output.say(f"before them: {pluralize(len(chosen.remembered), 'remembered run')}")
        self._output.emit(
            "campaign",
            first_seed=chosen.seeds.first,
            seeds=chosen.seeds.count,
            remembered=len(chosen.remembered),
            horizon=duration_text(chosen.horizon),
            scenario=chosen.scenario.name if chosen.scenario else None,
            workers=size,
        )

    @contextmanager
    def progress(self, summary: CampaignSummary) -> Iterator[None]:
        """Shows during the body how many cases have run."""
        self._begun = self._clock.monotonic()
        count = self._chosen.count
        with self._output.counting("starting the workers", count) as self._activity:
            yield
        assert summary.runs <= self._chosen.count  # each case has one result

    def takes(self, result: CaseResult, summary: CampaignSummary) -> None:
        """Shows one more result."""
        self._output.emit(
            "result",
            seed=result.spec.seed,
            ending=result.ending,
            broken=result.broken,
            faults=plan_to_list(result.spec.scenario.plan),
            digest=result.outcome.digest if result.outcome else None,
            problem=result.problem,
            deaths=result.deaths,
        )
        rate = f"{summary.failed} failed, {self._per_minute(summary):.0f} a minute"
        assert self._activity is not None  # results come while it is shown
        self._activity.update(rate, summary.runs)

    def summary(self, summary: CampaignSummary, how: str) -> None:
        """Shows all results; `how` says how the campaign ended."""
        commands = [self._reproductions.of_failure(failure) for failure in summary.failures]
        self._output.emit(
            "summary",
            how=how,
            first_seed=self._chosen.seeds.first,
            runs=summary.runs,
            endings={ending: summary.endings[ending] for ending in CaseOutcome},
            invariants={key: vars(count) for key, count in sorted(summary.invariants.items())},
            kinds={kind: vars(count) for kind, count in sorted(summary.kinds.items())},
            coverage={
                "pairs": list(map(str, summary.coverage.pairs)),
                "untried": list(map(str, summary.coverage.untried)),
            },
            failures=[
                {"seed": failure.spec.seed, "ending": failure.ending, "replay": command}
                for failure, command in zip(summary.failures, commands, strict=True)
            ],
            deaths=summary.deaths,
            runs_per_minute=round(self._per_minute(summary), 1),
            digest=summary.digest,
        )
        if not self._output.as_json:
            self._say_summary(summary, how, commands)

    def waiting(self, result: CaseResult) -> AbstractContextManager[object]:
        """Shows during the body that the case is shrunk."""
        return self._output.waiting(f"shrinking the run of seed {result.spec.seed}")

    def shrunk(self, shrunk: Shrunk) -> None:
        """Saves and shows the smallest failing case, with the command that runs it."""
        spec = shrunk.spec
        least = "the least" if shrunk.complete else "the least found in the time that it may take,"
        why = f"{least} of seed {spec.seed} that breaks {shrunk.invariant}"
        file = self._reproductions.save_shrunk(shrunk, why)
        command = self._reproductions.of_shrunk(shrunk)
        test = self._reproductions.save_test(shrunk)
        self._output.emit(
            "shrunk",
            seed=spec.seed,
            invariant=shrunk.invariant,
            broken=shrunk.broken,
            runs=shrunk.runs,
            complete=shrunk.complete,
            file=str(file),
            scenario=scenario_to_toml(spec.scenario),
            replay=command,
            test=str(test),
        )
        if not self._output.as_json:
            self._output.say(f"\n{why}, found in {pluralize(shrunk.runs, 'run')}:\n")
            self._output.verbatim(scenario_to_toml(spec.scenario))
            self._output.command("replay", command)
            self._output.say(f"\na test that fails until it is fixed, in {short_path(test)}:\n")
            self._output.verbatim(test.read_text(encoding="utf-8"))
            self._output.command("run it", shlex.join(["pytest", short_path(test)]))

    def regression_seeds(self, file: Path, *, is_new: bool) -> None:
        """Shows whether the failure was added to the file, or was there already."""
        self._output.emit("remembered", file=str(file), new=is_new)
        if not self._output.as_json:
            self._output.say(f"{'added to' if is_new else 'already in'} {short_path(file)}")

    def index(self, summary: CampaignSummary, how: str, shrunk: Shrunk | None = None) -> None:
        """Writes the campaign as one page, with the worst cases first."""
        runs = read_settings().state_folder / "runs"
        index = campaign_index(summary, how, self._reproductions, runs, shrunk)
        write_index(index, self._reproductions.folder, self._output)

    def _say_summary(self, summary: CampaignSummary, how: str, commands: list[str]) -> None:
        say = self._output.say
        if not summary.runs:
            say(f"{how} before any of {pluralize(self._chosen.count, 'run')} ended")
            return
        endings = ", ".join(
            f"{summary.endings[e]} {e}" for e in reversed(CaseOutcome) if summary.endings[e]
        )
        per_minute = f"{self._per_minute(summary):.1f} a minute"
        say(f"{summary.runs} of {self._chosen.count} runs {how}: {endings}")
        say(f"seeds {self._seeds()}, {per_minute}, digest {summary.digest[:12]}")
        if covered := coverage_text(summary.coverage):
            say(covered)
        if idle := idle_text(summary.invariants):
            say(idle)
        if summary.deaths:
            say(f"workers that died and were replaced: {summary.deaths}")
        if summary.failed:
            self._output.show(_table("invariant", summary.invariants))
            self._output.show(_table("kind of fault", summary.kinds))
            for key in sorted(HINTS.keys() & {k for f in summary.failures for k in f.broken}):
                say(f"{'hint':<{VERDICT_WIDTH}}{key}: {HINTS[key]}", VERDICT_WIDTH)
        for failure, command in zip(summary.failures, commands, strict=True):
            what = ", ".join(failure.broken) or failure.problem or "not decided"
            say(f"seed {failure.spec.seed}: {failure.ending}: {what}")
            self._output.verbatim(f"  {command}")

    def _seeds(self) -> str:
        return f"{self._chosen.seeds.first} to {self._chosen.seeds.last}"

    def _per_minute(self, summary: CampaignSummary) -> float:
        return summary.runs / max(self._clock.monotonic() - self._begun, 1e-9) * 60


def coverage_text(coverage: Coverage) -> str:
    """How many pairs were tried, and the others; empty for a campaign without generated faults."""
    if not coverage.pairs:
        return ""
    count, untried = len(coverage.pairs), coverage.untried
    text = f"covered: {count - len(untried)} of {pluralize(count, 'pair')}"
    named = [*map(str, untried[:UNTRIED_MAX])]
    if untried[UNTRIED_MAX:]:
        named.append(f"and {len(untried) - UNTRIED_MAX} more, which the index lists")
    return f"{text}; not tried: {', '.join(named)}" if untried else text


def idle_text(invariants: Mapping[str, CaseCount]) -> str:
    """Which invariants had nothing to check, and how often; empty without any."""
    idle = {key: count for key, count in sorted(invariants.items()) if count.idle}
    named = (f"{key} in {count.idle} of {count.cases} runs" for key, count in idle.items())
    return f"not exercised: {', '.join(named)}" if idle else ""


def _table(title: str, counts: Mapping[str, CaseCount]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(title)
    for heading in ("runs", "broken", "unknown"):
        table.add_column(heading, justify="right")
    table.add_column("breaks" if any(count.breaks for count in counts.values()) else "")
    for name, count in sorted(counts.items(), key=lambda item: (-item[1].broken, item[0])):
        breaks = ", ".join(sorted(count.breaks))
        table.add_row(name, str(count.cases), str(count.broken), str(count.unknown), breaks)
    return table
