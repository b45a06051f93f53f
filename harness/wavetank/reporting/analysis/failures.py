"""From a failing attempt to the alert and the catch-up: the course of a drill or a failure."""

from datetime import UTC, datetime, timedelta

import polars as pl

from wavetank.history import (
    AttemptBegan,
    AttemptEnded,
    FaultBegan,
    FaultReverted,
    Invoked,
    MessageSent,
    Outcome,
    RequestDiscarded,
    RuleFired,
    Trigger,
)
from wavetank.history.alert_text import failure_record
from wavetank.inspection.assess.coverage import MINUTE
from wavetank.reporting.analysis.objects import FunctionActivity, Source
from wavetank.reporting.analysis.records import INSTANT, Deliveries, samples

LOOKED_BACK = timedelta(hours=24)
"""How long before the last object logs are read: those of a busy pipeline are long."""
MARGIN = timedelta(minutes=5)
"""Shown before a failure and after it."""

NEVER = datetime(1, 1, 2, tzinfo=UTC)
"""Stands for an instant that does not exist."""

ATTEMPTS = pl.Schema(
    {
        "at": INSTANT,
        "tick": INSTANT,
        "function": pl.String(),
        "request": pl.String(),
        "attempt": pl.Int64(),
        "outcome": pl.String(),
        "error": pl.String(),
        "message": pl.String(),
        "asked_by": pl.String(),
    }
)
ALERTS = pl.Schema(
    {
        "at": INSTANT,
        "tick": INSTANT,
        "address": pl.String(),
        "subject": pl.String(),
        "request": pl.String(),
        "text": pl.String(),
    }
)
GIVEN_UP = pl.Schema(
    {"at": INSTANT, "request": pl.String(), "function": pl.String(), "condition": pl.String()}
)
CAUGHT_UP = pl.Schema(
    {
        "began": INSTANT,
        "recovered": INSTANT,
        "minutes": pl.Int64(),
        "made_up": pl.Int64(),
        "first_made_up": INSTANT,
        "last_made_up": INSTANT,
        "missing_minutes": pl.Int64(),
    }
)


def function_activity(source: Source, deliveries: Deliveries) -> FunctionActivity:
    """The functions' activity during the day before the last delivered object.

    Raises:
        UsageError, InfrastructureError: as the source.
    """
    last = deliveries.objects["delivered_at"].max()
    if not isinstance(last, datetime):
        return FunctionActivity(
            not_available=("Nothing was delivered, so that present is no time to inspect.",)
        )
    return source.activity(last - LOOKED_BACK)


def attempts(activity: FunctionActivity) -> pl.DataFrame:
    """Every attempt that has ended, by the time of its end; see `ATTEMPTS`."""
    asked: dict[tuple[str, int], str] = {}
    due = _ticks(activity)
    rows = []
    for event in activity.events:
        match event:
            case AttemptBegan():
                asked[event.request, event.attempt] = event.trigger.value
            case AttemptEnded():
                asked_by = asked.get((event.request, event.attempt), "")
                named = (event.function, event.request, event.attempt, event.outcome.value)
                error = (event.error_type, event.message)
                rows.append((event.at, due.get(event.request), *named, *error, asked_by))
    return pl.DataFrame(rows, ATTEMPTS, orient="row").sort("at", maintain_order=True)


def alerts(activity: FunctionActivity) -> pl.DataFrame:
    """Every alert that was sent, one for each address; see `ALERTS`."""
    rows = [
        (
            event.at,
            _tick_in(event.text),
            event.address,
            event.subject,
            _request_in(event.text),
            event.text,
        )
        for event in activity.events
        if isinstance(event, MessageSent)
    ]
    return pl.DataFrame(rows, ALERTS, orient="row").sort("at", maintain_order=True)


def given_up(activity: FunctionActivity) -> pl.DataFrame:
    """The requests that Lambda gave up."""
    rows = [
        (event.at, event.request, event.function, event.condition)
        for event in activity.events
        if isinstance(event, RequestDiscarded)
    ]
    return pl.DataFrame(rows, GIVEN_UP, orient="row")


