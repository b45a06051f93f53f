"""`seeds.json`: cases that once broke an invariant, which the test suite runs again.

The file is an object with two keys: `about`, a description, and `failures`, a list of objects:

seed     the seed of the interleaving, a whole number
horizon  how long the spec lasts: `1h`
plan     its faults, in the form of histories and scenario files
broke    the invariants that it broke, by name
date     the day: `2026-11-24`
version  the version of Wavetank

The plan is written out, because a seed generates another plan when kinds of fault are added.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile

from wavetank.core.durations import YEAR, duration_text, parse_duration
from wavetank.core.errors import InfrastructureError, UsageError
from wavetank.core.suggestions import shown
from wavetank.faults.plan import FaultPlan
from wavetank.faults.serialization import plan_from_list, plan_to_list
from wavetank.scenario.model import Scenario
from wavetank.scenario.schema import SEED_MAX
from wavetank.simulation.runner import RunSpec

FILE_NAME = "seeds.json"
ABOUT = (
    "Seeds that once broke an invariant; the test suite runs all of them again. "
    "`campaign --remember` adds to them. See harness/wavetank/campaign/regression_seeds.py."
)
KEYS = ("seed", "horizon", "plan", "broke", "date", "version")
ACTION = "correct the file, or take it from the repository again"


@dataclass(frozen=True, kw_only=True)
class RegressionSeed:
    """A case that broke an invariant, and when."""

    seed: int
    horizon: timedelta
    plan: FaultPlan
    broke: tuple[str, ...]
    day: date
    version: str

    def spec(self) -> RunSpec:
        """The case, to be run again."""
        scenario = Scenario(
            name=f"remembered-{self.seed}",
            description=f"Broke {self.broke[0]} on {self.day} in {self.version}"[:100],
            horizon=self.horizon,
            seed=self.seed,
            plan=self.plan,
        )
        return RunSpec(scenario=scenario, seed=self.seed)


def regression_seeds(file: Path) -> tuple[RegressionSeed, ...]:
    """Read the file.

    Raises:
        UsageError: it cannot be read, or something in it is wrong; says what, and where.
    """
    try:
        form = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{file.name} to be JSON", str(error), ACTION) from error
    failures = form.get("failures") if isinstance(form, Mapping) else None
    if not isinstance(failures, list):
        expected = f"{file.name} to be an object with a list `failures`"
        raise UsageError(expected, shown(form), ACTION)
    return tuple(
        _from_form(failure, f"{file.name}, failures[{number}]")
        for number, failure in enumerate(failures)
    )


def remember(file: Path, failure: RegressionSeed) -> bool:
    """Add the failure unless the same case is in the file; returns whether it was added.

    The file is replaced at once, so that a reader never sees a part of it.

    Raises:
        UsageError: the file is invalid.
        InfrastructureError: the file cannot be written.
    """
    known = regression_seeds(file)
    if any(_same(failure, other) for other in known):
        return False
    forms = [_to_form(each) for each in (*known, failure)]
    text = json.dumps({"about": ABOUT, "failures": forms}, indent=2) + "\n"
    try:
        _replace(file, text)
    except OSError as error:
        action = "check that the folder can be written to"
        raise InfrastructureError(f"to write {file}", str(error), action) from error
    return True


def _same(one: RegressionSeed, other: RegressionSeed) -> bool:
    return (one.seed, one.horizon, one.plan) == (other.seed, other.horizon, other.plan)


def _replace(file: Path, text: str) -> None:
    with NamedTemporaryFile(
        "w", encoding="utf-8", dir=file.parent, prefix=f"{file.name}.", delete=False
    ) as new:
        try:
            new.write(text)
            new.flush()
            # So that a power failure leaves the old file or the new one, never an empty one. The
            # folder is not flushed: the case was printed too, so an entry can be added again.
            os.fsync(new.fileno())
            Path(new.name).chmod(file.stat().st_mode)
            Path(new.name).replace(file)
        except BaseException:
            Path(new.name).unlink(missing_ok=True)
            raise


def _to_form(failure: RegressionSeed) -> dict[str, object]:
    return {
        "seed": failure.seed,
        "horizon": duration_text(failure.horizon),
        "plan": plan_to_list(failure.plan),
        "broke": list(failure.broke),
        "date": failure.day.isoformat(),
        "version": failure.version,
    }


def _from_form(form: object, place: str) -> RegressionSeed:
    if not isinstance(form, Mapping) or set(form) != set(KEYS):
        expected = f"an object of the keys {', '.join(KEYS)}"
        raise _refusal(expected, sorted(form) if isinstance(form, Mapping) else form, place)
    made = RegressionSeed(
        seed=_seed(form["seed"], f"{place}.seed"),
        horizon=_horizon(form["horizon"], f"{place}.horizon"),
        plan=_plan(form["plan"], f"{place}.plan"),
        broke=_names(form["broke"], f"{place}.broke"),
        day=_day(form["date"], f"{place}.date"),
        version=_text(form["version"], f"{place}.version"),
    )
    if made.plan.beyond(made.horizon) or made.plan.contradictions():
        expected = "a plan within its horizon, in which no faults contradict each other"
        raise _refusal(expected, form["plan"], f"{place}.plan")
    return made


def _refusal(expected: str, found: object, place: str) -> UsageError:
    return UsageError(expected, f"{shown(found)} at {place}", ACTION)


def _seed(value: object, place: str) -> int:
    if type(value) is not int or not 0 <= value <= SEED_MAX:
        raise _refusal(f"a whole number from 0 to {SEED_MAX}", value, place)
    return value


def _horizon(value: object, place: str) -> timedelta:
    try:
        horizon = parse_duration(value if isinstance(value, str) else "")
    except ValueError:
        horizon = timedelta()
    if not timedelta() < horizon <= YEAR:
        raise _refusal(f"a duration of at most {duration_text(YEAR)}, such as 1h", value, place)
    return horizon


def _plan(value: object, place: str) -> FaultPlan:
    try:
        return plan_from_list(value)
    except UsageError as error:
        raise UsageError(error.expected, f"{error.found} at {place}", error.action) from error


def _names(value: object, place: str) -> tuple[str, ...]:
    names = value if isinstance(value, Sequence) and not isinstance(value, str) else ()
    if not names or not all(isinstance(name, str) and name for name in names):
        raise _refusal("a list of at least one invariant's name", value, place)
    return tuple(names)


def _day(value: object, place: str) -> date:
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError as error:
        raise _refusal("a day, such as 2026-11-24", value, place) from error


def _text(value: object, place: str) -> str:
    if not isinstance(value, str) or not value:
        raise _refusal("a text", value, place)
    return value
