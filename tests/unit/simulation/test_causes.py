"""Endless loops of invocations: named once, and only where there is one."""

from itertools import cycle, islice

import pytest

from wavetank.core.errors import UsageError
from wavetank.simulation.causes import InvocationCause, refuse_endless_loop

RESIZE = "arn:aws:lambda:eu-west-1:000000000000:function:resize"
ENTER = "arn:aws:lambda:eu-west-1:000000000000:function:enter"
UPLOADS = "arn:aws:s3:::uploads"
RULE = "arn:aws:events:eu-west-1:000000000000:rule/orders/all"
NEWS = "arn:aws:sns:eu-west-1:000000000000:news"


def _chain(count: int, *steps: tuple[str, str]) -> InvocationCause:
    """So many invocations, each caused by the one before."""
    cause: InvocationCause | None = None
    for source, function in islice(cycle(steps), count):
        cause = InvocationCause(function, source, cause)
    assert cause is not None
    return cause


def test_a_function_is_stopped_after_sixteen_invocations_by_one_event() -> None:
    """As Lambda stops it; the message names the way around."""
    refuse_endless_loop(_chain(16, (UPLOADS, RESIZE)), is_allowed=False)
    with pytest.raises(UsageError) as caught:
        refuse_endless_loop(_chain(17, (UPLOADS, RESIZE)), is_allowed=False)
    loop = "an endless loop: bucket uploads -> function resize -> bucket uploads, 16 times"
    assert loop in caught.value.found


def test_a_loop_of_two_functions_is_named_as_a_whole() -> None:
    """In the order of the events."""
    steps = (UPLOADS, RESIZE), (NEWS, ENTER)
    with pytest.raises(UsageError) as caught:
        refuse_endless_loop(_chain(33, *steps), is_allowed=False)
    loop = "topic news -> function enter -> bucket uploads -> function resize -> topic news"
    assert loop in caught.value.found


@pytest.mark.parametrize(("source", "is_allowed"), [(RULE, False), (UPLOADS, True)])
def test_a_loop_that_lambda_does_not_stop_is_bounded_too(source: str, *, is_allowed: bool) -> None:
    """Through EventBridge, or with RecursiveLoop Allow: after many more invocations."""
    refuse_endless_loop(_chain(256, (source, RESIZE)), is_allowed=is_allowed)
    with pytest.raises(UsageError, match="256 times"):
        refuse_endless_loop(_chain(257, (source, RESIZE)), is_allowed=is_allowed)


def test_a_chain_of_different_functions_is_no_loop() -> None:
    """However long it is."""
    functions = [f"{RESIZE}{number}" for number in range(40)]
    cause = _chain(40, *((NEWS, name) for name in functions))
    refuse_endless_loop(cause, is_allowed=False)
    assert (len(cause.chain()), cause.count()) == (40, 1)
