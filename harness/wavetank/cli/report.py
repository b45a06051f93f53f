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
    """Write a saved run's report: one HTML file, to be opened in a browser.

    The report of an interrupted run ends where the run ended.
    """
    write_report(project_runs().find(run), Output(as_json=as_json))