def faults(activity: FunctionActivity) -> pl.DataFrame:
    """The planned faults, if a run has any: kind, from, to (none if it was not reverted)."""
    reverted = {
        event.fault: event.at for event in activity.events if isinstance(event, FaultReverted)
    }
    rows = [
        (event.kind, event.at, reverted.get(event.fault))
        for event in activity.events
        if isinstance(event, FaultBegan)
    ]
    return pl.DataFrame(rows, {"kind": pl.String, "begins": INSTANT, "ends": INSTANT}, orient="row")


def failures(activity: FunctionActivity) -> pl.DataFrame:
    """Each series of failed attempts to make ticks, up to the next attempt that succeeded.

    Columns: function, began (its first failure), last_failure, recovered (none while it lasts),
    attempts (that failed), ticks, errors, given_up, alerted_ticks, first_alert, seconds_to_alert
    (from the first failure).
    """
    attempted = attempts(activity).filter(pl.col("asked_by") != Trigger.DESTINATION.value)
    failed = pl.col("outcome") != Outcome.SUCCESS.value
    # `rle_id` numbers the series of equal outcomes; a series' successor is the next number.
    marked = attempted.with_columns(stretch=failed.rle_id().over("function"), failed=failed)
    next_success = (
        marked.filter(~pl.col("failed"))
        .group_by("function", "stretch")
        .agg(recovered=pl.col("at").min())
        .with_columns(pl.col("stretch") - 1)
    )
    stretches = (
        marked.filter("failed")
        .group_by("function", "stretch")
        .agg(
            began=pl.col("at").min(),
            last_failure=pl.col("at").max(),
            attempts=pl.len(),
            ticks=pl.col("request").n_unique(),
            errors=pl.col("error").unique().sort().str.join(", "),
            requests=pl.col("request").unique(),
        )
    )
    return (
        stretches.join(next_success, on=["function", "stretch"], how="left")
        .sort("began")
        .join(_consequences(stretches, activity), on=["function", "stretch"], how="left")
        .with_columns(seconds_to_alert=(pl.col("first_alert") - pl.col("began")).dt.total_seconds())
        .drop("stretch", "requests")
    )


def _consequences(stretches: pl.DataFrame, activity: FunctionActivity) -> pl.DataFrame:
    """How many of each series' requests were given up and alerted, and the first alert."""
    ended = given_up(activity).select("request", gave_up=pl.lit(value=True)).unique("request")
    mail = alerts(activity).group_by("request").agg(alerted=pl.col("at").min())
    return (
        stretches.select("function", "stretch", request="requests")
        .explode("request", empty_as_null=False)
        .join(ended, on="request", how="left")
        .join(mail, on="request", how="left")
        .group_by("function", "stretch")
        .agg(
            given_up=pl.col("gave_up").count(),
            alerted_ticks=pl.col("alerted").count(),
            first_alert=pl.col("alerted").min(),
        )
    )


def catch_up(failed: pl.DataFrame, deliveries: Deliveries) -> pl.DataFrame:
    """For each failure, what happened to the samples of its minutes.

    Columns: began, recovered, minutes (that it lasted), made_up (samples of these minutes that were
    delivered after it), first_made_up, last_made_up (their objects), missing_minutes (still without
    any sample).
    """
    found = samples(deliveries.records)
    rows = [_caught_up(row, found) for row in failed.iter_rows(named=True) if row["recovered"]]
    return pl.DataFrame(rows, CAUGHT_UP, orient="row")


def _caught_up(row: dict[str, datetime], found: pl.DataFrame) -> tuple[object, ...]:
    first, end = (row[name].replace(second=0, microsecond=0) for name in ("began", "recovered"))
    inside = found.filter(pl.col("timestamp").is_between(first, end, closed="left"))
    late = inside.filter(pl.col("delivered_at") >= row["recovered"])
    minutes = (end - first) // MINUTE
    present = inside["timestamp"].dt.truncate("1m").n_unique()
    delivered = late["delivered_at"]
    made_up = (late.height, delivered.min(), delivered.max())
    return row["began"], row["recovered"], minutes, *made_up, minutes - present


LANES = ("attempt succeeded", "attempt failed", "given up", "alert", "object delivered")
"""From the attempt to its result."""


