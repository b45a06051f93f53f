"""Problems of a pipeline, and the results of its last ticks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from wavetank.console.view_models import (
    FunctionState,
    PipelineState,
    RuleState,
    StreamState,
    SubscriptionState,
    TopicState,
    ticks_of,
)
from wavetank.emulator.lambda_.attempts import EventAttempt

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DONE = EventAttempt(
    function="f",
    request="request",
    number=1,
    tick=NOON,
    ended=NOON,
    status="success",
    error="",
    message="",
    duration_ms=10.0,
    init_ms=None,
)
RULE = RuleState(
    name="rule", targets=("arn:f",), schedule="rate(1 minute)", enabled=True, next_fire=NOON
)
FUNCTION = FunctionState(name="f", arn="arn:f", reserved=None, running=0, last=DONE)
STREAM = StreamState(
    name="stream",
    status="ACTIVE",
    bucket="bucket",
    buffered_records=0,
    buffered_bytes=0,
    oldest_seconds=None,
    objects_delivered=1,
    records_delivered=20,
    records_lost=0,
    failed_attempts=0,
    last_error=None,
)
READER = SubscriptionState(arn="arn", protocol="email", endpoint="a@example.com", confirmed=True)
TOPIC = TopicState(name="topic", arn="arn", subscriptions=(READER,))
WELL = PipelineState(
    stack="stack",
    status="UPDATE_COMPLETE",
    changed=NOON,
    rules=(RULE,),
    functions=(FUNCTION,),
    streams=(STREAM,),
    buckets=(),
    topics=(TOPIC,),
    tables=(),
    ticks=(),
)


def test_without_problems_there_are_no_concerns() -> None:
    """A function that has not run yet is no concern, nor is an error that is over."""
    waiting = replace(FUNCTION, last=None)
    over = replace(STREAM, last_error="503")
    assert replace(WELL, functions=(waiting,), streams=(over,)).concerns == ()
    assert WELL.concerns == ()


@pytest.mark.parametrize(
    ("state", "concern"),
    [
        (replace(WELL, status="UPDATE_ROLLBACK_COMPLETE"), "stack stack is UPDATE_ROLLBACK"),
        (replace(WELL, status="CREATE_FAILED"), "stack stack is CREATE_FAILED"),
        (replace(WELL, rules=(replace(RULE, enabled=False),)), "rule rule is off"),
        (replace(WELL, functions=(replace(FUNCTION, reserved=0),)), "f may not run"),
        (
            replace(WELL, functions=(replace(FUNCTION, last=replace(DONE, status="timeout")),)),
            "the last attempt of f failed: timeout",
        ),
        (
            replace(WELL, streams=(replace(STREAM, failed_attempts=1, last_error="503"),)),
            "stream cannot deliver, and retries: 503",
        ),
        (replace(WELL, streams=(replace(STREAM, records_lost=2),)), "stream has lost 2 records"),
        (
            replace(
                WELL, topics=(replace(TOPIC, subscriptions=(replace(READER, confirmed=False),)),)
            ),
            "topic sends nothing to a@example.com",
        ),
    ],
)
def test_each_concern_is_listed(state: PipelineState, concern: str) -> None:
    """By the name of what it is about, and alone."""
    (found,) = state.concerns
    assert found.startswith(concern)


def test_functions_are_distinguished_by_what_fires_them() -> None:
    """So that a page shows the way of the data first."""
    told = replace(FUNCTION, name="g", arn="arn:g")
    state = replace(WELL, functions=(told, FUNCTION))
    assert (state.fired, state.others) == ((FUNCTION,), (told,))


def test_a_tick_has_its_last_outcome_and_all_its_attempts() -> None:
    """The newest tick first."""
    later = NOON + timedelta(seconds=30)
    failed = replace(DONE, status="error", error="KeyError")
    again = replace(DONE, number=2, ended=later)
    other = replace(DONE, request="other", ended=later + timedelta(seconds=1))
    found = ticks_of([failed, again, other])
    assert [(tick.request, tick.attempts, tick.status) for tick in found] == [
        ("other", 1, "success"),
        ("request", 2, "success"),
    ]
