"""The notebooks of this project: found by name, copied for a source, executed to a file."""

from importlib.util import find_spec
from pathlib import Path

from wavetank.core.errors import UsageError
from wavetank.core.private_files import users_umask
from wavetank.core.settings import Settings
from wavetank.core.suggestions import one_of

SUFFIX = ".ipynb"
NEEDED = ("altair", "nbclient", "nbconvert", "nbformat", "polars")
"""Packages of the extra `notebooks`."""
WRITTEN = (SUFFIX, ".html")


def find_notebooks(shipped_folder: Path, name: str | None) -> list[Path]:
    """All notebooks, or the one whose name begins with `name`.

    Raises:
        UsageError: no notebook or more than one matches.
    """
    folder = shipped_folder / "notebooks"
    by_stem = {path.stem: path for path in sorted(folder.glob(f"*{SUFFIX}"))}
    if name is None:
        return list(by_stem.values())
    found = [path for stem, path in by_stem.items() if stem.startswith(name.removesuffix(SUFFIX))]
    if len(found) == 1:
        return found
    raise UsageError(*one_of("a notebook:", name, by_stem), problem=f'no notebook "{name}"')


def find_notebook(shipped_folder: Path, name: str | None) -> Path:
    """The notebook to execute.

    Raises:
        UsageError: no name is given, or it selects no single notebook.
    """
    if name is None:
        raise UsageError("which notebook to execute", "no name", "give one, such as 01")
    return find_notebooks(shipped_folder, name)[0]


def require_extra() -> None:
    """Returns if what notebooks are made of is installed.

    Raises:
        UsageError: it is not: it is an extra, because it is large.
    """
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise UsageError(
            f"{', '.join(NEEDED)}, which notebooks need",
            f"no {missing[0]}",
            "install the extra: pip install 'wavetank[notebooks]'",
        )


def checked_source(source: str) -> str:
    """The source in the form that a notebook in another folder needs, after opening it once.

    Raises:
        UsageError, InfrastructureError: it cannot be opened.
    """
    from wavetank.reporting.analysis.source import open_source  # noqa: PLC0415 - loads the AWS SDK

    open_source(source)
    return str(Path(source).resolve()) if Path(source).is_dir() else source


def execute_notebook(path: Path, source: str, file: Path) -> None:
    """Executes the notebook on the source and writes it to the file.

    Raises:
        InfrastructureError: a cell fails, or the file cannot be written.
    """
    from wavetank.reporting.analysis.notebook import read_notebook  # noqa: PLC0415 - an extra

    executed = read_notebook(path).reading(source).executed()
    with users_umask():
        executed.write(file)


def require_notebook_suffix(file: Path) -> None:
    """Returns if the file can be written.

    Raises:
        UsageError: its name ends neither in .html nor in .ipynb.
    """
    if file.suffix not in WRITTEN:
        raise UsageError("a file to write: .html or .ipynb", str(file), "correct its name")


def copy_for(path: Path, source: str, settings: Settings) -> Path:
    """The path of the user's copy of the notebook for this source."""
    name = "".join(letter if letter.isalnum() or letter in "-." else "-" for letter in source)
    return notebook_folder(settings) / "copies" / f"{path.stem}-{name.strip('-')}{SUFFIX}"


def write_copy(path: Path, source: str, copy: Path) -> None:
    """Writes a new copy of the notebook that reads the source."""
    from wavetank.reporting.analysis.notebook import read_notebook  # noqa: PLC0415 - an extra

    read_notebook(path).reading(source).write(copy)


def notebook_folder(settings: Settings) -> Path:
    """The folder of the copies, of JupyterLab and of its settings."""
    return settings.state_folder / "notebooks"
