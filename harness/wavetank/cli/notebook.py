"""`notebook` opens a notebook of the project in JupyterLab, or executes it to a file."""

import os
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from wavetank.cli.options import DebugOption
from wavetank.cli.output import Output
from wavetank.core.errors import UsageError
from wavetank.core.private_files import users_umask
from wavetank.core.settings import read_settings
from wavetank.core.suggestions import one_of
from wavetank.reporting.analysis.jupyter import REQUIREMENTS, TOOLS, Lab
from wavetank.reporting.analysis.tool_environment import ToolEnvironment, find_uv

SUFFIX = ".ipynb"
WRITTEN = (SUFFIX, ".html")
INSTALLING = "installing JupyterLab; the first time this takes a minute ..."
DEFAULT_SOURCE = "latest"


def notebook(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="A notebook, such as 01. Default: all."),
    ] = None,
    *,
    source: Annotated[
        str,
        typer.Option(
            "--source",
            metavar="SOURCE",
            help="What to read: latest (the last saved run), run:NAME, the URL of a sandbox, "
            "s3://BUCKET, or a folder of objects.",
        ),
    ] = DEFAULT_SOURCE,
    execute: Annotated[
        Path | None,
        typer.Option(
            "--execute",
            metavar="FILE",
            help="Execute the notebook and write FILE.html or FILE.ipynb instead of opening it.",
        ),
    ] = None,
    fresh: Annotated[
        bool,
        typer.Option("--fresh", help="Replace your copy, including your changes, with a new one."),
    ] = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Open the notebooks that analyse delivered data, in JupyterLab.

    Opens a copy, one per source. Installs JupyterLab the first time, outside the project's
    environment; it asks for a token and listens on 127.0.0.1 only.
    """
    output = Output(as_json=False)
    if execute is not None:
        _execute(_one(name), _checked(source), execute, output)
        return
    copies = [_copy(path, _checked(source), output, fresh=fresh) for path in _chosen(name)]
    _open(copies, output)


def _notebooks() -> dict[str, Path]:
    folder = read_settings().project_folder / "notebooks"
    return {path.stem: path for path in sorted(folder.glob(f"*{SUFFIX}"))}


def _chosen(name: str | None) -> list[Path]:
    """All, or the one that is called so or whose name begins so.

    Raises:
        UsageError: there is none.
    """
    there = _notebooks()
    if name is None:
        return list(there.values())
    found = [path for stem, path in there.items() if stem.startswith(name.removesuffix(SUFFIX))]
    if len(found) == 1:
        return found
    raise UsageError(*one_of("a notebook:", name, there), problem=f'no notebook "{name}"')


def _one(name: str | None) -> Path:
    if name is None:
        raise UsageError("which notebook to execute", "no name", "name one, such as 01")
    return _chosen(name)[0]


def _checked(source: str) -> str:
    """The source as a notebook elsewhere has to name it, once it is sure that there is one.

    Raises:
        UsageError, InfrastructureError: there is none.
    """
    from wavetank.reporting.analysis.source import open_source  # noqa: PLC0415 - the SDK takes its time

    open_source(source)
    return str(Path(source).resolve()) if Path(source).is_dir() else source


def _execute(path: Path, source: str, file: Path, output: Output) -> None:
    if file.suffix not in WRITTEN:
        raise UsageError("a file to write: .html or .ipynb", str(file), "correct its name")
    from wavetank.reporting.analysis.notebook import read_notebook  # noqa: PLC0415 - is of an extra

    with output.waiting(f"executing {path.stem} on {source}"):
        executed = read_notebook(path).reading(source).executed()
        with users_umask():
            executed.write(file)
    output.say(f"written: {file}")


def _copy(path: Path, source: str, output: Output, *, fresh: bool) -> Path:
    """The user's own copy for this source; one that is there already may have been changed."""
    from wavetank.reporting.analysis.notebook import read_notebook  # noqa: PLC0415 - as above

    name = "".join(letter if letter.isalnum() or letter in "-." else "-" for letter in source)
    copy = _folder() / "copies" / f"{path.stem}-{name.strip('-')}{SUFFIX}"
    if copy.exists() and not fresh:
        output.say(f"opening yours from before, {copy.name}; --fresh begins with a new one")
    else:
        read_notebook(path).reading(source).write(copy)
    return copy


def _folder() -> Path:
    return read_settings().state_folder / "notebooks"


def _open(copies: list[Path], output: Output) -> None:
    """Becomes JupyterLab, so that Ctrl-C is its own; it asks before it ends."""
    settings, folder = read_settings(), _folder()
    environment = ToolEnvironment(folder / "jupyterlab", REQUIREMENTS, TOOLS)
    environment.require(partial(find_uv, settings), lambda: output.progress.print(INSTALLING))
    lab = Lab(folder / "jupyter", environment.python)
    lab.prepare()
    opened = copies[0] if len(copies) == 1 else copies[0].parent
    command = lab.command(copies[0].parent, opened, as_root=os.geteuid() == 0)
    os.execvp(command[0], command)  # noqa: S606 - an argument list, and there is no shell in it
