"""A page in a real browser, headless: Chromium as the machine has it, no network but this machine.

Where there is Chromium's headless shell it is taken: the same engine, for a third of the time.

A page that writes an error to its console, fails a script, or asks another host for anything
fails its test at the end: what is shown here works offline.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, Request, sync_playwright

PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
INSTALL = "expected Chromium on the path; found none; install it (Debian: apt install chromium)"
NETWORK_CHANGED = "net::ERR_NETWORK_CHANGED"
"""Chromium gives up on requests when the machine gets an interface, as by a container that starts;
pages ask again."""
AT_HOME = ("", "127.0.0.1", "localhost")
"""The hosts that a page may ask: its own file, and this machine."""


def browser_is_demanded() -> bool:
    """Whether a missing browser is a failure and no reason to skip: WAVETANK_REQUIRE_BROWSER=1."""
    given = os.environ  # noqa: TID251 - whoever runs the suite demands it there
    return given.get("WAVETANK_REQUIRE_BROWSER") == "1"


def program() -> str:
    """The browser's program; where there is none the test is skipped, or fails if demanded."""
    found = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if found is None and browser_is_demanded():
        pytest.fail(INSTALL)
    return found or pytest.skip(reason=INSTALL)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright, of which a thread can have only one."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One browser for all tests of a worker."""
    with launched(playwright) as opened:
        yield opened


@contextmanager
def launched(playwright: Playwright, *arguments: str) -> Iterator[Browser]:
    """A browser with these arguments of its command line besides its usual ones."""
    # Root has no sandbox of its own to give to a browser; nothing but our own pages is opened.
    needed = ["--no-sandbox"] if os.geteuid() == 0 else []
    opened = playwright.chromium.launch(executable_path=program(), args=[*needed, *arguments])
    yield opened
    opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page of its own session, without cookies and cache."""
    with opened_page(browser) as fresh:
        yield fresh


@contextmanager
def opened_page(
    browser: Browser, *, width: int = 1280, height: int = 800, dark: bool = False
) -> Iterator[Page]:
    """A page of that size and colour scheme, which has nothing to complain of when it is closed."""
    fresh = browser.new_page(
        viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
    )
    complaints = _complaints(fresh)
    try:
        yield fresh
    finally:
        fresh.close()
    assert complaints == []


def _complaints(page: Page) -> list[str]:
    """What goes wrong in the page from now on, in words."""
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and NETWORK_CHANGED not in message.text:
            complaints.append(message.text)

    def look(request: Request) -> None:
        if (urlsplit(request.url).hostname or "") not in AT_HOME:
            complaints.append(f"it asks for {request.url}")

    page.on("console", hear)
    page.on("request", look)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints
