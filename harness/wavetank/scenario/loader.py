"""The scenarios of a folder, or of this project, by name; and scenario files by path."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from wavetank.configuration.project import project_configuration
from wavetank.core.durations import duration_text
from wavetank.core.errors import UsageError
from wavetank.core.installation import shipped_folder
from wavetank.core.suggestions import one_of
from wavetank.faults.serialization import describe
from wavetank.scenario.model import Scenario
from wavetank.scenario.parser import parse_scenario

SUFFIX = ".toml"


def find_scenarios(folder: Path) -> list[Path]:
    """The scenario files of the folder, by name; none if there is no such folder."""
    return sorted(folder.glob(f"*{SUFFIX}"))


def load_scenario(name_or_path: str, folder: Path) -> Scenario:
    """The scenario of that name in the folder or, if the name ends in .toml, of that file.

    Raises:
        UsageError: there is none, it cannot be read, or it is invalid.
    """
    path = Path(name_or_path)
    if path.suffix != SUFFIX:
        path = _path_of(name_or_path, folder)
    return parse_scenario(path.stem, _text(path), str(path))


def project_scenarios() -> Path:
    """The folder with the scenarios of this project; without a `wavetank.toml` the ticker's."""
    configuration = project_configuration()
    return configuration.scenarios if configuration else shipped_scenarios()


def shipped_scenarios() -> Path:
    """The folder with the scenarios of the ticker's pipeline."""
    return shipped_folder() / "scenarios"


def with_horizon(scenario: Scenario, horizon: timedelta) -> Scenario:
    """The scenario with another horizon.

    Raises:
        UsageError: the horizon is too short for one of its faults or workloads.
    """
    for fault in scenario.plan.beyond(horizon):
        raise UsageError(
            f"every fault reverted within the horizon of {duration_text(horizon)}",
            describe(fault),
            f"give --duration {duration_text(fault.reverted_after)} or more",
        )
    for workload in scenario.workloads:
        if workload.ends_after > horizon:
            raise UsageError(
                f"every workload within the horizon of {duration_text(horizon)}",
                f"{workload.kind} that ends after {duration_text(workload.ends_after)}",
                f"give --duration {duration_text(workload.ends_after)} or more",
            )
    return replace(scenario, horizon=horizon)


def _path_of(name: str, folder: Path) -> Path:
    by_name = {path.stem: path for path in find_scenarios(folder)}
    if name not in by_name:
        expected = f"a scenario of {folder} or the path of a {SUFFIX} file; the scenarios are"
        raise UsageError(*one_of(expected, name, by_name), problem=f'no scenario "{name}"')
    return by_name[name]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(f"to read {path}", reason, "check the path") from error
    except ValueError as error:
        action = "save it as UTF-8"
        raise UsageError(f"{path} to be UTF-8 text", str(error), action) from error
