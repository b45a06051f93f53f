"""Failing cases saved as scenario files, and the commands that run them again."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wavetank.campaign.cases import CampaignCases
from wavetank.campaign.pytest_test import pytest_test
from wavetank.campaign.results import CaseResult
from wavetank.campaign.shrinking import Shrunk
from wavetank.core.durations import duration_text
from wavetank.core.installation import command_name
from wavetank.core.private_files import not_writable, private_folder
from wavetank.core.text import short_path
from wavetank.deployment.pipelines.pipeline import Pipeline
from wavetank.scenario.loader import SUFFIX
from wavetank.scenario.serialization import scenario_to_toml
from wavetank.simulation.runner import RunSpec


def replay_command(target: str, seed: int, options: Mapping[str, str]) -> str:
    """The command that runs the case again; `target` is a scenario's name or file."""
    selected = [part for option in options.items() for part in option]
    return shlex.join([command_name(), "run", target, "--seed", str(seed), *selected])


def save_case(spec: RunSpec, folder: Path, why: str) -> Path:
    """Writes the scenario into the folder, under its name; `why` goes into its first lines.

    Raises:
        InfrastructureError: it cannot be written.
    """
    text = scenario_to_toml(spec.scenario, why)
    return _save(folder / f"{spec.scenario.name}{SUFFIX}", text)


def _save(file: Path, text: str) -> Path:
    try:
        private_folder(file.parent)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise not_writable(file, error) from error
    return file


@dataclass(frozen=True)
class Reproductions:
    """Failing cases saved as scenario files in the campaign's folder, with commands to run them.

    `options` select the campaign's pipeline, and `tested` is it, unless a suite has it anyway.
    """

    chosen: CampaignCases
    folder: Path
    options: Mapping[str, str]
    tested: Pipeline | None = None

    def of_failure(self, failure: CaseResult) -> str:
        """The command for a failing case, which is saved unless its scenario is a file already.

        Raises:
            InfrastructureError: it cannot be written.
        """
        target = self.chosen.scenario_name
        if target is None or self.has_own_scenario(failure):
            found = ", ".join(failure.broken) or failure.ending
            file = save_case(failure.spec, self.folder, f"Found by a campaign: {found}.")
            target = short_path(file)
        return replay_command(target, failure.spec.seed, self.options)

    def has_own_scenario(self, failure: CaseResult) -> bool:
        """Whether no file of the project has the scenario of the case."""
        return self.chosen.is_generated or failure.spec in self.chosen.remembered

    def of_shrunk(self, shrunk: Shrunk) -> str:
        """The command for the shrunk case, once `save_shrunk` has saved it."""
        file = self.folder / f"{shrunk.spec.scenario.name}{SUFFIX}"
        return replay_command(short_path(file), shrunk.spec.seed, self.options)

    def save_test(self, shrunk: Shrunk) -> Path:
        """Saves a pytest test of the shrunk case.

        Raises:
            InfrastructureError: it cannot be written.
        """
        name = f"test_{shrunk.spec.scenario.name.replace('-', '_')}.py"
        return _save(self.folder / name, pytest_test(shrunk, self.tested))

    def save_shrunk(self, shrunk: Shrunk, why: str) -> Path:
        """Saves the shrunk case; `why` says what it is.

        Raises:
            InfrastructureError: it cannot be written.
        """
        return save_case(shrunk.spec, self.folder, f"Shrunk by a campaign: {why}.")

    def of_any(self) -> str:
        """The command for any case by its seed, with the first seed as an example.

        Generated faults depend on earlier cases, so they take a campaign of the same first seed.
        """
        chosen, first = self.chosen, self.chosen.seeds.first
        if chosen.scenario_name is not None and not chosen.is_generated:
            return replay_command(chosen.scenario_name, first, self.options)
        which = ["--each-fault"] if chosen.each_fault else ["--runs", str(chosen.seeds.count)]
        horizon = ["--duration", duration_text(chosen.horizon)]
        if chosen.scenario_name is not None:
            which += ["--draw-faults"] if chosen.draws_faults else []
            horizon = ["--scenario", chosen.scenario_name]
        selected = [part for option in self.options.items() for part in option]
        words = ["campaign", *which, "--seed", str(first), *horizon, *selected]
        return shlex.join([command_name(), *words])
