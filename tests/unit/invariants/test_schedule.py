"""Every due instant was fired."""

import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice, takewhile

import pytest

from tests.pipeline import NOON
from tests.sample_histories import (
    MINUTE,
    assert_found,
    before,
    began,
    calm,
    only,
    undrained,
    without,
)
from wavetank.core.findings import Verdict
from wavetank.core.schedule import parse_schedule
from wavetank.history import (
    AttemptBegan,
    AttemptEnded,
    Drained,
    Event,
    Outcome,
    RuleFired,
    RunBegan,
    RunEnded,
    TickSuppressed,
)
from wavetank.invariants import CompleteSchedule


def fired(expression: str, days: int) -> Iterator[Event]:
    """A run from noon on in which the rule fires whenever it is due, and always succeeds."""
    start = began(days * 24 * 60)
    rule = replace(start.rules[0], expression=expression)
    yield replace(start, rules=(rule,))
    instants = parse_schedule(expression).instants(NOON, NOON)
    for due in takewhile(lambda instant: instant <= start.until, instants):
        yield RuleFired(due, "tick", "streaming", f"request-{due}", due)
        yield AttemptEnded(due, f"request-{due}", "streaming", 1, Outcome.SUCCESS)
    yield Drained(start.until, complete=True)
    yield RunEnded(start.until)


def with_rule(expression: str) -> list[Event]:
    """A calm run of a rule with another expression."""
    start = began(3)
    rule = replace(start.rules[0], expression=expression)
    return [replace(start, rules=(rule,)), *calm()[1:]]


def suppressed(number: int, ticks: int = 3) -> list[Event]:
    """A calm run in which a fault kept one tick from firing."""
    instead = TickSuppressed(NOON, "tick", "streaming", NOON + number * MINUTE, "missed-1")
    return before(without(calm(ticks), RuleFired, number - 1), AttemptBegan, instead)


def test_all_fired_is_valid() -> None:
    """The instants after the beginning, up to the end of the window, are counted."""
    assert_found(CompleteSchedule(), calm(), Verdict.VALID, "3 due instants")


def test_missing_instant_is_invalid() -> None:
    """An instant that nothing fired for is named, with rule and target."""
    evidence = ("not fired: 1", "tick for streaming, due 2026-11-23T12:02:00Z")
    assert_found(CompleteSchedule(), without(calm(), RuleFired, 1), Verdict.INVALID, *evidence)


def test_long_gap_is_shown_as_an_interval() -> None:
    """Consecutive instants are shown by the first and the last of them."""
    events = [event for event in calm(9) if event not in only(calm(9), RuleFired)[2:8]]
    evidence = ("not fired: 6", "due 2026-11-23T12:03:00Z to 2026-11-23T12:08:00Z")
    assert_found(CompleteSchedule(), events, Verdict.INVALID, *evidence)


def test_missing_instant_is_unknown_while_not_drained() -> None:
    """A late firing may still have come."""
    events = undrained(without(calm(), RuleFired, 2))
    assert_found(CompleteSchedule(), events, Verdict.UNKNOWN, "not fired: 1")


def test_suppressed_instant_that_was_made_up_is_valid() -> None:
    """What a fault kept from firing is excused by a later success."""
    evidence = "3 due instants, 1 suppressed and made up for"
    assert_found(CompleteSchedule(), suppressed(2), Verdict.VALID, evidence)


def test_suppressed_instant_that_was_not_made_up_is_invalid() -> None:
    """A fault is no excuse without a later success."""
    evidence = ("not made up for: 1", "due 2026-11-23T12:03:00Z")
    assert_found(CompleteSchedule(), suppressed(3), Verdict.INVALID, *evidence)


def test_later_failure_makes_up_for_nothing() -> None:
    """An invocation that was fired later but did not succeed excuses nothing."""
    events = [e for e in suppressed(2) if not isinstance(e, AttemptEnded)]
    assert_found(CompleteSchedule(), events, Verdict.INVALID, "not made up for: 1")


def test_late_and_repeated_firings_are_valid() -> None:
    """A late firing counts for the instant it was due, and a second one is only reported."""
    late = replace(only(calm(), RuleFired)[0], at=NOON + 5 * MINUTE)
    events = before(without(calm(), RuleFired, 0), Drained, late, late)
    assert_found(CompleteSchedule(), events, Verdict.VALID, "3 due instants, 1 fired again")


