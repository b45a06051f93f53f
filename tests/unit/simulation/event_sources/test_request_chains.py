"""Recursive loops: how often a function was invoked in a chain of requests."""

from wavetank.simulation.event_sources.request_chains import INVOCATIONS_MAX, RequestChains


def _loop(chains: RequestChains, function: str, count: int, first: str = "0") -> str:
    """The function sends an event for each one that it gets; returns the last one sent."""
    event = first
    for number in range(count):
        request = f"{function} {number}"
        chains.begun(request, function, [event])
        event = f"{event}'"
        chains.sent(event, request, function)
    return event


def test_the_seventeenth_invocation_in_a_chain_is_stopped() -> None:
    """The sixteenth is not."""
    chains = RequestChains()
    event = _loop(chains, "take", INVOCATIONS_MAX - 1)
    assert not chains.is_stopped(event, "take")
    event = _loop(chains, "take", 1, event)
    assert chains.is_stopped(event, "take")


def test_only_the_function_of_the_chain_is_stopped() -> None:
    """Another one gets the event, and adds to the chain, so a loop of two is found as well."""
    chains = RequestChains()
    event = _loop(chains, "take", INVOCATIONS_MAX)
    assert not chains.is_stopped(event, "other")
    event = _loop(chains, "other", 1, event)
    assert chains.is_stopped(event, "take")


def test_an_event_of_a_rule_or_a_test_begins_a_chain() -> None:
    """What its request sends counts from the first invocation."""
    chains = RequestChains()
    chains.sent("event", "request of a rule", "tick")
    assert not chains.is_stopped("event", "tick")
    assert not chains.is_stopped("sent by a test", "tick")


def test_the_longest_chain_of_a_batch_counts() -> None:
    """Whatever the order of its events."""
    chains = RequestChains()
    event = _loop(chains, "take", INVOCATIONS_MAX - 1)
    chains.begun("last", "take", ["new", event, "newer"])
    chains.sent("next", "last", "take")
    assert chains.is_stopped("next", "take")


def test_an_event_that_is_gone_is_forgotten() -> None:
    """So that a long run needs no more memory than its sources."""
    chains = RequestChains()
    event = _loop(chains, "take", INVOCATIONS_MAX)
    chains.forget([event, "unknown"])
    assert not chains.is_stopped(event, "take")
