"""From failing attempts to alert and catch-up, on generated histories."""

from dataclasses import replace
from datetime import timedelta

from tests.pipeline import NOON
from tests.sample_histories import calm
from wavetank.history import Event, MessageSent, ObjectDelivered
from wavetank.reporting.analysis.failures import (
    NEVER,
    alerts_about,
    attempts,
    attempts_at,
    catch_up,
    failures,
    faults_around,
    first_text,
    timeline,
)
from wavetank.reporting.analysis.objects import FunctionActivity, stored_object
from wavetank.reporting.analysis.records import Deliveries, deliveries_of

MINUTE = timedelta(minutes=1)
TEXT = '{{"requestContext": {{"requestId": "{}"}}, "requestPayload": {{"time": "{:%FT%TZ}"}}}}'


def _activity(*failing: int) -> FunctionActivity:
    """Four ticks; an alert's text holds the failure's record, as Lambda sends it."""
    return FunctionActivity(tuple(_with_record(event) for event in calm(4, failing)))


def _with_record(event: Event) -> Event:
    if isinstance(event, MessageSent):
        request = event.text.split()[1]
        return replace(event, text=TEXT.format(request, event.at))
    return event


def _deliveries(activity: FunctionActivity) -> Deliveries:
    return deliveries_of(
        stored_object(event.key, event.at + MINUTE, "".join(event.records).encode())
        for event in activity.events
        if isinstance(event, ObjectDelivered)
    )


def test_a_failure_lasts_until_the_next_success() -> None:
    """Two consecutive failed ticks are one failure, with both given up and alerted."""
    row = failures(_activity(2, 3)).row(0, named=True)
    assert (row["began"], row["recovered"]) == (NOON + 2 * MINUTE, NOON + 4 * MINUTE)
    assert (row["attempts"], row["ticks"], row["given_up"], row["alerted_ticks"]) == (6, 2, 2, 2)
    assert row["errors"] == "KeyError"


def test_an_ongoing_failure_has_not_recovered() -> None:
    """Nor was anything caught up."""
    activity = _activity(4)
    failed = failures(activity)
    assert failed["recovered"].to_list() == [None]
    assert catch_up(failed, _deliveries(activity)).is_empty()


def test_the_catch_up_is_counted() -> None:
    """The samples of the failed minutes are delivered late, and none is missing."""
    activity = _activity(2, 3)
    row = catch_up(failures(activity), _deliveries(activity)).row(0, named=True)
    assert (row["minutes"], row["made_up"], row["missing_minutes"]) == (2, 40, 0)
    assert row["first_made_up"] == NOON + 5 * MINUTE


def test_alerts_belong_to_their_failure() -> None:
    """Those of the last failure, with the tick from their text, and the first one's text."""
    activity = _activity(1, 3)
    found = alerts_about(activity, failures(activity))
    assert found["request"].unique().to_list() == ["request-3"]
    assert found["tick"].unique().to_list() == [NOON + 3 * MINUTE]
    assert "request-3" in first_text(activity, failures(activity))


def test_the_attempts_of_a_failure_end_with_the_success() -> None:
    """Attempts of another function are not included."""
    activity = _activity(3)
    assert attempts_at(activity, failures(activity))["outcome"].to_list() == [
        *["error"] * 3,
        "success",
    ]
    assert "destination" in attempts(activity)["asked_by"].to_list()


def test_the_timeline_has_every_lane() -> None:
    """From the attempt to the object, in the order of time."""
    activity = _activity(3)
    found = timeline(activity, _deliveries(activity), failures(activity))
    assert found["lane"].n_unique() == 5
    assert found["at"].is_sorted()
    assert faults_around(activity, found).is_empty()


def test_without_activity_every_table_is_empty() -> None:
    """And so is the text."""
    nothing = FunctionActivity()
    failed = failures(nothing)
    assert failed.is_empty()
    assert attempts_at(nothing, failed).is_empty()
    assert first_text(nothing, failed) == ""
    assert timeline(nothing, deliveries_of([]), failed).is_empty()
    assert NEVER < NOON
