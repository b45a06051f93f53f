"""Renders templates, and formats times, durations and sizes."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from localstack.http import Response

from wavetank.core.clock import Clock
from wavetank.core.text import pluralize

FOLDER = Path(__file__).parent
KIBIBYTE = 1024
MINUTE, HOUR, DAY = 60, 3600, 86400
NOW_SECONDS = 1


class Renderer:
    """Renders HTML pages; values are escaped, and a missing value is an error."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._templates = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {
            "pluralize": pluralize,
            "size": size,
            "seconds": duration,
            "relative_time": lambda instant: relative_time(instant, clock.now()),
            "query": lambda text: quote(str(text), safe=""),
        }

    def page(self, template: str, shown: Mapping[str, object], status: int = 200) -> Response:
        """The page of the template."""
        found = self._templates.get_template(template)
        text = found.render(shown, now=self._clock.now())
        return Response(text, status, content_type="text/html; charset=utf-8")


def size(count: float) -> str:
    """Bytes, in units of 1024."""
    for unit in ("B", "KiB", "MiB"):
        if count < KIBIBYTE:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= KIBIBYTE
    return f"{count:.1f} GiB"


def duration(seconds: float) -> str:
    """A duration, rounded for humans."""
    seconds = abs(seconds)
    if seconds < MINUTE:
        return f"{seconds:.0f} s"
    if seconds < HOUR:
        return f"{seconds // MINUTE:.0f} min {seconds % MINUTE:.0f} s"
    if seconds < DAY:
        return f"{seconds // HOUR:.0f} h {seconds % HOUR // MINUTE:.0f} min"
    return f"{seconds // DAY:.0f} d {seconds % DAY // HOUR:.0f} h"


def relative_time(instant: datetime, now: datetime) -> str:
    """How long ago the instant was, or how soon it is."""
    seconds = (instant - now).total_seconds()
    if abs(seconds) < NOW_SECONDS:
        return "now"
    return f"in {duration(seconds)}" if seconds > 0 else f"{duration(seconds)} ago"
