"""One alert per confirmed address for each discarded request."""

from dataclasses import replace

import pytest

from tests.pipeline import NOON
from tests.sample_histories import (
    ADDRESSES,
    assert_found,
    before,
    began,
    calm,
    only,
    undrained,
    without,
)
from wavetank.core.findings import Verdict
from wavetank.history import (
    ApiCalled,
    AttemptBegan,
    DestinationReached,
    Drained,
    Event,
    MessageSent,
    RequestDiscarded,
    RunBegan,
    SubscriptionChanged,
)
from wavetank.invariants import OneAlert, check_history


def sending(**change: str) -> list[Event]:
    """A run with one failure and one more message, changed so."""
    events = calm(3, [2])
    message = replace(only(events, MessageSent)[0], **change)  # type: ignore[arg-type]  # all texts
    return before(events, Drained, message)


def subscription(address: str, *, confirmed: bool) -> SubscriptionChanged:
    """An address that joins or leaves."""
    return SubscriptionChanged(NOON, "alarm", address, confirmed)


def test_run_without_failure_and_notice_is_valid() -> None:
    """Nothing failed, so no alert was due."""
    evidence = "0 failures, 0 alerts; addresses confirmed: 2"
    assert_found(OneAlert(), calm(), Verdict.VALID, evidence)


def test_one_notice_for_each_address_is_valid() -> None:
    """Each failure has as many alerts as there are addresses."""
    assert_found(OneAlert(), calm(4, [1, 2]), Verdict.VALID, "2 failures, 4 alerts")


def test_missing_notice_is_invalid() -> None:
    """An address without an alert is named with the failure, once the run is drained."""
    events = without(calm(3, [2]), MessageSent, 1)
    evidence = f"not alerted: 1 (the first: {ADDRESSES[1]} of alarm about request-2)"
    assert_found(OneAlert(), events, Verdict.INVALID, evidence)
    assert_found(OneAlert(), undrained(events), Verdict.UNKNOWN, evidence)


def test_dead_letter_queue_beside_the_destination_replaces_no_notice() -> None:
    """The event is in the queue too; the confirmed addresses must still get an alert."""
    events = without(calm(3, [2]), MessageSent, 1)
    given_up = only(events, RequestDiscarded)[0]
    queue = "arn:aws:sqs:eu-west-1:000000000000:dead"
    letter = DestinationReached(NOON, given_up.request, queue, "OK")
    evidence = "not alerted: 1"
    assert_found(OneAlert(), before(events, Drained, letter), Verdict.INVALID, evidence)


def test_second_notice_is_invalid() -> None:
    """An address that gets the alert again gets it too often."""
    assert_found(OneAlert(), sending(), Verdict.INVALID, "sent again: 1", "about request-2")


@pytest.mark.parametrize("text", ["", "all is lost", "about request-22", "xrequest-2"])
def test_unprompted_notice_is_invalid(text: str) -> None:
    """A message that names no failure as a word of its own is a false alarm."""
    evidence = "about no known failure: 1"
    assert_found(OneAlert(), sending(text=text), Verdict.INVALID, evidence)


def test_notice_before_the_failure_is_invalid() -> None:
    """A request that is not discarded needs no alert."""
    events = before(calm(), Drained, MessageSent(NOON, "alarm", ADDRESSES[0], "", "request-1"))
    assert_found(OneAlert(), events, Verdict.INVALID, "about no known failure: 1")


def test_notice_to_an_unconfirmed_address_is_invalid() -> None:
    """An alert to an unconfirmed address is invalid, whatever the others got."""
    events = sending(address="eve@example.com")
    assert_found(OneAlert(), events, Verdict.INVALID, "sent to an unconfirmed address: 1")


def test_address_that_unsubscribed_needs_no_alert() -> None:
    """An address that unsubscribes between the failure and the alert need not get it."""
    events = without(calm(3, [2]), MessageSent, 1)
    left = subscription(ADDRESSES[1], confirmed=False)
    assert_found(OneAlert(), before(events, MessageSent, left), Verdict.VALID)
    assert_found(OneAlert(), before(calm(3, [2]), MessageSent, left), Verdict.INVALID)


def test_address_that_joined_may_get_the_alert() -> None:
    """An address that joins between the failure and the alert may get it or not."""
    joined = subscription("eve@example.com", confirmed=True)
    assert_found(OneAlert(), before(calm(3, [2]), MessageSent, joined), Verdict.VALID)
    events = before(sending(address="eve@example.com"), MessageSent, joined)
    assert_found(OneAlert(), events, Verdict.VALID)


def test_failed_notification_function_needs_no_alert() -> None:
    """The notification function cannot send an alert about its own failure."""
    given_up = RequestDiscarded(NOON, "messenger-2", "notification", "RetriesExhausted", 3)
    events = before(calm(3, [2]), Drained, given_up)
    assert_found(OneAlert(), events, Verdict.VALID, "1 failure")
    never_begun = [
        e for e in events if not isinstance(e, AttemptBegan) or e.request != "messenger-2"
    ]
    assert_found(OneAlert(), never_begun, Verdict.VALID, "1 failure")


def test_failure_without_a_confirmed_address_is_unknown() -> None:
    """Without a confirmed address, nothing shows that alerts work."""
    events = [began(3, addresses=()), *without(calm(3, [2]), RunBegan)]
    events = [event for event in events if not isinstance(event, MessageSent)]
    assert_found(OneAlert(), events, Verdict.UNKNOWN, "1 failure, and no address is confirmed")


def test_notice_that_names_two_failures_counts_for_the_open_one() -> None:
    """A text may mention an earlier failure too."""
    events: list[Event] = [
        replace(e, text=f"{e.text} as before: request-1") if isinstance(e, MessageSent) else e
        for e in calm(3, [1, 2])
    ]
    assert_found(OneAlert(), events, Verdict.VALID, "2 failures, 4 alerts")


@pytest.mark.parametrize("result", ["connection lost", "read timeout"])
def test_a_notice_may_be_repeated_if_the_first_response_was_lost(result: str) -> None:
    """A publisher that got no success publishes again, and SNS does not detect the copy."""
    published = ApiCalled(NOON, "messenger-2", "sns", "Publish", result, took_effect=True)
    again = sending()
    begun = next(n for n, event in enumerate(again) if isinstance(event, DestinationReached))
    events = [*again[: begun + 1], published, *again[begun + 1 :]]
    assert_found(OneAlert(), events, Verdict.VALID, "1 failure, 3 alerts")


def test_what_other_topics_send_is_no_alert() -> None:
    """A function that announces its results by e-mail announces no failure."""
    assert_found(
        OneAlert(), sending(topic="results", text="ready"), Verdict.VALID, "1 failure, 2 alerts"
    )


def test_a_pipeline_without_a_topic_for_failures_has_no_such_invariant() -> None:
    """Failures that go to a queue send no e-mail, so there is nothing to check."""
    events = [
        replace(event, confirmed={}) if isinstance(event, RunBegan) else event
        for event in calm(3, [2])
    ]
    assert check_history(events, [OneAlert()]) == []
