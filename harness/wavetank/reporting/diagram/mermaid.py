"""The graph as a Mermaid flowchart, which GitHub and many editors render.

[Mermaid: syntax/flowchart]
"""

from collections.abc import Iterator, Mapping

from wavetank.reporting.diagram.graph import BoxKind, Edge, Graph, Node

SHAPES: Mapping[BoxKind, tuple[str, str]] = {
    BoxKind.RULE: ("([", "])"),
    BoxKind.SCHEDULE: ("([", "])"),
    BoxKind.TABLE: ("[(", ")]"),
    BoxKind.BUCKET: ("[(", ")]"),
    BoxKind.MAIL: ("([", "])"),
    BoxKind.READERS: ("([", "])"),
}
"""All other kinds are rectangles."""


def draw_mermaid(graph: Graph, title: str) -> str:
    """The graph as a flowchart from top to bottom."""
    return "\n".join(_lines(graph, title)) + "\n"


def _lines(graph: Graph, title: str) -> Iterator[str]:
    yield "flowchart TB"
    yield f"    accTitle: {title}"
    yield from (f"    {_box(node)}" for node in graph.nodes)
    alerts = graph.alerts()
    yield from (f"    {_arrow(edge, is_alert=edge in alerts)}" for edge in graph.edges)


def _box(node: Node) -> str:
    before, after = SHAPES.get(node.kind, ("[", "]"))
    text = "<br/>".join(_quoted(line) for line in (node.service, node.name, *node.notes))
    return f'{_id(node.id)}{before}"{text}"{after}'


def _arrow(edge: Edge, *, is_alert: bool) -> str:
    """Mermaid has no arrow that only points backward: an edge that only reads is reversed."""
    line = "-.->" if is_alert else "-->"
    both = "<" if edge.reads and edge.writes else ""
    label = f'|"{_quoted(edge.text)}"|' if edge.label else ""
    ends = _id(edge.source), _id(edge.target)
    one, other = ends if edge.writes else ends[::-1]
    return f"{one} {both}{line}{label} {other}"


def _id(own: str) -> str:
    """Letters and digits, with a prefix, since `end` is a keyword."""
    return "n" + "".join(letter for letter in own if letter.isalnum())


def _quoted(text: str) -> str:
    """Escaped for Mermaid's quotation marks."""
    for sign, entity in {"#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;"}.items():
        text = text.replace(sign, entity)
    return text
