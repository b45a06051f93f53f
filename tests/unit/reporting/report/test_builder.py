"""Reports of handwritten histories."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.pipeline import NOON
from tests.sample_histories import MINUTE, before, began, calm, only, without
from wavetank.core.errors import UsageError
from wavetank.core.findings import Finding, Verdict
from wavetank.history import (
    Event,
    FaultBegan,
    FaultInjected,
    FaultReverted,
    ObjectDelivered,
    RecordsAccepted,
    RecordsLost,
    RequestDiscarded,
    RuleFired,
    RunBegan,
    RunEnded,
    TickSuppressed,
    TruncatedHistory,
)
from wavetank.reporting.report.anomalies import ANOMALIES_MAX
from wavetank.reporting.report.builder import report_of
from wavetank.reporting.report.marks import BINS_MAX, Bins, MarkKind
from wavetank.reporting.report.model import Report
from wavetank.reporting.report.prices import TICKERS_MAX
from wavetank.scenario.run_store import RunSummary

SUMMARY = RunSummary(
    scenario="calm",
    seed=1,
    digest="dd",
    pipeline={},
    version="0.1.0",
    findings=(
        Finding("holds", Verdict.VALID, "all did"),
        Finding("open", Verdict.UNKNOWN, "not observed"),
        Finding("broken", Verdict.INVALID, "one did not"),
    ),
    versions={"localstack": "4.14.0"},
)


def report_for(events: Iterable[Event], summary: RunSummary | None = SUMMARY) -> Report:
    """The report of these events."""
    return report_of(events, "calm-1", "A test's own", summary)


def counts(report: Report, lane: str) -> dict[MarkKind, int]:
    """What happened on the lane whose name begins so."""
    (found,) = (one for one in report.lanes if one.name.startswith(lane))
    return dict(found.counts())


def test_verdicts_are_sorted_worst_first() -> None:
    """Invalid, unknown, valid; the whole has the worst."""
    report = report_for(calm())
    assert [finding.requirement for finding in report.findings] == ["broken", "open", "holds"]
    assert report.verdict is Verdict.INVALID
    assert [report.count(verdict) for verdict in Verdict] == [1, 1, 1, 0]


def test_an_interrupted_run_says_so() -> None:
    """Its verdict is unknown, and it has neither a digest nor commands that need one."""
    events = [event for event in calm() if not isinstance(event, RunEnded)]
    report = report_for(events, None)
    assert report.verdict is Verdict.UNKNOWN
    assert "before the end of the run" in report.interruption
    assert [command.line for command in report.commands] == ["./wavetank report calm-1"]
    cut = report_for([*events, TruncatedHistory(events[-1].at, 9)], None)
    assert "in line 9" in cut.interruption
    assert cut.events == len(events)
    assert report_for(calm()).interruption == ""


def test_a_history_without_a_first_event_is_refused() -> None:
    """The error says what was found instead."""
    with pytest.raises(UsageError, match="found RunEnded"):
        report_for([RunEnded(NOON)])


def test_kinds_of_ticks_have_their_marks() -> None:
    """On time, late, fired again, and suppressed."""
    events = calm(3)
    first, second, third = only(events, RuleFired)
    changed = [
        event if event is not second else replace(second, at=second.at + timedelta(seconds=90))
        for event in events
        if event is not third
    ]
    missed = TickSuppressed(third.at, third.rule, third.target, third.due, "fault-1")
    report = report_for([*changed, replace(first, request="other"), missed])
    expected = {MarkKind.ON_TIME: 1, MarkKind.LATE: 1, MarkKind.AGAIN: 1, MarkKind.SUPPRESSED: 1}
    assert counts(report, "Ticks") == expected


def test_failures_and_alerts_have_their_marks() -> None:
    """Each failed attempt, each request that was given up, and each alert."""
    events = list(calm(4, failing=[2]))
    report = report_for(events)
    assert counts(report, "Attempts of streaming") == {
        MarkKind.SUCCEEDED: 3,
        MarkKind.FAILED: 3,
        MarkKind.GIVEN_UP: 1,
    }
    assert counts(report, "Alerts") == {MarkKind.REPORTED: 1, MarkKind.MAIL: 2}
    (given_up,) = [event for event in report.anomalies if " is given up " in event.text]
    assert given_up.text == "streaming is given up after 3 attempts (RetriesExhausted)"
    assert isinstance(events[given_up.number - 1], RequestDiscarded)  # the number of its line


def test_faults_have_their_begin_injections_and_revert() -> None:
    """A planned fault that did not begin is listed too."""
    plan = (
        '[{"kind": "s3-outage", "after": "1m", "lasts": "1m"},'
        ' {"kind": "missed-tick", "after": "9m", "lasts": "1m"}]'
    )
    detail = "s3-outage after 1m for 1m, stream all"
    events = [
        replace(event, options={"plan": plan}) if isinstance(event, RunBegan) else event
        for event in calm()
    ]
    report = report_for(
        before(
            events,
            RuleFired,
            FaultBegan(NOON + MINUTE, "fault-1", "s3-outage", detail),
            FaultInjected(NOON + MINUTE, "fault-1", "s3-outage", "PutObject"),
            FaultReverted(NOON + 2 * MINUTE, "fault-1", "s3-outage", detail),
        )
    )
    came, absent = report.faults
    assert (came.began, came.reverted, came.injections) == (NOON + MINUTE, NOON + 2 * MINUTE, 1)
    assert (absent.kind, absent.began) == ("missed-tick", None)


def test_records_are_followed_to_their_object() -> None:
    """Delivered, delivered again, lost, and in flight; in total and for each ticker."""
    events = calm(3)
    first, second, third = only(events, ObjectDelivered)
    lost = RecordsLost(third.at, "stream", third.records[:1], "S3 refused it")
    again = replace(first, at=second.at, key="copy")
    report = report_for([*without(events, ObjectDelivered, 2), again, lost])
    records = report.records
    assert (records.accepted, records.delivered, records.again) == (60, 60, 20)
    assert (records.lost, records.waiting, records.objects) == (1, 19, 3)
    walk = report.walks[0]
    assert (walk.ticker, walk.samples, walk.again, walk.lost) == ("Index_1", 8, 4, 4)


def test_delay_counts_from_acceptance_or_else_from_the_tick() -> None:
    """If the acceptance is not observable, from the minute of the record."""
    events = [
        replace(event, at=event.at + timedelta(seconds=50))
        if isinstance(event, ObjectDelivered)
        else event
        for event in calm(3)
    ]
    seen = report_for(events).records
    unseen = report_for(event for event in events if not isinstance(event, RecordsAccepted)).records
    assert (seen.delay_from_tick, unseen.delay_from_tick) == (False, True)
    assert seen.delay is not None
    assert seen.delay == unseen.delay
    assert (seen.delay.p50, seen.delay.greatest) == (50_000, 50_000)


def test_a_pipeline_without_tickers_has_no_prices() -> None:
    """Its records are counted anyway."""
    events = [
        replace(event, records=tuple('{"sensor": 1}' for _ in event.records))
        if isinstance(event, RecordsAccepted | ObjectDelivered)
        else event
        for event in calm()
    ]
    report = report_for(events)
    assert report.walks == ()
    assert report.records.delivered == 60


def test_what_could_be_endless_is_bounded() -> None:
    """Tickers, anomalies and marks, however long the run; what is omitted is counted."""
    object_ = only(calm(), ObjectDelivered)[0]
    texts = tuple(object_.records[0].replace("Index_1", f"T{n}") for n in range(20))
    many = [replace(object_, records=texts), *[TruncatedHistory(NOON, 1)] * (ANOMALIES_MAX + 5)]
    report = report_for([began(1), *many])
    assert (len(report.walks), report.walks_more) == (TICKERS_MAX, True)
    assert (len(report.anomalies), report.anomalies_more) == (ANOMALIES_MAX, 5)
    for days in (1, 30, 365):
        bins = Bins(NOON, NOON + timedelta(days=days))
        assert bins.number(NOON + timedelta(days=days)) <= BINS_MAX
