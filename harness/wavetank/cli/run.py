"""`run` plays a scenario; `replay` plays a saved run again, or judges it again."""

import secrets
from dataclasses import replace
from datetime import timedelta
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer

from wavetank.cli.options import (
    DEFAULT_NAME,
    DebugOption,
    FormatOption,
    JsonOption,
    NameOption,
    person_of,
)
from wavetank.cli.output import Output
from wavetank.cli.tank import READERS, deployed_tank, play_with_progress
from wavetank.driver.play import Played, Story, judges_of
from wavetank.errors import ExitCode, UsageError
from wavetank.faults.duration import YEAR, duration_text
from wavetank.faults.form import describe
from wavetank.history import read_history
from wavetank.naming import derive_names
from wavetank.pipelines.pipeline import Pipeline
from wavetank.pipelines.ticker import TickerPipeline
from wavetank.runs import RunShelf, RunSummary, SavedRun
from wavetank.scenario.model import Scenario
from wavetank.scenario.schema import SEED_MAX
from wavetank.scenario.shelf import load_scenario
from wavetank.scenario.text import scenario_to_toml
from wavetank.settings import read_settings
from wavetank.verdicts import exit_code
from wavetank.words import counted

SEEDS = 2**31
