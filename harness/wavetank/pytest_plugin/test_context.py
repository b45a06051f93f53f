"""What is one test's own: its story, its seed, where its runs are kept, how to run it again."""

import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from wavetank.core.errors import UsageError
from wavetank.pytest_plugin.marks import scenario_of
from wavetank.scenario.model import Scenario
from wavetank.simulation.runner import RunSpec

DEFAULT_SEED = 1
"""Always the same, so that a test that passed today passes tomorrow."""

type Account = Callable[[], str]

ACCOUNTS = pytest.StashKey[list[Account]]()


@dataclass(frozen=True, kw_only=True)
class Case:
    """A test that plays. `scenario` lasts nothing where no mark says how long it does."""

    scenario: Scenario
    seed: int
    start: datetime
    folder: Path
    command: str
    accounts: list[Account]
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def story(self, horizon: timedelta, seed: int | None) -> RunSpec:
        """The scenario for so long.

        Raises:
            UsageError: nobody says how long.
        """
        horizon = horizon or self.scenario.horizon
        if not horizon:
            raise UsageError(
                "how long the run is to last", "nothing", "say so, as in simulator.run(minutes=10)"
            )
        return RunSpec(
            scenario=replace(self.scenario, horizon=horizon),
            seed=self.seed if seed is None else seed,
            start=self.start,
        )

    def history(self) -> Path:
        """A file for another run."""
        return self.folder / f"history-{next(self._numbers)}.jsonl"


def case_of(item: pytest.Item, start: datetime, folder: Path) -> Case:
    """The test's, whose marks were checked when it was collected.

    Raises:
        UsageError: the start is in no time zone.
    """
    if start.tzinfo is None:
        raise UsageError("wavetank_start with its time zone", f"{start}", "write tzinfo=UTC")
    scenario = scenario_of(item)
    wanted: int | None = item.config.getoption("wavetank_seed")
    seed = next(s for s in (wanted, scenario.seed, DEFAULT_SEED) if s is not None)
    return Case(
        scenario=scenario,
        seed=seed,
        start=start,
        folder=folder,
        command=f"pytest {_address(item)} --wavetank-seed {seed}",
        accounts=item.stash.setdefault(ACCOUNTS, []),
    )


def _address(item: pytest.Item) -> str:
    """The test as it is named from where pytest was called."""
    within = item.nodeid.partition("::")[2]
    here = item.config.invocation_params.dir
    return shlex.quote(f"{item.path.relative_to(here, walk_up=True)}::{within}")


def accounts_of(item: pytest.Item) -> list[str]:
    """Of each run of the test, what there is to say of it."""
    return [account() for account in item.stash.get(ACCOUNTS, [])]
