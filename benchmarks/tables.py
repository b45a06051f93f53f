"""The tables of `bench`."""

from collections.abc import Sequence

from rich.table import Table

from benchmarks.gateway import CallCost
from benchmarks.peers import PeerCost, PeerResult
from benchmarks.tick import RunCost


def gateway_table(costs: Sequence[CallCost]) -> Table:
    """The cost of each call, with and without the plug-ins."""
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


def runs_table(runs: Sequence[RunCost]) -> Table:
    """The cost of runs of several lengths."""
    table = Table(box=None, pad_edge=False)
    table.add_column("a run, with its verdicts")
    for title in ("ticks", "took", "first ticks", "last ticks", "memory"):
        table.add_column(title, justify="right")
    for run in runs:
        table.add_row(
            f"{run.virtual_hours:g} virtual hours",
            f"{run.ticks:,}",
            f"{run.seconds:.1f} s",
            f"{run.first_ms:.2f} ms",
            f"{run.last_ms:.2f} ms",
            f"{run.resident_mb:.0f} MB",
        )
    return table


def peers_table(results: Sequence[PeerResult]) -> Table:
    """The cost of a tick on each emulator that could be measured."""
    table = Table(box=None, pad_edge=False)
    table.add_column("one tick in a loop", no_wrap=True)
    for title in ("version", "tick", "records", "objects", "start", "memory"):
        table.add_column(title, justify="right")
    for result in results:
        if isinstance(result, PeerCost):
            table.add_row(*_peer_row(result))
    return table


def _peer_row(cost: PeerCost) -> tuple[str, ...]:
    return (
        cost.name,
        cost.version,
        f"{cost.tick_ms:.1f} ms",
        f"{cost.records:,} of {cost.accepted:,}",
        f"{cost.objects:,}",
        f"{cost.start_seconds:.1f} s",
        f"{cost.resident_mb} MB",
    )
