"""The boxes in rows: what begins stands above, what it reaches stands below.

An arrow over several rows has a waypoint in each row between, so that no box lies on its way.
Everything is decided by the order of the graph, so that the same templates give the same picture.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from wavetank.reporting.diagram.graph import Edge, Graph

SWEEPS = 8

type Row = tuple[str, ...]


@dataclass(frozen=True)
class Layers:
    """Rows of boxes and waypoints by id, and each arrow's way through them, downward."""

    rows: tuple[Row, ...]
    ways: Mapping[Edge, tuple[str, ...]]


def layer(graph: Graph) -> Layers:
    """The rows of the graph, in an order in which few arrows cross."""
    edges = _in_order(graph)
    upward = _upward(graph, edges)
    depth = _depths(graph, edges, upward)
    rows: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for id_ in _visited(graph, edges):
        rows[depth[id_]].append(id_)
    ways = {}
    for number, edge in enumerate(edges):
        ends = (edge.target, edge.source) if edge in upward else (edge.source, edge.target)
        between = range(depth[ends[0]] + 1, depth[ends[1]])
        waypoints = [f"{number}/{row}" for row in between]
        for row, waypoint in zip(between, waypoints, strict=True):
            rows[row].append(waypoint)
        ways[edge] = (ends[0], *waypoints, ends[1])
    return Layers(_uncrossed(rows, list(ways.values())), ways)


def _in_order(graph: Graph) -> list[Edge]:
    """Ends first and failures last, so that the main way is in the middle."""
    goes_on = {edge.source for edge in graph.edges}
    alerts = graph.alerts()
    return sorted(
        (edge for edge in graph.edges if edge.source != edge.target),
        key=lambda edge: (edge in alerts, edge.target in goes_on),
    )


def _visited(graph: Graph, edges: Sequence[Edge]) -> list[str]:
    """The boxes as they are met on the way from those that nothing leads to."""
    targets = {edge.target for edge in edges}
    seen: dict[str, None] = {}
    stack = [n.id for n in sorted(graph.nodes, key=lambda node: node.id in targets)]
    while stack:
        id_ = stack.pop(0)
        if id_ not in seen:
            seen[id_] = None
            stack = [edge.target for edge in edges if edge.source == id_] + stack
    return list(seen)


def _upward(graph: Graph, edges: Sequence[Edge]) -> set[Edge]:
    """The arrows that would close a circle: they lead upward."""
    place = {id_: number for number, id_ in enumerate(_finished(graph, edges))}
    return {edge for edge in edges if place[edge.target] >= place[edge.source]}


def _finished(graph: Graph, edges: Sequence[Edge]) -> list[str]:
    """The boxes in the order in which a search that goes deep first has done with them."""
    done: dict[str, None] = {}
    begun: set[str] = set()

    def visit(id_: str) -> None:
        begun.add(id_)
        for edge in edges:
            if edge.source == id_ and edge.target not in begun:
                visit(edge.target)
        done[id_] = None

    for id_ in _visited(graph, edges):
        if id_ not in begun:
            visit(id_)
    return list(done)


def _depths(graph: Graph, edges: Sequence[Edge], upward: set[Edge]) -> dict[str, int]:
    """How many arrows at most lead to each box."""
    depth = dict.fromkeys((node.id for node in graph.nodes), 0)
    for id_ in reversed(_finished(graph, edges)):
        for edge in edges:
            if edge.source == id_ and edge not in upward:
                depth[edge.target] = max(depth[edge.target], depth[id_] + 1)
    return depth


def _uncrossed(rows: list[list[str]], ways: Sequence[Sequence[str]]) -> tuple[Row, ...]:
    """The rows as they cross least, of some sweeps down and up."""
    links = [pair for way in ways for pair in itertools.pairwise(way)]
    best, fewest = [list(row) for row in rows], _crossings(rows, links)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        order = range(1, len(rows)) if down else range(len(rows) - 2, -1, -1)
        for number in order:
            _sort(rows[number], rows[number - 1 if down else number + 1], links)
        if (crossings := _crossings(rows, links)) < fewest:
            best, fewest = [list(row) for row in rows], crossings
    return tuple(tuple(row) for row in best)


def _sort(row: list[str], beside: Sequence[str], links: Iterable[tuple[str, str]]) -> None:
    """By the middle of what each is joined to in the row beside; what is joined to none stays."""
    joined = defaultdict(list)
    for pair in links:
        for one, other in (pair, pair[::-1]):
            if one in row and other in beside:
                joined[one].append(beside.index(other))
    middle = {
        id_: sum(joined[id_]) / len(joined[id_]) if joined[id_] else row.index(id_) for id_ in row
    }
    row.sort(key=middle.__getitem__)


def _crossings(rows: Sequence[Sequence[str]], links: Sequence[tuple[str, str]]) -> int:
    place = {id_: (number, row.index(id_)) for number, row in enumerate(rows) for id_ in row}
    spans = [(place[one], place[other]) for one, other in links]
    return sum(
        a[0] == b[0] and (a[1] - b[1]) * (c[1] - d[1]) < 0
        for number, (a, c) in enumerate(spans)
        for b, d in spans[:number]
    )