def timeline(
    activity: FunctionActivity, deliveries: Deliveries, failed: pl.DataFrame
) -> pl.DataFrame:
    """The events around the last of the failures: at, lane (of `LANES`), detail.

    Without a failure, around the last object.
    """
    attempted = attempts(activity).filter(pl.col("asked_by") != Trigger.DESTINATION.value)
    succeeded = pl.col("outcome") == Outcome.SUCCESS.value
    error = pl.concat_str([pl.col("error"), pl.col("message")], separator=" ")
    parts = [
        attempted.select(
            "at",
            lane=pl.when(succeeded).then(pl.lit(LANES[0])).otherwise(pl.lit(LANES[1])),
            detail=pl.format("attempt {} {}", "attempt", error).str.strip_chars_end(),
        ),
        given_up(activity).select("at", lane=pl.lit(LANES[2]), detail="condition"),
        alerts(activity).select(
            "at", lane=pl.lit(LANES[3]), detail=pl.format("to {}: {}", "address", "subject")
        ),
        deliveries.objects.select(
            pl.col("delivered_at").alias("at"),
            lane=pl.lit(LANES[4]),
            detail=pl.format("{} records in {}", "records", "object"),
        ),
    ]
    happened = pl.concat(parts)
    first, last = _around(failed, happened)
    return happened.filter(pl.col("at").is_between(first, last)).sort("at", maintain_order=True)


def faults_around(activity: FunctionActivity, happened: pl.DataFrame) -> pl.DataFrame:
    """The planned faults, limited to the time of the events."""
    first, last = pl.lit(happened["at"].min(), INSTANT), pl.lit(happened["at"].max(), INSTANT)
    inside = faults(activity).with_columns(
        pl.col("begins").clip(first, last), pl.col("ends").fill_null(last).clip(first, last)
    )
    return inside.filter(pl.col("begins") < pl.col("ends"))


def attempts_at(activity: FunctionActivity, failed: pl.DataFrame) -> pl.DataFrame:
    """The attempts of the last failure, up to the one that succeeded."""
    found = attempts(activity).filter(pl.col("asked_by") != Trigger.DESTINATION.value)
    first, last = _span(failed)
    columns = ("at", "tick", "attempt", "outcome", "error", "message")
    return found.filter(pl.col("at").is_between(first, last)).select(columns)


def alerts_about(activity: FunctionActivity, failed: pl.DataFrame) -> pl.DataFrame:
    """The alerts about the last failure."""
    first, last = _span(failed)
    attempted = attempts(activity).filter(pl.col("at").is_between(first, last))
    return alerts(activity).filter(pl.col("request").is_in(attempted["request"].unique().implode()))


def first_text(activity: FunctionActivity, failed: pl.DataFrame) -> str:
    """The text of the first alert about the last failure; empty without one."""
    texts = alerts_about(activity, failed)["text"]
    return str(texts[0]) if texts.len() else ""


def _span(failed: pl.DataFrame) -> tuple[datetime, datetime]:
    """From the first failed attempt of the last failure to the one that succeeded."""
    if failed.is_empty():
        return NEVER, NEVER
    row = failed.row(-1, named=True)
    return row["began"], row["recovered"] or row["last_failure"]


def _around(failed: pl.DataFrame, happened: pl.DataFrame) -> tuple[datetime, datetime]:
    """With a margin before and after; alerts and objects come later than their cause."""
    last = happened["at"].max()
    if failed.height or not isinstance(last, datetime):
        first, last = _span(failed)
        return first - MARGIN, last + MARGIN
    return last - 4 * MARGIN, last


def _ticks(activity: FunctionActivity) -> dict[str, datetime]:
    """The tick of each request, from the request itself or from its alert."""
    found = {}
    for event in activity.events:
        match event:
            case RuleFired() | Invoked():
                found[event.request] = event.due
            case MessageSent() if (tick := _tick_in(event.text)) is not None:
                found.setdefault(_request_in(event.text), tick)
    return found


def _request_in(text: str) -> str:
    context = failure_record(text).get("requestContext")
    return str(context.get("requestId", "")) if isinstance(context, dict) else ""


def _tick_in(text: str) -> datetime | None:
    payload = failure_record(text).get("requestPayload")
    time = payload.get("time") if isinstance(payload, dict) else None
    try:
        tick = datetime.fromisoformat(time) if isinstance(time, str) else None
    except ValueError:
        return None
    return tick if tick is not None and tick.tzinfo else None
