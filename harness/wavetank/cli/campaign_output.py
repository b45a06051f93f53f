"""What people and programs read of a campaign: how far it is, what came of it, how to replay it."""

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from wavetank.campaign.report import replay_command, save_story
from wavetank.campaign.results import Ending, StoryResult
from wavetank.campaign.shrinking import Shrunk
from wavetank.campaign.stories import ChosenStories
from wavetank.campaign.tally import Judged, Tally
from wavetank.cli.output import VERDICT_WIDTH, Output
from wavetank.clock import Clock
from wavetank.driver.play import Story
from wavetank.faults.duration import duration_text
from wavetank.invariants.hints import HINTS
from wavetank.scenario.text import scenario_to_toml
from wavetank.settings import read_settings
from wavetank.words import counted

if TYPE_CHECKING:
    from wavetank.cli.activity import Activity


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
        self._folder = read_settings().state_folder / "campaigns" / chosen.name

    def begins(self, size: int, address: str | None) -> None:
        """Which stories, and who plays them."""
        chosen = self._chosen
        what = f"{chosen.scenario.name}, its own faults" if chosen.scenario else "drawn faults"
        what = "each fault by itself" if chosen.each_fault else what
        who = counted(size, "worker") + (f" of the cluster at {address}" if address else "")
        stories = f"{chosen.seeds.count} of {duration_text(chosen.horizon)}: {what}"
        self._output.say(f"stories: {stories}, seeds {self._seeds()}, by {who}")
        self._output.emit(
            "campaign",
            first_seed=chosen.seeds.first,
            seeds=chosen.seeds.count,
            horizon=duration_text(chosen.horizon),
            scenario=chosen.scenario.name if chosen.scenario else None,
            workers=size,
        )

    @contextmanager
    def progress(self, tally: Tally) -> Iterator[None]:
        """For the body, it is shown how many stories have been played."""
        self._begun = self._clock.monotonic()
        count = self._chosen.seeds.count
        with self._output.counting("starting the workers", count) as self._activity:
            yield
        assert tally.played <= self._chosen.seeds.count  # each story has one result

    def takes(self, result: StoryResult, tally: Tally) -> None:
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

    def summary(self, tally: Tally, how: str) -> None:
        """All that has come of the stories; `how` says how the campaign came to its end."""
        commands = [self._replay(failure) for failure in tally.failures]
        self._output.emit(
            "summary",
            how=how,
            first_seed=self._chosen.seeds.first,
            played=tally.played,
            endings={ending: tally.endings[ending] for ending in Ending},
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
        return self._output.waiting(f"shrinking the story of seed {result.story.seed}")

    def shrunk(self, shrunk: Shrunk) -> None:
        """The least story that was found, saved, and how it is replayed."""
        story = shrunk.story
        least = "the least" if shrunk.complete else "the least found in the time that it may take,"
        why = f"{least} of seed {story.seed} that breaks {shrunk.invariant}"
        file = save_story(story, self._folder, f"Shrunk by a campaign: {why}.")
        command = replay_command(_short(file), story.seed, self._options)
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
            self._output.say(f"{'added to' if is_new else 'already in'} {_short(file)}")

    def _say_summary(self, tally: Tally, how: str, commands: list[str]) -> None:
        say = self._output.say
        endings = ", ".join(f"{tally.endings[e]} {e}" for e in reversed(Ending) if tally.endings[e])
        per_minute = f"{self._per_minute(tally):.1f} a minute"
        say(f"{tally.played} of {self._chosen.seeds.count} stories {how}: {endings or 'none'}")
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
        target = self._chosen.scenario_name or _short(self._save(story, failure))
        return replay_command(target, story.seed, self._options)

    def _save(self, story: Story, failure: StoryResult) -> Path:
        found = ", ".join(failure.broken) or failure.ending
        return save_story(story, self._folder, f"Found by a campaign: {found}.")

    def _seeds(self) -> str:
        return f"{self._chosen.seeds.first} to {self._chosen.seeds.last}"

    def _per_minute(self, tally: Tally) -> float:
        return tally.played / max(self._clock.monotonic() - self._begun, 1e-9) * 60


def _table(title: str, counts: Mapping[str, Judged]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(title)
    for heading in ("stories", "broken", "unknown"):
        table.add_column(heading, justify="right")
    table.add_column("breaks" if any(judged.breaks for judged in counts.values()) else "")
    for name, judged in sorted(counts.items(), key=lambda item: (-item[1].broken, item[0])):
        breaks = ", ".join(sorted(judged.breaks))
        table.add_row(name, str(judged.stories), str(judged.broken), str(judged.unknown), breaks)
    return table


def _short(file: Path) -> str:
    """Relative to where the command was typed, where it is below."""
    here = Path.cwd()
    return os.fspath(file.relative_to(here) if file.is_relative_to(here) else file)
