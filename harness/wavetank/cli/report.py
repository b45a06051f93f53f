"""`report` writes a saved run's report anew; every command that saves a run writes it by itself."""

from typing import Annotated

import typer

from wavetank.cli.options import DebugOption, JsonOption
from wavetank.cli.output import Output
from wavetank.cli.report_files import write_report
from wavetank.cli.run import shelf


def report(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="The name of a saved run, or its folder.")
    ],
    *,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Write the HTML report of a saved run again; an interrupted run is shown as far as it went."""
    write_report(shelf().find(run), Output(as_json=as_json))
