"""The diagram as SVG: plain shapes and text, in the reader's preferred colour scheme."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from wavetank.reporting.diagram.edge_routing import LABEL_LINE
from wavetank.reporting.diagram.graph import Edge, Graph
from wavetank.reporting.diagram.labels import name_lines
from wavetank.reporting.diagram.layout import (
    BOX_WIDTH,
    HEAD,
    NAME_LINE,
    NOTE_LINE,
    Arrow,
    Box,
    Drawing,
    lay_out,
)
from wavetank.reporting.diagram.shapes import SIGNS, style

BEND = 9
"""The radius of an arrow's corners."""
LEFT = 14
TIPS = "".join(
    f'<marker id="{way}" class="tip {way}" viewBox="0 0 10 10" refX="9" refY="5" '
    'markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto-start-reverse">'
    '<path d="M0 0.5L10 5L0 9.5z"/></marker>\n'
    for way in ("work", "alert")
)


def draw_svg(graph: Graph, title: str) -> str:
    """The graph as SVG, with a title and a description for screen readers."""
    drawing = lay_out(graph)
    return "".join(_document(graph, drawing, title))


def describe(graph: Graph) -> str:
    """A sentence for each arrow."""
    names = {node.id: f"{node.service} {node.name}" for node in graph.nodes}
    return " ".join(_sentence(edge, names) for edge in graph.edges)


def _sentence(edge: Edge, names: dict[str, str]) -> str:
    text = f" ({edge.text})" if edge.label else ""
    return f"{names[edge.source]} to {names[edge.target]}{text}."


def _document(graph: Graph, drawing: Drawing, title: str) -> Iterator[str]:
    width, height = _n(drawing.width), _n(drawing.height)
    yield f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
    yield f'viewBox="0 0 {width} {height}" role="img" aria-labelledby="title description">\n'
    yield f'<title id="title">{escape(title)}</title>\n'
    yield f'<desc id="description">{escape(describe(graph))}</desc>\n'
    yield f"<style>{style()}</style>\n<defs>\n{TIPS}</defs>\n"
    yield f'<rect class="page" x="0.5" y="0.5" width="{_n(drawing.width - 1)}" '
    yield f'height="{_n(drawing.height - 1)}" rx="12"/>\n'
    alerts = graph.alerts()
    for arrow in drawing.arrows:
        yield from _line(arrow, "alert" if arrow.edge in alerts else "work")
    for box in drawing.boxes:
        yield from _box(box)
    for arrow in drawing.arrows:
        yield from _label(arrow, "alert" if arrow.edge in alerts else "work")
    yield "</svg>\n"


def _line(arrow: Arrow, way: str) -> Iterator[str]:
    tip = f'="url(#{way})"'
    at_target, at_source = ("start", "end") if arrow.is_upward else ("end", "start")
    tips = f" marker-{at_target}{tip}" if arrow.edge.writes else ""
    tips += f" marker-{at_source}{tip}" if arrow.edge.reads else ""
    yield f'<path class="arrow {way}" d="{_path(arrow.corners)}"{tips}/>\n'


def _path(corners: Sequence[tuple[float, float]]) -> str:
    """Down, across and down again, each corner rounded."""
    parts = [f"M{_n(corners[0][0])} {_n(corners[0][1])}"]
    for before, here, after in zip(corners, corners[1:], corners[2:], strict=False):
        start, end = _towards(here, before), _towards(here, after)
        parts.append(f"L{_n(start[0])} {_n(start[1])}Q{_n(here[0])} {_n(here[1])}")
        parts.append(f" {_n(end[0])} {_n(end[1])}")
    return "".join([*parts, f"L{_n(corners[-1][0])} {_n(corners[-1][1])}"])


def _towards(corner: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    """The point at which a rounded corner begins: at most half of the way there."""
    across, down = other[0] - corner[0], other[1] - corner[1]
    length = abs(across) + abs(down)
    share = min(BEND / length, 0.5) if length else 0
    return corner[0] + across * share, corner[1] + down * share


def _box(box: Box) -> Iterator[str]:
    x, y, node = box.x, box.y, box.node
    yield f'<g class="{node.kind}">\n'
    yield f'<rect class="box" x="{_n(x)}" y="{_n(y)}" width="{BOX_WIDTH}" '
    yield f'height="{_n(box.height)}" rx="10"/>\n'
    yield f'<rect class="seat" x="{_n(x + 10)}" y="{_n(y + 9)}" width="26" height="26" rx="6"/>\n'
    yield f'<path class="sign" d="{SIGNS[node.kind]}" '
    yield f'transform="translate({_n(x + 13)} {_n(y + 12)})"/>\n'
    yield _text("service", x + 44, y + 27, [node.service], 0)
    names = name_lines(node.name)
    yield _text("name", x + LEFT, y + HEAD + 14, names, NAME_LINE)
    below = y + HEAD + 14 + NAME_LINE * len(names)
    yield _text("note", x + LEFT, below, node.notes, NOTE_LINE)
    yield "</g>\n"


def _label(arrow: Arrow, way: str) -> Iterator[str]:
    if arrow.label is not None:
        side = "before" if arrow.label.to_the_left else "after"
        at = arrow.label.x, arrow.label.y
        yield _text(f"label {way} {side}", *at, arrow.label.lines, LABEL_LINE)


def _text(class_: str, x: float, y: float, lines: Iterable[str], step: float) -> str:
    return "".join(
        f'<text class="{class_}" x="{_n(x)}" y="{_n(y + number * step)}">{escape(line)}</text>\n'
        for number, line in enumerate(lines)
    )


def _n(number: float) -> str:
    """A number in short form, to a tenth of a pixel."""
    return f"{number:.1f}".removesuffix(".0")
