"""`notebook`: opens a notebook of the project in JupyterLab, or executes it to a file."""

import os
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from wavetank.cli.options import DebugOption
from wavetank.cli.output import Output
from wavetank.core.installation import clone_folder
from wavetank.core.settings import read_settings
from wavetank.core.uv_program import find_uv
from wavetank.reporting.analysis.jupyter import REQUIREMENTS, TOOLS, JupyterLab
from wavetank.reporting.analysis.notebook_files import (
    checked_source,
    copy_for,
    execute_notebook,
    find_notebook,
    find_notebooks,
    notebook_folder,
    require_extra,
    require_notebook_suffix,
    write_copy,
)
from wavetank.reporting.analysis.tool_environment import ToolEnvironment

INSTALLING = "installing JupyterLab; the first time this takes a minute ..."
DEFAULT_SOURCE = "latest"


def notebook(
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="A notebook, such as 01. Default: all."),
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
    """Open a notebook on the delivered records, in JupyterLab on this machine.

    You get your own copy, one for each source. JupyterLab is installed the first time, beside the
    project's environment; it asks for a token and listens on 127.0.0.1 only.
    """
    output = Output(as_json=False)
    require_extra()
    shipped = read_settings().shipped_folder
    if execute is not None:
        _execute(find_notebook(shipped, name), checked_source(source), execute, output)
        return
    found = find_notebooks(shipped, name)
    _open([_copy(path, checked_source(source), output, fresh=fresh) for path in found], output)


def _execute(path: Path, source: str, file: Path, output: Output) -> None:
    require_notebook_suffix(file)
    with output.waiting(f"executing {path.stem} on {source}"):
        execute_notebook(path, source, file)
    output.say(f"written: {file}")


def _copy(path: Path, source: str, output: Output, *, fresh: bool) -> Path:
    """The user's own copy for this source, which may have been changed if it exists."""
    copy = copy_for(path, source, read_settings())
    if copy.exists() and not fresh:
        output.say(f"opening your existing copy {copy.name}; --fresh replaces it")
    else:
        write_copy(path, source, copy)
    return copy


def _open(copies: list[Path], output: Output) -> None:
    """Replaces this process by JupyterLab, so that Ctrl-C reaches it; it asks before it ends."""
    settings = read_settings()
    folder = notebook_folder(settings)
    environment = ToolEnvironment(folder / "jupyterlab", REQUIREMENTS, TOOLS)
    environment.require(
        partial(find_uv, settings.path, clone_folder()), lambda: output.progress.print(INSTALLING)
    )
    lab = JupyterLab(folder / "jupyter", environment.python)
    lab.prepare()
    opened = copies[0] if len(copies) == 1 else copies[0].parent
    command = lab.command(copies[0].parent, opened, as_root=os.geteuid() == 0)
    os.execvp(command[0], command)  # noqa: S606 - an argument list, and there is no shell in it
