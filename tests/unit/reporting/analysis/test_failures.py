"""From failing attempts to alert and catch-up, on histories written by rule."""

from dataclasses import replace
from datetime import timedelta

from tests.pipeline import NOON
from tests.stories import calm
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
from wavetank.reporting.analysis.objects import FunctionActivity, stored
from wavetank.reporting.analysis.records import Deliveries, deliveries_of

MINUTE = timedelta(minutes=1)
TEXT = '{{"requestContext": {{"requestId": "{}"}}, "requestPayload": {{"time": "{:%FT%TZ}"}}}}'


def _told(*failing: int) -> FunctionActivity:
    """Four ticks; an alert's text holds the failure's record, as Lambda sends it."""
    return FunctionActivity(tuple(_with_record(event) for event in calm(4, failing)))


def _with_record(event: Event) -> Event:
    if isinstance(event, MessageSent):
        request = event.text.split()[1]
        return replace(event, text=TEXT.format(request, event.at))
    return event


def _deliveries(told: FunctionActivity) -> Deliveries:
    return deliveries_of(
        stored(event.key, event.at + MINUTE, "".join(event.records).encode())
        for event in told.events
        if isinstance(event, ObjectDelivered)
    )


def test_a_failure_lasts_until_the_next_success() -> None:
    """Two ticks that fail in a row are one, with both given up and told of."""
    row = failures(_told(2, 3)).row(0, named=True)
    assert (row["began"], row["recovered"]) == (NOON + 2 * MINUTE, NOON + 4 * MINUTE)
    assert (row["attempts"], row["ticks"], row["given_up"], row["alerted_ticks"]) == (6, 2, 2, 2)
    assert row["errors"] == "KeyError"


def test_a_failure_that_lasts_has_not_recovered() -> None:
    """Nor was anything caught up with."""
    told = _told(4)
    failed = failures(told)
    assert failed["recovered"].to_list() == [None]
    assert catch_up(failed, _deliveries(told)).is_empty()


def test_what_was_made_up_for_is_counted() -> None:
    """The samples of the failed minutes are there, late, and none is missing."""
    told = _told(2, 3)
    row = catch_up(failures(told), _deliveries(told)).row(0, named=True)
    assert (row["minutes"], row["made_up"], row["missing_minutes"]) == (2, 40, 0)
    assert row["first_made_up"] == NOON + 5 * MINUTE


def test_alerts_belong_to_their_failure() -> None:
    """Those of the last one, with the tick that their text has, and the first one's text."""
    told = _told(1, 3)
    found = alerts_about(told, failures(told))
    assert found["request"].unique().to_list() == ["request-3"]
    assert found["tick"].unique().to_list() == [NOON + 3 * MINUTE]
    assert "request-3" in first_text(told, failures(told))


def test_the_attempts_of_a_failure_end_with_the_success() -> None:
    """What another function did is none of them."""
    told = _told(3)
    assert attempts_at(told, failures(told))["outcome"].to_list() == [*["error"] * 3, "success"]
    assert "destination" in attempts(told)["asked_by"].to_list()


def test_the_timeline_has_every_lane() -> None:
    """From the attempt to the object, in the order of time."""
    told = _told(3)
    found = timeline(told, _deliveries(told), failures(told))
    assert found["lane"].n_unique() == 5
    assert found["at"].is_sorted()
    assert faults_around(told, found).is_empty()


def test_where_nothing_is_told_there_is_nothing_to_show() -> None:
    """Every table is empty, and no text."""
    nothing = FunctionActivity()
    failed = failures(nothing)
    assert failed.is_empty()
    assert attempts_at(nothing, failed).is_empty()
    assert first_text(nothing, failed) == ""
    assert timeline(nothing, deliveries_of([]), failed).is_empty()
    assert NEVER < NOON
