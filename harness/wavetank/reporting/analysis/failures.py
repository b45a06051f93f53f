"""From a failing attempt to the alert and the catch-up: what a drill or a failure came to."""

from datetime import UTC, datetime, timedelta

import polars as pl

from wavetank.history import (
    AttemptBegan,
    AttemptEnded,
    FaultBegan,
    FaultReverted,
    GivenUp,
    Invoked,
    MessageSent,
    Outcome,
    RuleFired,
    Trigger,
)
from wavetank.history.alert_text import failure_record
from wavetank.inspection.assess.coverage import MINUTE
from wavetank.reporting.analysis.objects import FunctionActivity, Source
from wavetank.reporting.analysis.records import INSTANT, Deliveries, samples

LOOKED_BACK = timedelta(hours=24)
"""Before the last object: the logs of a busy pipeline are long."""
MARGIN = timedelta(minutes=5)
"""Shown before a failure and after it."""

NEVER = datetime(1, 1, 2, tzinfo=UTC)
"""When nothing happened."""

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


def what_was_done(source: Source, deliveries: Deliveries) -> FunctionActivity:
    """What the source tells of the day up to the last object that was read.

    Raises:
        UsageError, InfrastructureError: as the source.
    """
    last = deliveries.objects["delivered_at"].max()
    if not isinstance(last, datetime):
        return FunctionActivity(
            untold=("Nothing was delivered, so that there is no time to look at.",)
        )
    return source.activity(last - LOOKED_BACK)


def attempts(told: FunctionActivity) -> pl.DataFrame:
    """Every attempt that has ended, by when it did; see `ATTEMPTS`."""
    asked: dict[tuple[str, int], str] = {}
    due = _ticks(told)
    rows = []
    for event in told.events:
        match event:
            case AttemptBegan():
                asked[event.request, event.attempt] = event.trigger.value
            case AttemptEnded():
                asked_by = asked.get((event.request, event.attempt), "")
                named = (event.function, event.request, event.attempt, event.outcome.value)
                error = (event.error_type, event.message)
                rows.append((event.at, due.get(event.request), *named, *error, asked_by))
    return pl.DataFrame(rows, ATTEMPTS, orient="row").sort("at", maintain_order=True)


def alerts(told: FunctionActivity) -> pl.DataFrame:
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
        for event in told.events
        if isinstance(event, MessageSent)
    ]
    return pl.DataFrame(rows, ALERTS, orient="row").sort("at", maintain_order=True)


def given_up(told: FunctionActivity) -> pl.DataFrame:
    """The requests that Lambda gave up."""
    rows = [
        (event.at, event.request, event.function, event.condition)
        for event in told.events
        if isinstance(event, GivenUp)
    ]
    return pl.DataFrame(rows, GIVEN_UP, orient="row")


def faults(told: FunctionActivity) -> pl.DataFrame:
    """The planned faults, where a run has any: kind, from, to (none where it was not healed)."""
    healed = {event.fault: event.at for event in told.events if isinstance(event, FaultReverted)}
    rows = [
        (event.kind, event.at, healed.get(event.fault))
        for event in told.events
        if isinstance(event, FaultBegan)
    ]
    return pl.DataFrame(rows, {"kind": pl.String, "begins": INSTANT, "ends": INSTANT}, orient="row")


def failures(told: FunctionActivity) -> pl.DataFrame:
    """Each stretch of attempts at making ticks that all failed, up to the next that succeeded.

    Columns: function, began (its first failure), last_failure, recovered (none while it lasts),
    attempts (that failed), ticks, errors, given_up, alerted_ticks, first_alert, seconds_to_alert
    (from the first failure).
    """
    tried = attempts(told).filter(pl.col("asked_by") != Trigger.DESTINATION.value)
    failed = pl.col("outcome") != Outcome.SUCCESS.value
    marked = tried.with_columns(stretch=failed.rle_id().over("function"), failed=failed)
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
        .join(_consequences(stretches, told), on=["function", "stretch"], how="left")
        .with_columns(seconds_to_alert=(pl.col("first_alert") - pl.col("began")).dt.total_seconds())
        .drop("stretch", "requests")
    )


