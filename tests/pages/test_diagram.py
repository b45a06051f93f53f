"""The diagram as a browser renders it, with the fonts of this host."""

from itertools import combinations
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser import opened_page
from tests.diagrams import sensors, ticker
from wavetank.reporting.diagram.graph import Graph
from wavetank.reporting.diagram.svg import draw_svg

TEXTS = """() => [...document.querySelectorAll('svg text')].map(text => {
  const box = text.getBBox(), around = text.closest('g')?.querySelector('.box')?.getBBox()
  return {words: text.textContent, x: box.x, y: box.y, right: box.x + box.width,
    bottom: box.y + box.height, around: around && [around.x, around.x + around.width,
    around.y, around.y + around.height]}
})"""
CONTRAST = """() => {
  const light = colour => colour.match(/[\\d.]+/g).slice(0, 3).map(part => part / 255)
    .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0)
  return [...document.querySelectorAll('svg text')].map(text => {
    const behind = text.closest('g')?.querySelector('.box') ?? document.querySelector('.page')
    const both = [text, behind].map(one => light(getComputedStyle(one).fill)).sort((a, b) => b - a)
    return {words: text.textContent, contrast: (both[0] + 0.05) / (both[1] + 0.05)}
  })
}"""
"""Of each text with what it stands on. [WCAG 2.2: contrast ratio]"""
CONTRAST_MIN = 4.5


def overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two texts touch."""
    across = min(one["right"], other["right"]) - max(one["x"], other["x"])
    down = min(one["bottom"], other["bottom"]) - max(one["y"], other["y"])
    return bool(across > 0 and down > 2)


@pytest.mark.parametrize("graph", [ticker(), sensors()], ids=["ticker", "sensors"])
def test_texts_do_not_overlap(browser: Browser, graph: Graph) -> None:
    """No text is on another, and what is in a box stays in it."""
    with opened_page(browser) as page:
        page.set_content(draw_svg(graph, "x"))
        texts = page.evaluate(TEXTS)
    assert len(texts) > 2 * len(graph.nodes)
    touching = [(a["words"], b["words"]) for a, b in combinations(texts, 2) if overlap(a, b)]
    assert touching == []
    for text in texts:
        if text["around"]:
            left, right, top, bottom = text["around"]
            assert left < text["x"] < text["right"] < right, text["words"]
            assert top < text["y"] < text["bottom"] < bottom, text["words"]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_words_can_be_read_by_day_and_by_night(browser: Browser, dark: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """The contrast is that of WCAG's level AA, in the colours that the reader prefers."""
    with opened_page(browser, dark=dark) as page:
        page.set_content(draw_svg(ticker(), "x"))
        page_is_dark = page.evaluate("getComputedStyle(document.querySelector('.page')).fill")
        texts = page.evaluate(CONTRAST)
    assert (page_is_dark == "rgb(16, 23, 31)") == dark
    assert [text for text in texts if text["contrast"] < CONTRAST_MIN] == []
