"""`bench`: what things cost on this machine, each compared within the run."""

from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.table import Table

from wavetank.bench.gateway import CallCost, measure_gateway
from wavetank.cli.bench_peers import install_peers, show_peers
from wavetank.cli.bench_simulator import show_campaigns, show_simulator
from wavetank.cli.options import DebugOption, JsonOption
from wavetank.cli.output import Output
from wavetank.core.clock import WallClock
from wavetank.core.errors import ExitCode
from wavetank.core.settings import read_settings


def bench(
    *,
    days: Annotated[
        int,
        typer.Option(
            "--days",
            metavar="N",
            min=0,
            max=365,
            help="Virtual days of the longest run; 0 for an hour.",
        ),
    ] = 1,
    campaign: Annotated[
        int,
        typer.Option(
            "--campaign",
            metavar="N",
            min=0,
            help="Then also N runs of an hour, by 1 and 2 workers.",
        ),
    ] = 0,
    rounds: Annotated[
        int, typer.Option("--rounds", metavar="N", min=1, help="How often each call is made.")
    ] = 1000,
    peers: Annotated[
        bool,
        typer.Option(
            "--peers",
            help="Then also a tick on stock LocalStack, moto server and MiniStack; installs them.",
        ),
    ] = False,
    ticks: Annotated[
        int, typer.Option("--ticks", metavar="N", min=1, help="With --peers: ticks on each.")
    ] = 100,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Measure what a tick, a virtual day and a call cost here, each against something."""
    output = Output(as_json=as_json)
    others = install_peers(output) if peers else []
    show_simulator(output, days)
    if campaign:
        show_campaigns(output, campaign)
    _show_gateway(output, rounds)
    if others and not show_peers(output, others, ticks):
        raise typer.Exit(ExitCode.INFRASTRUCTURE)


def _show_gateway(output: Output, rounds: int) -> None:
    with TemporaryDirectory() as state, output.waiting("measuring, about half a minute"):
        costs = list(measure_gateway(Path(state), read_settings().path, rounds, WallClock()))
    for cost in costs:
        output.emit("gateway", **asdict(cost), ratio=cost.ratio)
    output.show(_gateway_table(costs))


def _gateway_table(costs: list[CallCost]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("warm call, by a role")
    for title in ("with plug-ins", "without", "ratio"):
        table.add_column(title, justify="right")
    for cost in costs:
        table.add_row(
            cost.call,
            f"{cost.with_plugins_ms:.2f} ms",
            f"{cost.without_ms:.2f} ms",
            f"{cost.ratio:.2f}",
        )
    return table
