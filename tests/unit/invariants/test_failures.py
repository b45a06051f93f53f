"""No request fails in silence."""

from dataclasses import replace

import pytest

from tests.pipeline import NOON
from tests.sample_histories import assert_found, before, calm, only, undrained, without
from wavetank.core.findings import Verdict
from wavetank.history import (
    AttemptBegan,
    AttemptEnded,
    DestinationReached,
    Drained,
    Event,
    Invoked,
    Outcome,
    RequestDiscarded,
    RuleFired,
    Trigger,
)
from wavetank.invariants import NoSilentFailure


def test_success_and_reported_failure_are_valid() -> None:
    """Requests of the schedule and of the destination are counted alike."""
    evidence = "4 requests: 3 succeeded, 1 given up and reported"
    assert_found(NoSilentFailure(), calm(3, [2]), Verdict.VALID, evidence)


def test_request_without_end_is_invalid() -> None:
    """A request that was fired and has no end is named."""
    events = without(calm(), AttemptEnded, 1)
    evidence = (
        "neither succeeded nor given up: 1",
        "request-2, begun at 2026-11-23T12:02:00Z",
    )
    assert_found(NoSilentFailure(), events, Verdict.INVALID, *evidence)
    assert_found(NoSilentFailure(), undrained(events), Verdict.UNKNOWN, *evidence)


def test_failed_attempt_is_no_end() -> None:
    """Whatever the outcome of an attempt, only a success or discarding ends the request."""
    events: list[Event] = [
        replace(e, outcome=Outcome.TIMEOUT) if isinstance(e, AttemptEnded) else e for e in calm()
    ]
    assert_found(NoSilentFailure(), events, Verdict.INVALID, "neither succeeded nor given up: 3")


def test_a_synchronous_failure_ends_with_its_response() -> None:
    """The same failure of an asynchronous request does not end it."""

    def history(*, synchronous: bool) -> list[Event]:
        by_hand: tuple[Event, ...] = (
            Invoked(NOON, "hand", "streaming", NOON, synchronous),
            AttemptBegan(NOON, "hand", "streaming", 1, cold=False, trigger=Trigger.MANUAL),
            AttemptEnded(NOON, "hand", "streaming", 1, Outcome.ERROR, "KeyError"),
        )
        return before(calm(1), RuleFired, *by_hand)

    evidence = "2 requests: 1 succeeded, 0 given up and reported, 1 failed and answered"
    assert_found(NoSilentFailure(), history(synchronous=True), Verdict.VALID, evidence)
    assert_found(
        NoSilentFailure(), history(synchronous=False), Verdict.INVALID, "given up: 1", "hand"
    )


@pytest.mark.parametrize("trigger", [each for each in Trigger if each.is_synchronous])
def test_a_failure_ends_with_its_response(trigger: Trigger) -> None:
    """Whatever waits for the response gets the error, and decides what is done about it."""
    answered: tuple[Event, ...] = (
        AttemptBegan(NOON, "one", "f", 1, cold=False, trigger=trigger),
        AttemptEnded(NOON, "one", "f", 1, Outcome.ERROR, "KeyError"),
    )
    events = before(calm(1), RuleFired, *answered)
    evidence = "2 requests: 1 succeeded, 0 given up and reported, 1 failed and answered"
    assert_found(NoSilentFailure(), events, Verdict.VALID, evidence)


def test_failure_without_destination_is_invalid() -> None:
    """A failure whose record went nowhere is silent."""
    events = without(calm(3, [2]), DestinationReached)
    evidence = (
        "given up without a destination reached: 1",
        "request-2 of streaming, given up at 2026-11-23T12:02:00Z after 3 attempts",
    )
    assert_found(NoSilentFailure(), events, Verdict.INVALID, *evidence)


def test_refused_destination_is_invalid() -> None:
    """A destination that could not be reached is as silent as none."""
    events: list[Event] = [
        replace(e, outcome="AccessDenied") if isinstance(e, DestinationReached) else e
        for e in calm(3, [2])
    ]
    evidence = "given up without a destination reached: 1"
    assert_found(NoSilentFailure(), events, Verdict.INVALID, evidence)


def test_discarded_notification_is_invalid() -> None:
    """If the notification function fails too, nothing reports the failure."""
    messenger = only(calm(3, [2]), DestinationReached)[0].invocation
    assert messenger is not None
    given_up = RequestDiscarded(NOON, messenger, "notification", "RetriesExhausted", 3)
    events: list[Event] = [
        given_up if isinstance(e, AttemptEnded) and e.request == messenger else e
        for e in calm(3, [2])
    ]
    evidence = f"{messenger} of notification, given up"
    assert_found(NoSilentFailure(), events, Verdict.INVALID, evidence)


def test_each_of_two_firings_is_followed() -> None:
    """A duplicate under the same id needs an end of its own."""
    events = before(calm(), Drained, only(calm(), RuleFired)[0])
    assert_found(NoSilentFailure(), events, Verdict.INVALID, "neither succeeded nor given up: 1")


def test_throttled_first_attempt_is_begun_once() -> None:
    """A throttled first attempt that begins again is still one request."""
    messenger = next(
        e for e in only(calm(3, [2]), AttemptBegan) if e.trigger is Trigger.DESTINATION
    )
    events = before(calm(3, [2]), DestinationReached, messenger)
    assert_found(NoSilentFailure(), events, Verdict.VALID, "4 requests")


def test_a_manual_tick_without_an_attempt_is_invalid() -> None:
    """A manual request without an attempt counts once, like one of the schedule."""
    events = calm()
    asked = Invoked(NOON, "by hand", "streaming", NOON, synchronous=False)
    evidence = "neither succeeded nor given up: 1"
    assert_found(
        NoSilentFailure(), before(events, Drained, asked), Verdict.INVALID, evidence, "by hand"
    )
    done = (
        asked,
        AttemptBegan(NOON, "by hand", "streaming", 1, cold=False, trigger=Trigger.MANUAL),
        AttemptEnded(NOON, "by hand", "streaming", 1, Outcome.SUCCESS),
    )
    assert_found(
        NoSilentFailure(), before(events, Drained, *done), Verdict.VALID, "4 requests: 4 succeeded"
    )
