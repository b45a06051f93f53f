"""Renders the contents as one HTML file, with the templates beside this module.

All text of a run (names of tickers, subjects, errors) is escaped by the templates. The file's
content security policy also lists the only script and style sheet that may take effect, by their
digests: nothing that a run contains is ever executed.
"""

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from wavetank.core.findings import Finding, Verdict
from wavetank.invariants.hints import HINTS
from wavetank.reporting.report import time_format
from wavetank.reporting.report.drawing import BOX, fault_bars, price_lines
from wavetank.reporting.report.index import CampaignIndex
from wavetank.reporting.report.marks import Mark, MarkKind
from wavetank.reporting.report.model import Report
from wavetank.reporting.report.time_format import EPOCH, SECOND, Axis
from wavetank.reporting.report.timeline_table import timeline_rows

TEMPLATES = Path(__file__).parent / "templates"
SYMBOLS = {
    MarkKind.ON_TIME: "usual",
    MarkKind.SUCCEEDED: "usual",
    MarkKind.DELIVERED: "usual",
    MarkKind.BY_HAND: "usual",
    MarkKind.LATE: "later",
    MarkKind.RETRIED: "later",
    MarkKind.AGAIN: "twice",
    MarkKind.COPIES: "twice",
    MarkKind.SUPPRESSED: "absent",
    MarkKind.THROTTLED: "throttled",
    MarkKind.FAILED: "failed",
    MarkKind.LOST: "failed",
    MarkKind.UNREPORTED: "failed",
    MarkKind.GIVEN_UP: "ended",
    MarkKind.REPORTED: "alert",
    MarkKind.MAIL: "mail",
    MarkKind.INJECTED: "injection",
}
"""Each has a different shape, so that colours need not be distinguished."""
SIGNS = {
    Verdict.VALID: "✓",
    Verdict.INVALID: "✗",
    Verdict.UNKNOWN: "?",
    Verdict.NOT_EXERCISED: "○",
}
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
ASSETS = ("report.css", "report.js")


def render_report(report: Report) -> str:
    """The file's text; equal for equal contents."""
    axis = Axis(report.began, report.ended)
    return _page(
        "report.html",
        report=report,
        axis=axis,
        bars=fault_bars(report.faults, report.ended, axis),
        lines={walk.ticker: price_lines(walk, axis) for walk in report.walks},
        rows=timeline_rows(report.lanes, axis),
        box=BOX,
    )


def render_index(index: CampaignIndex) -> str:
    """The text of a campaign's index."""
    return _page("index.html", index=index)


def _page(template: str, **contents: Any) -> str:
    assets = {name: (TEMPLATES / name).read_text(encoding="utf-8") for name in ASSETS}
    style, script = (assets[name] for name in ASSETS)
    return (
        _environment()
        .get_template(template)
        .render(
            style=Markup(style),  # noqa: S704 - a file of this package
            script=Markup(script),  # noqa: S704 - a file of this package
            style_digest=_digest(style),
            script_digest=_digest(script),
            **contents,
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "duration": time_format.duration,
        "evidence": evidence,
        "full": time_format.full,
        "linked": linked,
        "number": time_format.number,
        "seconds": _seconds,
    }
    environment.globals |= {
        "BYTES": time_format.bytes_text,
        "DURATION": time_format.duration,
        "HINTS": HINTS,
        "SIGNS": SIGNS,
        "SYMBOLS": SYMBOLS,
        "mark_text": mark_text,
    }
    return environment


def mark_text(mark: Mark, axis: Axis) -> str:
    """A mark in words: `00:20:00 to 00:20:01: 2 fired again, due 00:20:00`."""
    when = axis.clock(mark.first)
    if axis.clock(mark.last) != when:
        when += f" to {axis.clock(mark.last)}"
    many = f"{mark.count} " if mark.count > 1 else ""
    note = f", {mark.note}" if mark.note else ""
    return f"{when}: {many}{mark.kind}{note}"


def evidence(finding: Finding) -> list[str]:
    """The evidence split at semicolons, except within parentheses."""
    parts, begin, depth = [], 0, 0
    for position, letter in enumerate(finding.evidence):
        depth += (letter == "(") - (letter == ")")
        if letter == ";" and depth == 0:
            parts.append(finding.evidence[begin:position])
            begin = position + 1
    return [part.strip() for part in (*parts, finding.evidence[begin:]) if part.strip()]


def linked(text: str) -> Markup:
    """The text with each of its instants as a link to the timeline."""
    return Markup().join(_linked(text))


def _linked(text: str) -> Iterator[Markup]:
    position = 0
    for found in INSTANT.finditer(text):
        at = _seconds(datetime.fromisoformat(found[0]))
        link = Markup('<a href="#timeline" data-at="{}">{}</a>')
        yield Markup.escape(text[position : found.start()])
        yield link.format(at, found[0])
        position = found.end()
    yield Markup.escape(text[position:])


def _seconds(instant: datetime) -> int:
    return (instant - EPOCH) // SECOND


def _digest(text: str) -> str:
    return "sha256-" + b64encode(hashlib.sha256(text.encode()).digest()).decode()
