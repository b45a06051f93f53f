"""The HTML file of a report."""

import re
from dataclasses import replace

from tests.sample_histories import before, calm, only
from tests.unit.reporting.report.test_builder import SUMMARY, report_for
from wavetank.core.findings import Finding, Verdict
from wavetank.history import FaultBegan, MessageSent, ObjectDelivered, RuleFired
from wavetank.reporting.report.drawing import price_lines
from wavetank.reporting.report.index import CampaignIndex, IndexedCase
from wavetank.reporting.report.model import SuggestedCommand
from wavetank.reporting.report.rendering import evidence, linked, render_index, render_report
from wavetank.reporting.report.time_format import Axis

HOSTILE = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def test_the_same_run_gives_the_same_bytes() -> None:
    """The file does not contain the time of its generation."""
    assert render_report(report_for(calm())) == render_report(report_for(calm()))


def test_text_from_the_data_is_escaped() -> None:
    """Names of tickers, subjects, faults and evidence, wherever they appear."""
    events = calm(4, failing=[2])
    changed = [
        replace(event, subject=HOSTILE)
        if isinstance(event, MessageSent)
        else replace(event, records=(*event.records, _record(HOSTILE)))
        if isinstance(event, ObjectDelivered)
        else event
        for event in before(events, RuleFired, FaultBegan(events[0].at, "f", HOSTILE, HOSTILE))
    ]
    finding = Finding(HOSTILE, Verdict.INVALID, HOSTILE, HOSTILE, HOSTILE)
    html = render_report(report_for(changed, replace(SUMMARY, findings=(finding,), digest=HOSTILE)))
    assert html.count("<script>") == 1
    assert "<img" not in html
    assert html.count("&lt;img") > 8


def test_nothing_is_loaded_from_elsewhere() -> None:
    """And the policy would block it."""
    html = render_report(report_for(calm()))
    assert "default-src 'none'" in html
    assert set(re.findall(r"https?://[^\"'\s]+", html)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"<link|<img|<iframe|@import|url\(", html)


def test_without_tickers_there_is_no_section_of_prices() -> None:
    """The section is absent, not empty."""
    events = [event for event in calm() if not isinstance(event, ObjectDelivered)]
    assert 'id="prices"' in render_report(report_for(calm()))
    html = render_report(report_for([e for e in events if "Records" not in type(e).__name__]))
    assert "prices" not in html.partition("<body>")[2].partition("<script>")[0]


def test_evidence_is_split_at_semicolons() -> None:
    """Not within the parentheses of an example; its instants link to the timeline."""
    finding = Finding("x", Verdict.INVALID, "lost: 2 (the first: a; b); jumps: 1")
    assert evidence(finding) == ["lost: 2 (the first: a; b)", "jumps: 1"]
    text = str(linked("<b> at 1970-01-01T00:01:00Z"))
    assert text == '&lt;b&gt; at <a href="#timeline" data-at="60">1970-01-01T00:01:00Z</a>'


def test_a_missing_minute_breaks_the_line() -> None:
    """Three ticks without the middle one give two pieces."""
    events = calm(3)
    gone = only(events, ObjectDelivered)[1]
    report = report_for(event for event in events if event is not gone)
    axis = Axis(report.began, report.ended)
    assert price_lines(report.walks[0], axis).line.count("M") == 2
    assert price_lines(report_for(events).walks[0], axis).line.count("M") == 1


def test_an_index_lists_the_worst_runs_first() -> None:
    """By outcome, then by the number of broken invariants; existing reports are linked."""
    html = render_index(index())
    rows = re.findall(r'<th scope="row">(\d+)</th>', html)
    assert rows == ["7", "4", "9", "2"]
    assert html.count(">report</a>") == 1


def test_an_index_without_a_result_says_so() -> None:
    """It neither calls all runs valid nor has a digest of nothing."""
    valid = replace(index(), cases=(), endings={"valid": 9})
    assert "all runs are valid" in render_index(valid)
    assert "Digest" in render_index(valid)
    html = render_index(replace(valid, endings={"valid": 0}))
    assert "No run has ended." in html
    assert "all runs are valid" not in html
    assert "Digest" not in html


def index() -> CampaignIndex:
    """Four runs that are not valid, the least bad first."""
    cases = (
        ("unknown", 2, (), ""),
        ("infrastructure", 9, (), ""),
        ("broken", 4, ("drained",), ""),
        ("broken", 7, ("drained", "alerts"), "../../runs/seed-7-7/report.html"),
    )
    return CampaignIndex(
        name="drawn-1h-seeds-1-9",
        how="run_finished",
        planned=9,
        endings={"broken": 2, "infrastructure": 1, "unknown": 1, "valid": 5},
        cases=tuple(
            IndexedCase(
                seed=seed,
                ending=ending,
                broken=broken,
                problem="",
                faults=("s3-outage after 1m for 1m",),
                command=f"./wavetank run seed-{seed}.toml",
                report=report,
            )
            for ending, seed, broken, report in cases
        ),
        invariants=(),
        kinds=(),
        covered=3,
        pairs=5,
        untried=("late-tick", "handler-crash in Notify"),
        least=None,
        any_case=SuggestedCommand("Any other", "./wavetank campaign --runs 1"),
        digest="dd",
    )


def _record(ticker: str) -> str:
    """A record of that ticker."""
    name = ticker.replace('"', '\\"')
    return f'{{"ticker": "{name}", "timestamp": "2026-11-23T12:01:00Z", "price": 1}}'
