"""The part of `bench` that looks at other emulators: `--peers`."""

from dataclasses import asdict
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.table import Table

from wavetank.bench.peer_servers import REQUIREMENTS, TOOLS, Peer, all_peers
from wavetank.bench.peers import PeerCost, PeerResult, PeerUnavailable, measure_peers
from wavetank.cli.output import Output
from wavetank.core.clock import WallClock
from wavetank.core.settings import read_settings
from wavetank.reporting.analysis.tool_environment import ToolEnvironment, find_uv

INSTALLING = "installing the peers; the first time this takes a minute ..."
REMARK = "LocalStack is without our plug-ins here, but for its tables: its own would need Java."


def install_peers(output: Output) -> list[Peer]:
    """All of them, installed where they are not yet: before anything is measured.

    Raises:
        InfrastructureError: they could not be, for want of uv or of the network.
    """
    settings = read_settings()
    environment = ToolEnvironment(settings.state_folder / "peers", REQUIREMENTS, TOOLS)
    environment.require(partial(find_uv, settings), lambda: output.note(INSTALLING))
    return all_peers(environment, settings.path, WallClock())


def show_peers(output: Output, peers: list[Peer], ticks: int) -> bool:
    """Measures and shows them; whether every one of them could be measured."""
    with TemporaryDirectory() as scratch, output.waiting("measuring the peers") as status:
        results = measure_peers(
            peers, read_settings(), Path(scratch), ticks, WallClock(), status.update
        )
    for result in results:
        kind = "peer" if isinstance(result, PeerCost) else "peer_unavailable"
        output.emit(kind, **asdict(result))
    output.show(_table(results))
    output.say(REMARK)
    missing = [result for result in results if isinstance(result, PeerUnavailable)]
    for result in missing:
        output.say(f"{result.name} was not measured: {result.reason}")
    return not missing


def _table(results: list[PeerResult]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("one tick in a loop", no_wrap=True)
    for title in ("version", "tick", "records", "objects", "start", "memory"):
        table.add_column(title, justify="right")
    for result in results:
        if isinstance(result, PeerCost):
            table.add_row(*_row(result))
    return table


def _row(cost: PeerCost) -> tuple[str, ...]:
    return (
        cost.name,
        cost.version,
        f"{cost.tick_ms:.1f} ms",
        f"{cost.records:,} of {cost.accepted:,}",
        f"{cost.objects:,}",
        f"{cost.start_seconds:.1f} s",
        f"{cost.resident_mb} MB",
    )
