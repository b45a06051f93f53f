"""Takes the screenshots of a report in docs/images: `python -m tests.pages.report_pictures RUN`.

RUN is the folder of a saved run, such as .wavetank/runs/everything-at-once-1.
"""

import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser import opened_page, program
from wavetank.reporting.report.builder import report_of_run
from wavetank.reporting.report.rendering import render_report
from wavetank.scenario.run_store import SavedRun

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
NAMES = {False: "report.png", True: "report-dark.png"}


def draw(browser: Browser, address: str, *, dark: bool) -> None:
    """One picture: the timeline, and the prices below it."""
    with opened_page(browser, height=1040, dark=dark) as page:
        page.goto(address)
        page.evaluate("document.getElementById('timeline').scrollIntoView()")
        page.screenshot(path=IMAGES / NAMES[dark])


def main(folder: Path) -> None:
    """Both pictures of the run."""
    saved = SavedRun(folder.absolute())
    address = saved.show(render_report(report_of_run(saved))).as_uri()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=["--no-sandbox"])
        for dark in NAMES:
            draw(browser, address, dark=dark)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
