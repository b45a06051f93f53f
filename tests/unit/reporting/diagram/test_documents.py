"""The documents show the current pipeline."""

from tests.diagrams import PROJECT, ticker
from wavetank.reporting.diagram.document import with_flowchart
from wavetank.reporting.diagram.mermaid import draw_mermaid
from wavetank.reporting.diagram.svg import draw_svg

TITLE = "The pipeline of Dora Explorer"
PICTURE = "docs/images/architecture.svg"
ARCHITECTURE = "docs/architecture.md"


def test_the_picture_is_up_to_date() -> None:
    """README's picture matches the templates."""
    drawn = (PROJECT / PICTURE).read_text()
    assert drawn == draw_svg(ticker(), TITLE), f"run: ./wavetank diagram --output {PICTURE}"


def test_the_front_page_shows_the_picture() -> None:
    """With alternative text."""
    assert f"]({PICTURE})" in (PROJECT / "README.md").read_text()


def test_the_flowchart_is_up_to_date() -> None:
    """The same as the picture, as text."""
    text = (PROJECT / ARCHITECTURE).read_text()
    renewed = with_flowchart(text, draw_mermaid(ticker(), TITLE), ARCHITECTURE)
    command = f"./wavetank diagram --format mermaid --output {ARCHITECTURE}"
    assert text == renewed, f"run: {command}"
