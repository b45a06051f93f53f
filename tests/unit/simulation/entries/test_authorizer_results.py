"""The results of authorizers are reused until they expire."""

from datetime import UTC, datetime, timedelta

from wavetank.emulator.http_entries.authorizers import FunctionResult
from wavetank.simulation.entries.authorizer_results import AuthorizerResults

NOW = datetime(2030, 1, 1, tzinfo=UTC)
TTL = timedelta(minutes=5)
ALLOWED, DENIED = FunctionResult(b"allowed", is_error=False), FunctionResult(b"no", is_error=False)


def test_a_result_is_reused_until_it_expires() -> None:
    """A newer one of the same key takes its place, with a time of its own."""
    results = AuthorizerResults()
    results.add(("a",), ALLOWED, NOW, TTL)
    assert results.get(("a",), NOW + TTL - timedelta(seconds=1)) == ALLOWED
    assert results.get(("a",), NOW + TTL) is None
    assert results.get(("b",), NOW) is None
    results.add(("a",), DENIED, NOW + TTL, TTL)
    assert results.get(("a",), NOW + TTL) == DENIED


def test_expired_results_use_no_memory() -> None:
    """Each request may have a token of its own."""
    results = AuthorizerResults()
    for minute in range(20):
        results.add((f"token {minute}",), ALLOWED, NOW + timedelta(minutes=minute), TTL)
    assert len(results) == TTL // timedelta(minutes=1)
