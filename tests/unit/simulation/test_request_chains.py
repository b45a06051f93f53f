"""Recursive loops in chains of requests: named once, and only where there is one."""

from itertools import cycle, islice

import pytest

from wavetank.core.errors import UsageError
from wavetank.simulation.request_chains import (
    INVOCATIONS_MAX,
    UNDETECTED_MAX,
    InvocationCause,
    RequestChains,
    invocation_cause,
    recursive_loop,
    refuse_recursive_loop,
)

RESIZE = "arn:aws:lambda:eu-west-1:000000000000:function:resize"
ENTER = "arn:aws:lambda:eu-west-1:000000000000:function:enter"
UPLOADS = "arn:aws:s3:::uploads"
RULE = "arn:aws:events:eu-west-1:000000000000:rule/orders/all"
NEWS = "arn:aws:sns:eu-west-1:000000000000:news"
CLICKS = "arn:aws:kinesis:eu-west-1:000000000000:stream/clicks"
PRICES = "arn:aws:dynamodb:eu-west-1:000000000000:table/prices"
JOBS = "arn:aws:sqs:eu-west-1:000000000000:jobs"

type Step = tuple[str, str]
"""What invokes, and the function."""


def _chain(count: int, *steps: Step) -> InvocationCause:
    """So many invocations, each caused by the one before."""
    known: list[InvocationCause] = []
    for source, function in islice(cycle(steps), count):
        known = [invocation_cause(function, source, known)]
    return known[0]


@pytest.mark.parametrize("source", [UPLOADS, JOBS, NEWS])
def test_a_function_is_stopped_after_sixteen_invocations_in_a_chain(source: str) -> None:
    """As Lambda stops it, whether the events are pushed or messages of a queue."""
    assert recursive_loop(_chain(INVOCATIONS_MAX, (source, RESIZE)), is_allowed=False) is None
    loop = recursive_loop(_chain(INVOCATIONS_MAX + 1, (source, RESIZE)), is_allowed=False)
    assert loop is not None
    assert (loop.is_stopped, loop.invocations) == (True, INVOCATIONS_MAX)


def test_the_error_names_the_loop_and_the_way_around() -> None:
    """In the order of the events, through every kind of trigger."""
    steps = (UPLOADS, RESIZE), (JOBS, ENTER)
    refuse_recursive_loop(_chain(32, *steps), is_allowed=False)
    with pytest.raises(UsageError) as caught:
        refuse_recursive_loop(_chain(33, *steps), is_allowed=False)
    loop = "queue jobs -> function enter -> bucket uploads -> function resize -> queue jobs"
    assert caught.value.found == f"a recursive loop: {loop}, 16 times for one event"
    assert "filter the events" in caught.value.action


@pytest.mark.parametrize(
    ("source", "is_allowed"),
    [(RULE, False), (CLICKS, False), (PRICES, False), (UPLOADS, True), (JOBS, True)],
)
def test_a_loop_that_lambda_does_not_stop_is_bounded_too(source: str, *, is_allowed: bool) -> None:
    """Through EventBridge or a stream, or with RecursiveLoop Allow: after many more invocations."""
    refuse_recursive_loop(_chain(UNDETECTED_MAX, (source, RESIZE)), is_allowed=is_allowed)
    loop = recursive_loop(_chain(UNDETECTED_MAX + 1, (source, RESIZE)), is_allowed=is_allowed)
    assert loop is not None
    assert (loop.is_stopped, loop.invocations) == (False, UNDETECTED_MAX)


def test_a_chain_of_different_functions_is_no_loop() -> None:
    """However long it is."""
    functions = [f"{RESIZE}{number}" for number in range(40)]
    cause = _chain(40, *((NEWS, name) for name in functions))
    refuse_recursive_loop(cause, is_allowed=False)
    assert (len(cause.chain()), cause.count) == (40, 1)


def test_the_longest_chain_of_a_batch_counts() -> None:
    """Of each function, whatever the order of its events."""
    long, other = _chain(15, (JOBS, RESIZE)), _chain(3, (JOBS, ENTER))
    for causes in ([long, other], [other, long]):
        cause = invocation_cause(RESIZE, JOBS, causes)
        assert (cause.count, cause.counts[ENTER], cause.before) == (16, 3, long)


def test_the_causes_of_messages_are_known_until_they_are_gone() -> None:
    """A message that no handler has sent has none; forgotten ones need no memory."""
    chains, cause = RequestChains(), _chain(1, (JOBS, RESIZE))
    chains.sent("first", cause)
    assert chains.causes(["first", "sent by a test"]) == [cause]
    chains.forget(["first", "unknown"])
    assert chains.causes(["first"]) == []


def test_an_event_keeps_its_cause_until_its_last_reader_is_done() -> None:
    """Mappings of one stream process a record at different times."""
    chains, cause = RequestChains(), _chain(1, (CLICKS, ENTER))
    chains.sent("record", cause, readers=2)
    chains.forget(["record"])
    assert chains.causes(["record"]) == [cause]
    chains.forget(["record"])
    assert chains.causes(["record"]) == []


def test_a_message_that_moves_keeps_its_first_cause() -> None:
    """Such as to a dead-letter queue, while another function receives."""
    chains, cause = RequestChains(), _chain(1, (JOBS, ENTER))
    chains.sent("message", cause)
    chains.sent("message", _chain(1, (JOBS, RESIZE)))
    assert chains.causes(["message"]) == [cause]
