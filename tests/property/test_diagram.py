"""Whatever is drawn can be read: no box on another, no words on words, nothing cut off."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from wavetank.reporting.diagram.edge_routing import LABEL_LINE
from wavetank.reporting.diagram.graph import BoxKind, Edge, Graph, Node, Relation
from wavetank.reporting.diagram.layout import BOX_WIDTH, Arrow, Drawing, lay_out

type Rectangle = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Any arrows between a few boxes, circles too."""
    ids = [f"N{number}" for number in range(draw(st.integers(1, 7)))]
    label = st.lists(st.sampled_from(["Scan", "GetBucketLocation", "on failure"]), max_size=5)
    edges = st.builds(
        Edge,
        source=st.sampled_from(ids),
        target=st.sampled_from(ids),
        relation=st.just(Relation.CALL),
        label=label.map(tuple),
    )
    nodes = tuple(Node(id_, BoxKind.FUNCTION, "Lambda", id_ * 5, ("a note",)) for id_ in ids)
    return Graph(nodes, tuple(dict.fromkeys(draw(st.lists(edges, max_size=9)))))


def boxes(drawing: Drawing) -> list[Rectangle]:
    """Of the nodes."""
    return [(b.x, b.y, b.x + BOX_WIDTH, b.y + b.height) for b in drawing.boxes]


def words(arrow: Arrow) -> list[Rectangle]:
    """Of the label, if it has one; a line stands on its foot."""
    label = arrow.label
    if label is None:
        return []
    left, right = label.sides
    return [(left, label.y - 12, right, label.y + (len(label.lines) - 1) * LABEL_LINE + 3)]


def overlap(one: Rectangle, other: Rectangle) -> bool:
    """Whether they have any area in common."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    return across > 0 and min(one[3], other[3]) - max(one[1], other[1]) > 0


@given(graphs())
def test_nothing_is_on_anything_else(graph: Graph) -> None:
    """Every node is there once, and everything has its own place within the picture."""
    drawing = lay_out(graph)
    assert [box.node for box in drawing.boxes] != []
    assert {box.node for box in drawing.boxes} == set(graph.nodes)
    assert len(drawing.boxes) == len(graph.nodes)
    taken = boxes(drawing) + [rectangle for arrow in drawing.arrows for rectangle in words(arrow)]
    assert not [pair for pair in combinations(taken, 2) if overlap(*pair)]
    for left, top, right, bottom in taken:
        assert left >= 0
        assert top >= 0
        assert right <= drawing.width
        assert bottom <= drawing.height


@given(graphs())
def test_every_arrow_goes_from_box_to_box(graph: Graph) -> None:
    """It begins at the foot of the upper box and ends at the top of the lower; none is lost."""
    drawing = lay_out(graph)
    at = {box.node.id: box for box in drawing.boxes}
    assert {arrow.edge for arrow in drawing.arrows} == {
        edge for edge in graph.edges if edge.source != edge.target
    }
    for arrow in drawing.arrows:
        upper, lower = at[arrow.edge.source], at[arrow.edge.target]
        if arrow.is_upward:
            upper, lower = lower, upper
        (x, y), (to_x, to_y) = arrow.corners[0], arrow.corners[-1]
        assert y == upper.y + upper.height
        assert upper.x < x < upper.x + BOX_WIDTH
        assert to_y == lower.y
        assert lower.x < to_x < lower.x + BOX_WIDTH
