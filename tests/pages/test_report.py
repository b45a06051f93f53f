"""Reports and indexes, used by eye, keyboard, pointer and printer."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser import opened_page
from tests.pipeline import NOON
from tests.sample_histories import MINUTE, HistoryBuilder, before
from tests.unit.reporting.report.test_builder import SUMMARY, report_for
from tests.unit.reporting.report.test_rendering import index
from wavetank.core.findings import Finding, Verdict
from wavetank.history import FaultBegan, FaultInjected, FaultReverted, RuleFired
from wavetank.reporting.report.rendering import render_index, render_report

DAY_TICKS = 24 * 60
BYTES_MAX = 2_000_000
BROKEN = Finding(
    "every accepted record is delivered exactly once",
    Verdict.INVALID,
    "lost: 1 (the first: at 2026-11-23T12:20:00Z)",
    "conservation",
)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the report of an hour with failures and a fault."""
    file = tmp_path_factory.mktemp("report") / "report.html"
    begin, end = NOON + 10 * MINUTE, NOON + 20 * MINUTE
    events = before(
        list(HistoryBuilder(60, range(10, 20)).events()),
        RuleFired,
        FaultBegan(begin, "f", "s3-outage", "s3-outage after 10m for 10m"),
        FaultInjected(begin, "f", "s3-outage", "PutObject"),
        FaultReverted(end, "f", "s3-outage", "s3-outage"),
    )
    summary = replace(SUMMARY, findings=(*SUMMARY.findings, BROKEN))
    file.write_text(render_report(report_for(events, summary)))
    return file.as_uri()


@pytest.fixture
def opened(page: Page, report: str) -> Page:
    """The report in the browser."""
    page.goto(report)
    return page


