"""The layout in pixels: boxes in their rows, arrows from edge to edge, labels beside them.

Text is not measured here, so the widest letter of a fixed-width font is used for all.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from wavetank.reporting.diagram.column_layout import middles
from wavetank.reporting.diagram.edge_routing import Ends, Gap, Label, Link
from wavetank.reporting.diagram.graph import Edge, Graph, Node
from wavetank.reporting.diagram.labels import name_lines
from wavetank.reporting.diagram.layers import layer

BOX_WIDTH = 212
MARGIN = 24
HEAD, NAME_LINE, NOTE_LINE, FOOT = 38, 17, 17, 12
"""Heights within a box: its service, each line of its name, each note, and the space below."""
PORT_STEP = 30
WAYPOINT_WIDTH = 24


@dataclass(frozen=True)
class Box:
    """A positioned box of a diagram: its upper left corner and its height, in pixels."""

    node: Node
    x: float
    y: float
    height: float


@dataclass(frozen=True)
class Arrow:
    """A positioned arrow of a diagram: the corners of its line, and its label."""

    edge: Edge
    corners: tuple[tuple[float, float], ...]
    label: Label | None
    is_upward: bool


@dataclass(frozen=True)
class Drawing:
    """A positioned diagram: its size, boxes and arrows."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def lay_out(graph: Graph) -> Drawing:
    """The drawing of the graph."""
    return _Layout(graph).drawing()


class _Layout:
    """Lays out the rows from top to bottom."""

    def __init__(self, graph: Graph) -> None:
        self._layers = layer(graph)
        self._nodes = {node.id: node for node in graph.nodes}
        self._middle = middles(self._layers, self._width, MARGIN)
        self._links = [
            Link(edge, upper, lower, lower == way[-1])
            for edge, way in self._layers.ways.items()
            for upper, lower in itertools.pairwise(way)
        ]
        self._corners: dict[Edge, list[tuple[float, float]]] = {e: [] for e in self._layers.ways}
        self._labels: dict[Edge, Label] = {}
        self._boxes: list[Box] = []

    def drawing(self) -> Drawing:
        y: float = MARGIN
        foot = y
        for row in self._layers.rows:
            foot = y + self._put_row(row, y)
            y = self._put_gap(row, foot)
        right = [box.x + BOX_WIDTH for box in self._boxes]
        right += [label.sides[1] for label in self._labels.values()]
        width = max(right, default=0) + MARGIN
        return Drawing(width, foot + MARGIN, tuple(self._boxes), self._arrows())

    def _put_row(self, row: Sequence[str], y: float) -> float:
        """Adds the boxes of the row, all of the same height, which is returned."""
        nodes = [self._nodes[id_] for id_ in row if id_ in self._nodes]
        height = max(map(_height, nodes), default=0)
        self._boxes += [Box(n, self._middle[n.id] - BOX_WIDTH / 2, y, height) for n in nodes]
        return height

    def _put_gap(self, row: Sequence[str], top: float) -> float:
        """Adds the arrows from the row to the next, whose top is returned."""
        links = [link for link in self._links if link.upper in row]
        gap = Gap({link: self._ends(link) for link in links}, top)
        for link in links:
            self._corners[link.edge] += gap.corners(link)
        self._labels |= gap.labels
        return gap.bottom

    def _arrows(self) -> tuple[Arrow, ...]:
        ways = self._layers.ways
        return tuple(
            Arrow(e, tuple(c), self._labels.get(e), is_upward=ways[e][0] != e.source)
            for e, c in self._corners.items()
        )

    def _ends(self, link: Link) -> Ends:
        start, end = self._port(link, below=True), self._port(link, below=False)
        return Ends(start, end, end - self._middle[link.lower])

    def _port(self, link: Link, *, below: bool) -> float:
        """Where the link leaves the box or waypoint above it, or reaches the one below."""
        at = link.upper if below else link.lower
        beside = [k for k in self._links if (k.upper if below else k.lower) == at]
        beside.sort(key=lambda k: self._middle[k.lower if below else k.upper])
        offset = beside.index(link) - (len(beside) - 1) / 2
        step = min(PORT_STEP, (BOX_WIDTH - 2 * PORT_STEP) / len(beside))
        return self._middle[at] + offset * step

    def _width(self, id_: str) -> float:
        return BOX_WIDTH if id_ in self._nodes else WAYPOINT_WIDTH


def _height(node: Node) -> float:
    return HEAD + NAME_LINE * len(name_lines(node.name)) + NOTE_LINE * len(node.notes) + FOOT
