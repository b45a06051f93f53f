"""Failing stories as files that can be run again, and the commands that do so."""

import shlex
from collections.abc import Mapping
from pathlib import Path

from wavetank.core.errors import InfrastructureError
from wavetank.core.private_files import private_folder
from wavetank.scenario.loader import SUFFIX
from wavetank.scenario.serialization import scenario_to_toml
from wavetank.simulation.runner import RunSpec

LAUNCHER = "./wavetank"


def replay_command(target: str, seed: int, options: Mapping[str, str]) -> str:
    """The command that plays the story again; `target` is a scenario's name or file."""
    told = [part for option in options.items() for part in option]
    return shlex.join([LAUNCHER, "run", target, "--seed", str(seed), *told])


def save_story(story: RunSpec, folder: Path, why: str) -> Path:
    """Writes it into the folder, under its scenario's name; `why` goes into its first lines.

    Raises:
        InfrastructureError: it cannot be written.
    """
    file = folder / f"{story.scenario.name}{SUFFIX}"
    try:
        private_folder(folder)
        file.write_text(scenario_to_toml(story.scenario, why), encoding="utf-8")
    except OSError as error:
        raise InfrastructureError(f"to write {file}", str(error), "check the folder") from error
    return file
