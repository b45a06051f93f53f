"""The scenarios of a folder, by name. Whoever asks says which folder."""

from pathlib import Path

from wavetank.core.errors import UsageError
from wavetank.core.suggestions import one_of
from wavetank.scenario.file import parse_scenario
from wavetank.scenario.model import Scenario

SUFFIX = ".toml"


def find_scenarios(folder: Path) -> list[Path]:
    """The scenario files of the folder, by name; none where there is no such folder."""
    return sorted(folder.glob(f"*{SUFFIX}"))


def load_scenario(name_or_path: str, folder: Path) -> Scenario:
    """The scenario of that name in the folder or, where the name ends in .toml, of that file.

    Raises:
        UsageError: there is none, it cannot be read, or something in it is wrong.
    """
    path = Path(name_or_path)
    if path.suffix != SUFFIX:
        path = _of_name(name_or_path, folder)
    return parse_scenario(path.stem, _text(path), str(path))


def _of_name(name: str, folder: Path) -> Path:
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
        raise UsageError(f"{path} to be a text in UTF-8", str(error), action) from error
