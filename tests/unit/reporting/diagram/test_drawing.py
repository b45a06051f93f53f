"""The picture and the flowchart, as text."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.diagrams import drawn_from, sensors, ticker
from wavetank.core.errors import UsageError
from wavetank.reporting.diagram.document import BEGIN, END, with_flowchart
from wavetank.reporting.diagram.graph import BoxKind, Edge, Graph, Node, Relation
from wavetank.reporting.diagram.labels import label_lines, name_lines
from wavetank.reporting.diagram.layout import lay_out
from wavetank.reporting.diagram.mermaid import draw_mermaid
from wavetank.reporting.diagram.svg import draw_svg

SVG = "{http://www.w3.org/2000/svg}"
NAMES = {
    "DEDOREXP-streaming-sns-topic": ("DEDOREXP-streaming-sns-", "topic"),
    "short": ("short",),
    "x" * 50: ("x" * 24, "x" * 24, "xx"),
    "someone.with.a.long.name@example.com": ("someone.with.a.long.", "name@example.com"),
}


def nodes(*names: str) -> tuple[Node, ...]:
    """A function for each."""
    return tuple(Node(name, BoxKind.FUNCTION, "Lambda", name) for name in names)


def test_the_picture_is_the_same_bytes_each_time() -> None:
    """So that a change of it is a change of what it shows."""
    assert draw_svg(ticker(), "x") == draw_svg(ticker(), "x")


def test_the_picture_has_a_title_and_a_description() -> None:
    """It is an image whose description names every arrow."""
    root = ET.fromstring(draw_svg(ticker(), "Ours & theirs"))  # noqa: S314 - drawn just now
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("role") == "img"
    assert title is not None
    assert description is not None
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert title.text == "Ours & theirs"
    assert (description.text or "").count(" to ") == len(ticker().edges)


def test_the_picture_loads_nothing() -> None:
    """No script, no font, and no address but SVG's namespace."""
    drawn = draw_svg(ticker(), "x")
    assert re.findall(r"https?://[^\"' ]+", drawn) == ["http://www.w3.org/2000/svg"]
    assert not re.search(r"<script|<image|@import|url\((?!#)", drawn)


def test_an_arrow_that_only_reads_points_to_the_reader() -> None:
    """One tip at the reader's end; with writing, one at both."""
    lines = re.findall(r'<path class="arrow [^>]*>', draw_svg(sensors(), "x"))
    tips = sorted(("marker-start" in line, "marker-end" in line) for line in lines)
    assert tips.count((True, False)) == 1
    assert tips.count((True, True)) == 1
    assert tips.count((False, True)) == len(lines) - 2


def test_a_cycle_leads_upward() -> None:
    """What calls its caller is drawn once, below it, and its arrow leads back."""
    one, other = nodes("One", "Other")
    there = Edge("One", "Other", Relation.CALL, ("go",))
    back = Edge("Other", "One", Relation.FAILURE, ("back",))
    drawing = lay_out(Graph((one, other), (there, back)))
    above, below = drawing.boxes
    assert (above.node, below.node) == (one, other)
    assert above.y + above.height < below.y
    assert {arrow.edge: arrow.is_upward for arrow in drawing.arrows} == {there: False, back: True}


def test_an_arrow_across_several_rows_avoids_the_boxes() -> None:
    """It uses a path of its own beside them."""
    edges = (("A", "B"), ("B", "C"), ("A", "C"))
    graph = Graph(nodes("A", "B", "C"), tuple(Edge(a, b, Relation.CALL) for a, b in edges))
    drawing = lay_out(graph)
    box = next(box for box in drawing.boxes if box.node.id == "B")
    long = next(
        arrow for arrow in drawing.arrows if (arrow.edge.source, arrow.edge.target) == edges[2]
    )
    beside = [x for x, y in long.corners if box.y <= y <= box.y + box.height]
    assert beside
    assert not [x for x in beside if box.x - 1 < x < box.x + 213]


@pytest.mark.parametrize(("name", "lines"), NAMES.items())
def test_a_name_is_broken_where_it_may_be(name: str, lines: tuple[str, ...]) -> None:
    """After a separator; within a part only if there is none."""
    assert name_lines(name) == lines


def test_a_long_label_counts_what_it_omits() -> None:
    """Four lines at most, the last of which is the count."""
    assert label_lines(tuple(f"Permission{n}" for n in range(9))) == (
        "Permission0,",
        "Permission1,",
        "Permission2,",
        "and 6 more",
    )
    assert label_lines(("Scan", "UpdateItem")) == ("Scan, UpdateItem",)


def test_the_flowchart_has_the_same_arrows() -> None:
    """Dashed after a failure, with two tips for reading and writing."""
    lines = draw_mermaid(ticker(), "Ours").splitlines()
    assert lines[:2] == ["flowchart TB", "    accTitle: Ours"]
    assert '    nStreamingFunction <-->|"Scan, UpdateItem"| nPriceTable' in lines
    assert (
        '    nStreamingFunction -.->|"on failure, after 2 retries"| nNotificationFunction' in lines
    )
    assert len(lines) == 2 + len(ticker().nodes) + len(ticker().edges)


def test_the_flowchart_reverses_arrows_that_only_read() -> None:
    """Mermaid has no arrow that only points backward."""
    assert '    nGauges -->|"Scan"| nReport' in draw_mermaid(sensors(), "x").splitlines()


def test_special_characters_are_escaped_for_mermaid(tmp_path: Path) -> None:
    """A quotation mark in a name does not end the label."""
    text = "Resources:\n  Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: 'a\"b#<c>'}}\n"
    assert "a#quot;b#35;#lt;c#gt;" in draw_mermaid(drawn_from(tmp_path, text), "x")


def test_the_flowchart_is_written_between_its_two_comments() -> None:
    """The rest of the file is unchanged; writing twice gives the same file."""
    once = with_flowchart(f"before\n{BEGIN}\n{END}\nafter\n", "flowchart TB\n", "x.md")
    assert once == f"before\n{BEGIN}\n```mermaid\nflowchart TB\n```\n{END}\nafter\n"
    assert with_flowchart(once, "flowchart TB\n", "x.md") == once


@pytest.mark.parametrize("text", ["", END, f"{END}\n{BEGIN}\n", f"{BEGIN}\n{END}\n" * 2])
def test_a_file_without_the_comments_is_refused(text: str) -> None:
    """The error says which two lines to add."""
    with pytest.raises(UsageError, match="wavetank diagram"):
        with_flowchart(text, "flowchart TB\n", "x.md")
