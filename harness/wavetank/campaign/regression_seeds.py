"""`seeds.json`: cases that once broke an invariant, which are run again before any others.

The file is an object with two keys: `about`, a description, and `failures`, a list of objects:

seed      the seed of the interleaving, a whole number
scenario  what ran, as the lines of a scenario file
broke     the invariants that it broke, by name
date      the day: `2026-11-24`
version   the version of Wavetank

The faults are written out, because a seed generates others when kinds of fault are added.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile

from wavetank.core.errors import InfrastructureError, UsageError
from wavetank.core.installation import require_clone
from wavetank.core.project import CONFIGURATION
from wavetank.core.settings import current_project
from wavetank.core.suggestions import shown
from wavetank.scenario.model import Scenario
from wavetank.scenario.parser import parse_scenario
from wavetank.scenario.schema import DESCRIPTION_CHARACTERS_MAX, SEED_MAX
from wavetank.scenario.serialization import scenario_to_toml
from wavetank.simulation.runner import RunSpec

FILE_NAME = "seeds.json"
ABOUT = (
    "Cases that once broke an invariant. `campaign --remember` adds to them, and "
    "`campaign --remembered` runs them before all others."
)
KEYS = ("seed", "scenario", "broke", "date", "version")
ACTION = "correct the file, or take it from the repository again"
NEW_FILE_MODE = 0o644
"""It belongs to the repository, as the code does."""


@dataclass(frozen=True, kw_only=True)
class RegressionSeed:
    """A case that broke an invariant, and when."""

    seed: int
    scenario: Scenario
    broke: tuple[str, ...]
    day: date
    version: str

    def spec(self) -> RunSpec:
        """The case, to be run again."""
        broke = f"Broke {self.broke[0]} on {self.day} in {self.version}"
        scenario = replace(
            self.scenario,
            name=f"remembered-{self.seed}",
            description=broke[:DESCRIPTION_CHARACTERS_MAX],
        )
        return RunSpec(scenario=scenario, seed=self.seed)


def seeds_file(option: str) -> Path:
    """The file of this project, for a command's option; without a `wavetank.toml` the clone's.

    Raises:
        UsageError: there is neither.
    """
    project = current_project()
    if project.configuration is not None:
        return project.folder / FILE_NAME
    return require_clone(f"{option} without a {CONFIGURATION}") / FILE_NAME


def remembered_cases(file: Path) -> tuple[RunSpec, ...]:
    """The cases of the file, none if there is no file yet.

    Raises:
        UsageError: the file is invalid.
    """
    return tuple(failure.spec() for failure in _known(file))


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
        _from_form(failure, file.with_name(f"{file.name}, failures[{number}]"))
        for number, failure in enumerate(failures)
    )


def remember(file: Path, failure: RegressionSeed) -> bool:
    """Add the failure unless the same case is in the file; returns whether it was added.

    The file is replaced at once, so that a reader never sees a part of it.

    Raises:
        UsageError: the file is invalid.
        InfrastructureError: the file cannot be written.
    """
    known = _known(file)
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


def _known(file: Path) -> tuple[RegressionSeed, ...]:
    return regression_seeds(file) if file.exists() else ()


def _same(one: RegressionSeed, other: RegressionSeed) -> bool:
    alike = replace(one.scenario, name=other.scenario.name, description=other.scenario.description)
    return (one.seed, alike) == (other.seed, other.scenario)


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
            Path(new.name).chmod(file.stat().st_mode if file.exists() else NEW_FILE_MODE)
            Path(new.name).replace(file)
        except BaseException:
            Path(new.name).unlink(missing_ok=True)
            raise


def _to_form(failure: RegressionSeed) -> dict[str, object]:
    return {
        "seed": failure.seed,
        "scenario": scenario_to_toml(failure.scenario).splitlines(),
        "broke": list(failure.broke),
        "date": failure.day.isoformat(),
        "version": failure.version,
    }


def _from_form(form: object, path: Path) -> RegressionSeed:
    place = path.name
    if not isinstance(form, Mapping) or set(form) != set(KEYS):
        expected = f"an object of the keys {', '.join(KEYS)}"
        raise _refusal(expected, sorted(form) if isinstance(form, Mapping) else form, place)
    seed = _seed(form["seed"], f"{place}.seed")
    lines = _texts(form["scenario"], "a scenario's line", f"{place}.scenario")
    source = str(path.with_name(f"{place}.scenario"))  # whose folder has the files that it names
    return RegressionSeed(
        seed=seed,
        scenario=parse_scenario(f"remembered-{seed}", "\n".join(lines), source),
        broke=_texts(form["broke"], "an invariant's name", f"{place}.broke"),
        day=_day(form["date"], f"{place}.date"),
        version=_text(form["version"], f"{place}.version"),
    )


def _refusal(expected: str, found: object, place: str) -> UsageError:
    return UsageError(expected, f"{shown(found)} at {place}", ACTION)


def _seed(value: object, place: str) -> int:
    if type(value) is not int or not 0 <= value <= SEED_MAX:
        raise _refusal(f"a whole number from 0 to {SEED_MAX}", value, place)
    return value


def _texts(value: object, of: str, place: str) -> tuple[str, ...]:
    texts = value if isinstance(value, Sequence) and not isinstance(value, str) else ()
    if not any(texts) or not all(isinstance(text, str) for text in texts):
        raise _refusal(f"a list of texts, each {of}", value, place)
    return tuple(texts)


def _day(value: object, place: str) -> date:
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError as error:
        raise _refusal("a day, such as 2026-11-24", value, place) from error


def _text(value: object, place: str) -> str:
    if not isinstance(value, str) or not value:
        raise _refusal("a text", value, place)
    return value
