"""Boxes in rows: sources at the top, what they reach below.

An arrow across several rows has a waypoint in each row between, so that no box is in its way. The
order of the graph decides everything, so that the same templates give the same picture.
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
    """A diagram in rows: boxes and waypoints by id, and each arrow's path through them."""

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
    """Edges to ends first and failures last, so that the main path is in the middle."""
    goes_on = {edge.source for edge in graph.edges}
    alerts = graph.alerts()
    return sorted(
        (edge for edge in graph.edges if edge.source != edge.target),
        key=lambda edge: (edge in alerts, edge.target in goes_on),
    )


def _visited(graph: Graph, edges: Sequence[Edge]) -> list[str]:
    """The boxes in depth-first order from those without incoming arrows."""
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
    """The arrows that would close a cycle: they lead upward."""
    position = {id_: number for number, id_ in enumerate(_finished(graph, edges))}
    return {edge for edge in edges if position[edge.target] >= position[edge.source]}


def _finished(graph: Graph, edges: Sequence[Edge]) -> list[str]:
    """The boxes in post-order of a depth-first search."""
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
    """The length of the longest path to each box."""
    depth = dict.fromkeys((node.id for node in graph.nodes), 0)
    for id_ in reversed(_finished(graph, edges)):
        for edge in edges:
            if edge.source == id_ and edge not in upward:
                depth[edge.target] = max(depth[edge.target], depth[id_] + 1)
    return depth


def _uncrossed(rows: list[list[str]], ways: Sequence[Sequence[str]]) -> tuple[Row, ...]:
    """The order of the rows with the fewest crossings, after some sweeps down and up."""
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
    """By the middle of its neighbours in the adjacent row; boxes without any stay."""
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
    position = {id_: (number, row.index(id_)) for number, row in enumerate(rows) for id_ in row}
    spans = [(position[one], position[other]) for one, other in links]
    return sum(
        a[0] == b[0] and (a[1] - b[1]) * (c[1] - d[1]) < 0
        for number, (a, c) in enumerate(spans)
        for b, d in spans[:number]
    )
