"""Loads scenarios from a folder, by name."""

from pathlib import Path

from wavetank.core.errors import UsageError
from wavetank.core.suggestions import one_of
from wavetank.scenario.file import parse_scenario
from wavetank.scenario.model import Scenario

SUFFIX = ".toml"


def find_scenarios(folder: Path) -> list[Path]:
    """The scenario files of the folder, sorted by name; empty if there is no such folder."""
    return sorted(folder.glob(f"*{SUFFIX}"))


def load_scenario(name_or_path: str, folder: Path) -> Scenario:
    """Load the scenario of that name in the folder, or the file if the name ends in .toml.

    Raises:
        UsageError: it does not exist, cannot be read, or has a mistake.
    """
    path = Path(name_or_path)
    if path.suffix != SUFFIX:
        path = _path_of(name_or_path, folder)
    return parse_scenario(path.stem, _text(path), str(path))


def _path_of(name: str, folder: Path) -> Path:
    by_name = {path.stem: path for path in find_scenarios(folder)}
    if name not in by_name:
        expected = f"a scenario of {folder} or the path of a {SUFFIX} file; the scenarios are"
        raise UsageError(*one_of(expected, name, by_name))
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