@pytest.mark.parametrize(
    "change",
    [
        {"due": NOON + timedelta(seconds=90)},
        {"due": NOON},
        {"due": NOON + 4 * MINUTE},
        {"rule": "other"},
        {"target": "other"},
    ],
)
def test_firing_that_was_not_due_is_invalid(change: dict[str, object]) -> None:
    """A firing between, before or after the due instants, or of an unknown rule, is named."""
    odd = replace(only(calm(), RuleFired)[0], **change)  # type: ignore[arg-type]  # of the fields' types
    events = before(calm(), Drained, odd)
    assert_found(CompleteSchedule(), events, Verdict.INVALID, "fired but not due: 1")


@pytest.mark.parametrize("expression", ["cron(0 12 * * * *)", f"rate({'9' * 20} days)"])
def test_rule_that_cannot_be_counted_is_unknown(expression: str) -> None:
    """A rule with an invalid expression is neither complete nor incomplete."""
    evidence = f"EventBridge would refuse it: tick {expression}"
    assert_found(CompleteSchedule(), with_rule(expression), Verdict.UNKNOWN, evidence)


def test_run_without_due_instants_is_unknown() -> None:
    """A rule that was never due proves nothing."""
    events = [e for e in with_rule("rate(1 hour)") if not isinstance(e, RuleFired)]
    assert_found(CompleteSchedule(), events, Verdict.UNKNOWN, "no rule was due")


def test_instants_are_counted_from_the_rules_creation() -> None:
    """A rule of two minutes that was made a minute before is due at odd minutes only."""
    start = began(3)
    rule = replace(start.rules[0], expression="rate(2 minutes)", created=NOON - MINUTE)
    events = [replace(start, rules=(rule,)), *without(calm(), RunBegan)]
    assert_found(CompleteSchedule(), without(events, RuleFired, 1), Verdict.VALID, "2 due instants")


WORKING_HOURS = "cron(0/20 9-10 ? * MON-FRI *)"
"""Six times a day; noon of the histories is a Monday's."""


def test_all_fired_of_a_cron_expression_is_valid() -> None:
    """Whole days, with a weekend between them: eight days on are six of work."""
    events = list(fired(WORKING_HOURS, 8))
    assert_found(CompleteSchedule(), events, Verdict.VALID, "36 due instants")


def test_missing_instants_of_a_cron_expression_are_invalid() -> None:
    """An interval over night is shown by its first and its last instant."""
    events = list(fired(WORKING_HOURS, 3))
    gone = only(events, RuleFired)[4:8]
    evidence = ("not fired: 4", "due 2026-11-24T10:20:00Z to 2026-11-25T09:20:00Z")
    kept = [event for event in events if event not in gone]
    assert_found(CompleteSchedule(), kept, Verdict.INVALID, *evidence)


@pytest.mark.parametrize(
    "due",
    [
        NOON + timedelta(days=1, hours=-3, minutes=1),
        NOON + timedelta(days=1),
        NOON + timedelta(days=5, hours=-3),
        NOON - timedelta(hours=3),
        NOON + timedelta(days=10, hours=-3),
    ],
)
def test_firing_that_a_cron_expression_does_not_mean_is_invalid(due: datetime) -> None:
    """Another minute, another hour, a Saturday, before the run, after it."""
    events = list(fired(WORKING_HOURS, 8))
    odd = replace(only(events, RuleFired)[0], due=due)
    changed = before(events, Drained, odd)
    assert_found(CompleteSchedule(), changed, Verdict.INVALID, "fired but not due: 1")


def test_suppressed_instant_of_a_cron_expression_is_made_up_by_the_next() -> None:
    """The next one may be of another day."""
    events = list(fired(WORKING_HOURS, 3))
    last = only(events, RuleFired)[5]
    instead = TickSuppressed(last.at, "tick", "streaming", last.due, "missed-1")
    changed = [instead if event is last else event for event in events]
    evidence = "18 due instants, 1 suppressed and made up for"
    assert_found(CompleteSchedule(), changed, Verdict.VALID, evidence)


def test_cron_expression_that_is_never_due_is_unknown() -> None:
    """A rule whose year is over proves nothing."""
    events = list(fired("cron(* * * * ? 2020)", 1))
    assert_found(CompleteSchedule(), events, Verdict.UNKNOWN, "no rule was due")


def test_memory_is_flat() -> None:
    """Ten days more take next to no memory, once the remembered requests are at their limit."""
    invariant, events = CompleteSchedule(), fired("cron(* * * * ? *)", 28)
    tracemalloc.start()
    try:
        _observe(invariant, events, 40_000)
        before_more, _ = tracemalloc.get_traced_memory()
        _observe(invariant, events, 30_000)
        after_more, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after_more - before_more < 20_000


def _observe(invariant: CompleteSchedule, events: Iterator[Event], count: int) -> None:
    for event in islice(events, count):
        invariant.observe(event)
