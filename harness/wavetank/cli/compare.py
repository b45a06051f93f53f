"""`compare`: the differences of two saved runs of one scenario, for example local and on AWS."""

from typing import Annotated

import typer

from wavetank.cli.options import DebugOption, JsonOption
from wavetank.cli.output import Output
from wavetank.cli.output.comparison import show_comparison
from wavetank.reporting.comparison import compare_runs, load_run
from wavetank.scenario.run_store import project_runs


def compare(
    one: Annotated[
        str, typer.Argument(metavar="RUN1", help="The name of a saved run, or its folder.")
    ],
    other: Annotated[str, typer.Argument(metavar="RUN2", help="Another run of the same scenario.")],
    *,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Show the differences of two runs of one scenario: invariants, records, alerts and items."""
    output = Output(as_json=as_json)
    with output.waiting("comparing"):
        store = project_runs()
        found = compare_runs(*(load_run(store.find(name)) for name in (one, other)))
    raise typer.Exit(show_comparison(found, output))
