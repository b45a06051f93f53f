"""What people and programs read of a campaign: how far it is, what came of it, how to replay it."""

import os
import shlex
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from wavetank.campaign.cases import ChosenStories
from wavetank.campaign.reproduction import replay_command, save_story
from wavetank.campaign.results import CaseOutcome, StoryResult
from wavetank.campaign.shrinking import Shrunk
from wavetank.campaign.summary import CampaignSummary, CaseCount
from wavetank.cli.output import VERDICT_WIDTH, Output
from wavetank.cli.report_files import short, write_index
from wavetank.core.clock import Clock
from wavetank.core.durations import duration_text
from wavetank.core.settings import read_settings
from wavetank.core.text import counted
from wavetank.faults.serialization import describe
from wavetank.invariants.hints import HINTS
from wavetank.reporting.report.index import CampaignIndex, IndexedCount, IndexedStory
from wavetank.reporting.report.model import SuggestedCommand
from wavetank.scenario.loader import SUFFIX
from wavetank.scenario.run_store import REPORT
from wavetank.scenario.serialization import scenario_to_toml
from wavetank.simulation.runner import RunSpec

if TYPE_CHECKING:
    from wavetank.cli.progress import Activity


class CampaignOutput:
    """Where a campaign's words go; `options` choose its pipeline, in replay commands too."""

    def __init__(
        self, output: Output, chosen: ChosenStories, options: Mapping[str, str], clock: Clock
    ) -> None:
        self._output = output
        self._chosen = chosen
        self._options = options
        self._clock = clock
        self._begun = clock.monotonic()
        self._activity: Activity | None = None
        self._state = read_settings().state_folder
        self._folder = self._state / "campaigns" / chosen.name

    def begins(self, size: int, address: str | None) -> None:
        """Which stories, and who plays them."""
        chosen = self._chosen
        what = f"{chosen.scenario.name}, its own faults" if chosen.scenario else "drawn faults"
        what = "each fault by itself" if chosen.each_fault else what
        who = counted(size, "worker") + (f" of the cluster at {address}" if address else "")
        stories = f"{chosen.seeds.count} of {duration_text(chosen.horizon)}: {what}"
        self._output.say(f"runs: {stories}, seeds {self._seeds()}, by {who}")
        self._output.emit(
            "campaign",
            first_seed=chosen.seeds.first,
            seeds=chosen.seeds.count,
            horizon=duration_text(chosen.horizon),
            scenario=chosen.scenario.name if chosen.scenario else None,
            workers=size,
        )

    @contextmanager
    def progress(self, tally: CampaignSummary) -> Iterator[None]:
        """For the body, it is shown how many stories have been played."""
        self._begun = self._clock.monotonic()
        count = self._chosen.seeds.count
        with self._output.counting("starting the workers", count) as self._activity:
            yield
        assert tally.played <= self._chosen.seeds.count  # each story has one result

    def takes(self, result: StoryResult, tally: CampaignSummary) -> None:
        """One more result."""
        self._output.emit(
            "result",
            seed=result.story.seed,
            ending=result.ending,
            broken=result.broken,
            digest=result.played.digest if result.played else None,
            trouble=result.trouble,
            deaths=result.deaths,
        )
        rate = f"{tally.failed} failed, {self._per_minute(tally):.0f} a minute"
        assert self._activity is not None  # results come while it is shown
        self._activity.update(rate, tally.played)

    def summary(self, tally: CampaignSummary, how: str) -> None:
        """All that has come of the stories; `how` says how the campaign came to its end."""
        commands = [self._replay(failure) for failure in tally.failures]
        self._output.emit(
            "summary",
            how=how,
            first_seed=self._chosen.seeds.first,
            played=tally.played,
            endings={ending: tally.endings[ending] for ending in CaseOutcome},
            invariants={key: vars(judged) for key, judged in sorted(tally.invariants.items())},
            kinds={kind: vars(judged) for kind, judged in sorted(tally.kinds.items())},
            failures=[
                {"seed": failure.story.seed, "ending": failure.ending, "replay": command}
                for failure, command in zip(tally.failures, commands, strict=True)
            ],
            deaths=tally.deaths,
            runs_per_minute=round(self._per_minute(tally), 1),
            digest=tally.digest,
        )
        if not self._output.as_json:
            self._say_summary(tally, how, commands)

    def waiting(self, result: StoryResult) -> AbstractContextManager[object]:
        """While the story is shrunk."""
        return self._output.waiting(f"shrinking the run of seed {result.story.seed}")

    def shrunk(self, shrunk: Shrunk) -> None:
        """The least story that was found, saved, and how it is replayed."""
        story = shrunk.story
        least = "the least" if shrunk.complete else "the least found in the time that it may take,"
        why = f"{least} of seed {story.seed} that breaks {shrunk.invariant}"
        file = save_story(story, self._folder, f"Shrunk by a campaign: {why}.")
        command = replay_command(short(file), story.seed, self._options)
        self._output.emit(
            "shrunk",
            seed=story.seed,
            invariant=shrunk.invariant,
            broken=shrunk.broken,
            runs=shrunk.runs,
            complete=shrunk.complete,
            file=str(file),
            scenario=scenario_to_toml(story.scenario),
            replay=command,
        )
        if not self._output.as_json:
            self._output.say(f"\n{why}, found in {counted(shrunk.runs, 'run')}:\n")
            self._output.verbatim(scenario_to_toml(story.scenario))
            self._output.command("replay", command)

    def remembered(self, file: Path, *, is_new: bool) -> None:
        """The failure was added to the file, unless it was there."""
        self._output.emit("remembered", file=str(file), new=is_new)
        if not self._output.as_json:
            self._output.say(f"{'added to' if is_new else 'already in'} {short(file)}")

    def index(self, tally: CampaignSummary, how: str, shrunk: Shrunk | None = None) -> None:
        """The campaign as one page, with the worst stories first."""
        least = None
        if shrunk is not None:
            file = self._folder / f"{shrunk.story.scenario.name}{SUFFIX}"
            line = replay_command(short(file), shrunk.story.seed, self._options)
            least = SuggestedCommand(f"The smallest scenario that breaks {shrunk.invariant}", line)
        index = CampaignIndex(
            name=self._chosen.name,
            how=how,
            planned=self._chosen.seeds.count,
            endings={ending: tally.endings[ending] for ending in CaseOutcome},
            stories=tuple(map(self._indexed, tally.failures)),
            invariants=_judged(tally.invariants),
            kinds=_judged(tally.kinds),
            least=least,
            any_story=self._any_story(),
            digest=tally.digest,
        )
        write_index(index, self._folder, self._output)

    def _indexed(self, failure: StoryResult) -> IndexedStory:
        scenario, seed = failure.story.scenario, failure.story.seed
        report = self._state / "runs" / f"{scenario.name}-{seed}" / REPORT
        return IndexedStory(
            seed=seed,
            ending=failure.ending,
            broken=failure.broken,
            trouble=failure.trouble,
            faults=tuple(map(describe, scenario.plan.faults)),
            command=self._replay(failure),
            report=os.path.relpath(report, self._folder) if report.is_file() else "",
        )

    def _any_story(self) -> SuggestedCommand:
        """Of a drawn campaign, the same one again with a single seed; else the scenario itself."""
        chosen, first = self._chosen, str(self._chosen.seeds.first)
        if chosen.scenario_name is not None:
            line = replay_command(chosen.scenario_name, chosen.seeds.first, self._options)
            return SuggestedCommand("Any other, by its seed", line)
        told = [part for option in self._options.items() for part in option]
        which = ["--each-fault"] if chosen.each_fault else ["--runs", "1"]
        horizon = ["--duration", duration_text(chosen.horizon)]
        line = shlex.join(["./wavetank", "campaign", *which, "--seed", first, *horizon, *told])
        return SuggestedCommand("Any other run, by its seed", line)

    def _say_summary(self, tally: CampaignSummary, how: str, commands: list[str]) -> None:
        say = self._output.say
        endings = ", ".join(
            f"{tally.endings[e]} {e}" for e in reversed(CaseOutcome) if tally.endings[e]
        )
        per_minute = f"{self._per_minute(tally):.1f} a minute"
        say(f"{tally.played} of {self._chosen.seeds.count} runs {how}: {endings or 'none'}")
        say(f"seeds {self._seeds()}, {per_minute}, digest {tally.digest[:12]}")
        if tally.deaths:
            say(f"workers that died and were replaced: {tally.deaths}")
        if tally.failed:
            self._output.show(_table("invariant", tally.invariants))
            self._output.show(_table("kind of fault", tally.kinds))
            for key in sorted(HINTS.keys() & {k for f in tally.failures for k in f.broken}):
                say(f"{'hint':<{VERDICT_WIDTH}}{key}: {HINTS[key]}", VERDICT_WIDTH)
        for failure, command in zip(tally.failures, commands, strict=True):
            what = ", ".join(failure.broken) or failure.trouble or "not decided"
            say(f"seed {failure.story.seed}: {failure.ending}: {what}")
            self._output.verbatim(f"  {command}")

    def _replay(self, failure: StoryResult) -> str:
        story = failure.story
        target = self._chosen.scenario_name or short(self._save(story, failure))
        return replay_command(target, story.seed, self._options)

    def _save(self, story: RunSpec, failure: StoryResult) -> Path:
        found = ", ".join(failure.broken) or failure.ending
        return save_story(story, self._folder, f"Found by a campaign: {found}.")

    def _seeds(self) -> str:
        return f"{self._chosen.seeds.first} to {self._chosen.seeds.last}"

    def _per_minute(self, tally: CampaignSummary) -> float:
        return tally.played / max(self._clock.monotonic() - self._begun, 1e-9) * 60


def _judged(counts: Mapping[str, CaseCount]) -> tuple[IndexedCount, ...]:
    """The most broken first."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1].broken, item[0]))
    return tuple(
        IndexedCount(
            name=name, stories=judged.stories, broken=judged.broken, unknown=judged.unknown
        )
        for name, judged in ordered
    )


def _table(title: str, counts: Mapping[str, CaseCount]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(title)
    for heading in ("runs", "broken", "unknown"):
        table.add_column(heading, justify="right")
    table.add_column("breaks" if any(judged.breaks for judged in counts.values()) else "")
    for name, judged in sorted(counts.items(), key=lambda item: (-item[1].broken, item[0])):
        breaks = ", ".join(sorted(judged.breaks))
        table.add_row(name, str(judged.stories), str(judged.broken), str(judged.unknown), breaks)
    return table
