"""`bench`: what things cost on this machine, each compared within the run."""

import logging
from contextlib import ExitStack
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from benchmarks.campaign import measure_campaign
from benchmarks.counted_work import measure_work
from benchmarks.gateway import measure_gateway
from benchmarks.peer_servers import Peer, install_peers
from benchmarks.peers import PeerCost, PeerUnavailable, measure_peers
from benchmarks.simulator_bench import HOUR, SimulatorBench, run_lengths
from benchmarks.tables import gateway_table, peers_table, runs_table
from benchmarks.tick import measure_boot, measure_runs, measure_tick
from wavetank.campaign.worker_context import SimulatorContext
from wavetank.cli.options import DebugOption, JsonOption
from wavetank.cli.output import Output
from wavetank.core.clock import HostClock, WallClock
from wavetank.core.durations import duration_option
from wavetank.core.errors import ExitCode
from wavetank.core.settings import read_settings
from wavetank.deployment.pipelines.selection import PipelineChoice

TICKS = 600
COUNTED_TICKS = 120
WORKERS = (1, 2)
REMARK = "LocalStack is without our plug-ins here, but for its tables: its own would need Java."


def bench(
    *,
    duration: Annotated[
        str,
        typer.Option(
            "--duration",
            metavar="DURATION",
            help="Virtual time of the longest run, such as 1h or 7d.",
        ),
    ] = "1d",
    campaign: Annotated[
        int,
        typer.Option(
            "--campaign",
            metavar="N",
            min=0,
            help="Also measure a campaign of N one-hour runs with 1 and 2 workers.",
        ),
    ] = 0,
    rounds: Annotated[
        int, typer.Option("--rounds", metavar="N", min=1, help="How often each call is made.")
    ] = 1000,
    peers: Annotated[
        bool,
        typer.Option(
            "--peers",
            help="Also measure a tick on stock LocalStack, moto server and MiniStack; installs "
            "them.",
        ),
    ] = False,
    ticks: Annotated[
        int, typer.Option("--ticks", metavar="N", min=1, help="With --peers: ticks on each.")
    ] = 100,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Measure the cost of a tick, a virtual day and a call on this machine.

    Each is shown relative to a baseline that is measured in the same run.
    """
    output = Output(as_json=as_json)
    longest = duration_option(duration)
    others = install_peers(read_settings(), output) if peers else []
    _show_simulator(output, longest)
    if campaign:
        _show_campaigns(output, campaign)
    _show_gateway(output, rounds)
    if others and not _show_peers(output, others, ticks):
        raise typer.Exit(ExitCode.INFRASTRUCTURE)


def _show_simulator(output: Output, longest: timedelta) -> None:
    """Boot, tick and floor, and runs from an hour to `longest`, in this process."""
    clock = HostClock()
    logging.disable(logging.CRITICAL)
    with TemporaryDirectory(prefix="wavetank-bench-") as folder, ExitStack() as stack:
        simulator = SimulatorBench(PipelineChoice().pipeline(), Path(folder), stack)
        with output.waiting("booting a simulator"):
            boot = measure_boot(simulator.booted, clock)
        output.emit("boot", seconds=boot)
        output.say(f"from nothing to the end of the first tick: {boot:.1f} s")
        with output.waiting(f"a tick, {TICKS} times"):
            cost = measure_tick(simulator.simulate, simulator.floor(), TICKS, clock)
        output.emit("tick", **asdict(cost), ratio=cost.ratio)
        output.say(
            f"a tick {cost.tick_ms:.2f} ms, its three calls alone {cost.floor_ms:.2f} ms, "
            f"ratio {cost.ratio:.2f}"
        )
        with output.waiting(f"the calls of a tick, {COUNTED_TICKS} times"):
            work = measure_work(simulator.simulate, simulator.floor(), COUNTED_TICKS)
        output.emit("work", **asdict(work), ratio=work.ratio)
        output.say(
            f"a tick {work.tick_calls:,.0f} Python function calls, its three calls alone "
            f"{work.floor_calls:,.0f}, ratio {work.ratio:.2f}"
        )
        with output.waiting("runs of virtual hours and days"):
            runs = list(measure_runs(simulator.simulate, run_lengths(longest), clock))
    for run in runs:
        output.emit("run_cost", **asdict(run))
    output.show(runs_table(runs))


def _show_campaigns(output: Output, runs: int) -> None:
    """So many runs of an hour each, by one worker and by two."""
    stage = SimulatorContext(PipelineChoice().pipeline())
    for workers in WORKERS:
        with output.waiting(f"{runs} runs of an hour, by {workers}"):
            cost = measure_campaign(stage, runs, HOUR, workers, WallClock())
        output.emit("campaign_cost", **asdict(cost), runs_per_minute=cost.runs_per_minute)
        output.say(
            f"{cost.runs} runs of an hour by {cost.workers}: {cost.seconds:.0f} s, "
            f"{cost.runs_per_minute:.0f} a minute"
        )


def _show_gateway(output: Output, rounds: int) -> None:
    with TemporaryDirectory() as state, output.waiting("measuring, about half a minute"):
        costs = list(measure_gateway(Path(state), read_settings().path, rounds, WallClock()))
    for cost in costs:
        output.emit("gateway", **asdict(cost), ratio=cost.ratio)
    output.show(gateway_table(costs))


def _show_peers(output: Output, peers: list[Peer], ticks: int) -> bool:
    """Measures and shows other emulators; returns whether all could be measured."""
    with TemporaryDirectory() as scratch, output.waiting("measuring the peers") as status:
        results = measure_peers(
            peers, read_settings(), Path(scratch), ticks, WallClock(), status.update
        )
    for result in results:
        kind = "peer" if isinstance(result, PeerCost) else "peer_unavailable"
        output.emit(kind, **asdict(result))
    output.show(peers_table(results))
    output.say(REMARK)
    missing = [result for result in results if isinstance(result, PeerUnavailable)]
    for result in missing:
        output.say(f"{result.name} was not measured: {result.reason}")
    return not missing