@pytest.fixture(params=[False, True], ids=["light", "dark"])
def scheme(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A narrow page in each colour scheme."""
    with opened_page(browser, width=390, dark=request.param) as page:
        yield page


def zoom(page: Page) -> float:
    """How much wider than its frame the timeline is."""
    return float(page.locator(".track").evaluate("track => track.dataset.zoom ?? 1"))


def test_verdicts_are_first_and_evidence_opens_by_keyboard(opened: Page) -> None:
    """The worst is open already; a valid one is opened by Enter."""
    headings = opened.locator("h2").all_inner_texts()
    assert headings[:5] == ["Verdicts", "Faults", "Timeline", "Prices", "Delivery"]
    verdicts = opened.locator("details.verdict")
    words = [text.split()[1] for text in verdicts.locator("summary").all_inner_texts()]
    assert words == ["invalid", "invalid", "unknown", "valid"]
    valid = verdicts.last
    expect(valid.locator("li")).to_be_hidden()
    valid.locator("summary").focus()
    opened.keyboard.press("Enter")
    expect(valid.locator("li")).to_have_text("all did")


def test_the_timeline_zooms_and_its_labels_adapt(opened: Page) -> None:
    """By button, by key, and by the wheel with Ctrl; the whole comes back."""
    labels = opened.locator(".zoomed text")
    before_ = labels.all_text_contents()
    opened.get_by_role("button", name="Zoom in").click()
    assert zoom(opened) == 2
    scroller = opened.locator("#scroller")
    scroller.focus()
    for _ in range(4):
        opened.keyboard.press("+")
    assert zoom(opened) == 32
    assert len(labels.all_text_contents()) > len(before_)
    assert "12:00:30" in labels.all_text_contents()
    opened.keyboard.press("0")
    assert (zoom(opened), labels.all_text_contents()) == (1, before_)
    scroller.scroll_into_view_if_needed()
    scroller.hover()
    opened.keyboard.down("Control")
    opened.mouse.wheel(0, -200)
    opened.wait_for_function("document.querySelector('.track').dataset.zoom === '2'")
    opened.keyboard.up("Control")


def test_the_timeline_moves_by_key_button_and_drag(opened: Page) -> None:
    """Once it is wider than its frame."""
    scroller = opened.locator("#scroller")
    place = "one => one.scrollLeft"
    for _ in range(3):
        opened.get_by_role("button", name="Zoom in").click()
    begin = scroller.evaluate(place)
    opened.get_by_role("button", name="Later").click()
    later = scroller.evaluate(place)
    scroller.focus()
    opened.keyboard.press("ArrowLeft")
    assert begin == pytest.approx(scroller.evaluate(place), abs=2)
    assert later > begin
    scroller.scroll_into_view_if_needed()
    box = scroller.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    opened.mouse.move(x, y)
    opened.mouse.down()
    opened.mouse.move(x - 120, y)
    opened.mouse.up()
    assert scroller.evaluate(place) == pytest.approx(begin + 120, abs=2)


def test_every_mark_has_a_description(opened: Page) -> None:
    """By keyboard from mark to mark, on hover, and as the mark's own name."""
    shown = opened.locator(".mark-text")
    first = opened.locator(".strip [tabindex='0']").first
    first.focus()
    expect(shown).to_have_text("12:01:00: on time")
    opened.keyboard.press("ArrowRight")
    expect(shown).to_have_text("12:02:00: on time")
    expect(opened.locator(":focus")).to_have_attribute("aria-label", "12:02:00: on time")
    opened.locator(".faulty.mark").hover()
    expect(shown).to_contain_text("s3-outage, 12:10:00 to 12:20:00")


def test_an_instant_of_the_evidence_links_to_the_timeline(opened: Page) -> None:
    """The timeline is zoomed to about twenty minutes around it."""
    opened.locator("a[data-at]").first.click()
    assert zoom(opened) == pytest.approx(61 * 60 / 1200, abs=0.1)
    expect(opened.locator(".cursor")).to_have_attribute("x1", f"{2000 / 61}%")


def test_a_command_is_copied(browser: Browser, report: str) -> None:
    """The page confirms it."""
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(report)
    page.get_by_role("button", name="Copy ./wavetank replay calm-1", exact=True).click()
    expect(page.locator(".status")).to_have_text("Copied: ./wavetank replay calm-1")
    assert page.evaluate("navigator.clipboard.readText()") == "./wavetank replay calm-1"
    context.close()


def test_it_prints_completely(opened: Page) -> None:
    """All evidence is open, and controls are hidden."""
    opened.get_by_role("button", name="Zoom in").click()
    opened.emulate_media(media="print")
    for item in opened.locator("details.verdict li").all():
        expect(item).to_be_visible()
    expect(opened.locator(".tools")).to_be_hidden()
    expect(opened.locator(".anomalies li").last).to_be_visible()
    widths = "() => ['.track', '.scroller'].map(one => document.querySelector(one).clientWidth)"
    track, scroller = opened.evaluate(widths)
    assert track <= scroller


def test_it_is_accessible_in_both_schemes_and_fits_a_phone(scheme: Page, report: str) -> None:
    """Axe finds nothing, contrast included; the page has no scroll bar of its own."""
    scheme.goto(report)
    found = Axe().run(scheme)
    assert found.violations_count == 0, found.generate_report()
    assert scheme.evaluate("document.documentElement.scrollWidth") <= 390
    ground = scheme.evaluate("getComputedStyle(document.body).backgroundColor")
    dark = scheme.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    assert (ground == "rgb(15, 20, 25)") is dark


def test_an_index_is_accessible_and_in_order(page: Page, tmp_path: Path) -> None:
    """The worst run is listed first."""
    file = tmp_path / "index.html"
    file.write_text(render_index(index()))
    page.goto(file.as_uri())
    assert page.locator("#runs tbody th").all_inner_texts() == ["7", "4", "9", "2"]
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("days", [1, 8])
def test_a_long_run_stays_below_two_megabytes(days: int) -> None:
    """A day with a failure every ten minutes; more than a week is put into wider bins."""
    ticks = days * DAY_TICKS
    html = render_report(report_for(HistoryBuilder(ticks, range(10, ticks, 10)).events()))
    assert 200_000 < len(html.encode()) < BYTES_MAX
    assert timedelta(days=days) == MINUTE * ticks
