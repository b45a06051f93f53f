"""How times and sizes are written, and pages that have nothing to show."""

from datetime import UTC, datetime, timedelta

import pytest
from jinja2 import UndefinedError

from wavetank.console.rendering import Renderer, duration, relative_time, size
from wavetank.console.view_models import Access, Overview
from wavetank.core.clock import WallClock

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NOTHING = Overview(stacks=(), pipelines=(), shown=None)


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (5 * 2**20, "5.0 MiB"), (2**30, "1.0 GiB")],
)
def test_sizes_have_units(count: int, text: str) -> None:
    """Of 1024."""
    assert size(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(5, "5 s"), (90, "1 min 30 s"), (3660, "1 h 1 min"), (90_000, "1 d 1 h"), (-5, "5 s")],
)
def test_durations_have_the_units_that_matter(seconds: float, text: str) -> None:
    """Two at most."""
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "now"), (-0.5, "now"), (30, "in 30 s"), (-90, "1 min 30 s ago")]
)
def test_instants_are_ago_or_to_come(seconds: float, text: str) -> None:
    """From where the page is."""
    assert relative_time(NOON + timedelta(seconds=seconds), NOON) == text


def test_where_nothing_is_deployed_the_pages_say_so() -> None:
    """And what to do."""
    renderer = Renderer(WallClock())
    overview = renderer.page("overview.html", {"found": NOTHING, "active": [], "notice": ""})
    assert "No pipeline is deployed" in overview.get_data(as_text=True)
    access = Access(enforced=True, pipelines=(), stack=None, buckets=(), roles=())
    shown = renderer.page("access.html", {"found": access, "notice": ""}).get_data(as_text=True)
    assert "No pipeline is deployed." in shown


def test_where_policies_are_not_enforced_the_page_says_so() -> None:
    """No table then claims what does not hold."""
    access = Access(enforced=False, pipelines=(), stack=None, buckets=(), roles=())
    shown = Renderer(WallClock()).page("access.html", {"found": access, "notice": ""})
    assert "every caller may do everything" in shown.get_data(as_text=True)


def test_a_page_that_lacks_what_it_shows_is_an_error() -> None:
    """Rather than a page with a hole."""
    with pytest.raises(UndefinedError):
        Renderer(WallClock()).page("overview.html", {"notice": ""})
