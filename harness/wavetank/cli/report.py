"""`report`: writes the report of a saved run again; commands that save a run write it once."""

from typing import Annotated

import typer

from wavetank.cli.options import DebugOption, JsonOption
from wavetank.cli.output import Output
from wavetank.cli.output.report_files import write_report
from wavetank.scenario.run_store import project_runs


def report(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="The name of a saved run, or its folder.")
    ],
    *,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Write the HTML report of a saved run again; an interrupted run is shown as far as it went."""
    write_report(project_runs().find(run), Output(as_json=as_json))