def _consequences(stretches: pl.DataFrame, told: FunctionActivity) -> pl.DataFrame:
    """How many of each stretch's requests were given up and told of, and when the first was."""
    ended = given_up(told).select("request", gave_up=pl.lit(value=True)).unique("request")
    mail = alerts(told).group_by("request").agg(alerted=pl.col("at").min())
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
    """For each failure, what became of the samples of its minutes.

    Columns: began, recovered, minutes (that it lasted), made_up (samples of these minutes that were
    delivered after it), first_made_up, last_made_up (their objects), missing_minutes (without any
    sample to this day).
    """
    found = samples(deliveries.records)
    rows = [_caught_up(row, found) for row in failed.iter_rows(named=True) if row["recovered"]]
    return pl.DataFrame(rows, CAUGHT_UP, orient="row")


def _caught_up(row: dict[str, datetime], found: pl.DataFrame) -> tuple[object, ...]:
    first, end = (row[name].replace(second=0, microsecond=0) for name in ("began", "recovered"))
    inside = found.filter(pl.col("timestamp").is_between(first, end, closed="left"))
    late = inside.filter(pl.col("delivered_at") >= row["recovered"])
    minutes = (end - first) // MINUTE
    there = inside["timestamp"].dt.truncate("1m").n_unique()
    delivered = late["delivered_at"]
    made_up = (late.height, delivered.min(), delivered.max())
    return row["began"], row["recovered"], minutes, *made_up, minutes - there


LANES = ("attempt succeeded", "attempt failed", "given up", "alert", "object delivered")
"""From what is tried to what comes of it."""


def timeline(told: FunctionActivity, deliveries: Deliveries, failed: pl.DataFrame) -> pl.DataFrame:
    """What happened around the last of the failures: at, lane (of `LANES`), detail.

    Without a failure, around the last object.
    """
    tried = attempts(told).filter(pl.col("asked_by") != Trigger.DESTINATION.value)
    succeeded = pl.col("outcome") == Outcome.SUCCESS.value
    error = pl.concat_str([pl.col("error"), pl.col("message")], separator=" ")
    parts = [
        tried.select(
            "at",
            lane=pl.when(succeeded).then(pl.lit(LANES[0])).otherwise(pl.lit(LANES[1])),
            detail=pl.format("attempt {} {}", "attempt", error).str.strip_chars_end(),
        ),
        given_up(told).select("at", lane=pl.lit(LANES[2]), detail="condition"),
        alerts(told).select(
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


def faults_around(told: FunctionActivity, happened: pl.DataFrame) -> pl.DataFrame:
    """The planned faults, as far as they are within what happened."""
    first, last = pl.lit(happened["at"].min(), INSTANT), pl.lit(happened["at"].max(), INSTANT)
    inside = faults(told).with_columns(
        pl.col("begins").clip(first, last), pl.col("ends").fill_null(last).clip(first, last)
    )
    return inside.filter(pl.col("begins") < pl.col("ends"))


def attempts_at(told: FunctionActivity, failed: pl.DataFrame) -> pl.DataFrame:
    """The attempts of the last failure, up to the one that succeeded."""
    found = attempts(told).filter(pl.col("asked_by") != Trigger.DESTINATION.value)
    first, last = _span(failed)
    columns = ("at", "tick", "attempt", "outcome", "error", "message")
    return found.filter(pl.col("at").is_between(first, last)).select(columns)


def alerts_about(told: FunctionActivity, failed: pl.DataFrame) -> pl.DataFrame:
    """The alerts that tell of the last failure."""
    first, last = _span(failed)
    tried = attempts(told).filter(pl.col("at").is_between(first, last))
    return alerts(told).filter(pl.col("request").is_in(tried["request"].unique().implode()))


def first_text(told: FunctionActivity, failed: pl.DataFrame) -> str:
    """What the first alert of the last failure says; empty where there was none."""
    texts = alerts_about(told, failed)["text"]
    return str(texts[0]) if texts.len() else ""


def _span(failed: pl.DataFrame) -> tuple[datetime, datetime]:
    """From the first failed attempt of the last failure to the one that succeeded."""
    if failed.is_empty():
        return NEVER, NEVER
    row = failed.row(-1, named=True)
    return row["began"], row["recovered"] or row["last_failure"]


def _around(failed: pl.DataFrame, happened: pl.DataFrame) -> tuple[datetime, datetime]:
    """With a margin before and after; alerts and objects come later than what they are about."""
    last = happened["at"].max()
    if failed.height or not isinstance(last, datetime):
        first, last = _span(failed)
        return first - MARGIN, last + MARGIN
    return last - 4 * MARGIN, last


def _ticks(told: FunctionActivity) -> dict[str, datetime]:
    """The tick of each request: as it was asked for, or as its alert has it."""
    found = {}
    for event in told.events:
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
