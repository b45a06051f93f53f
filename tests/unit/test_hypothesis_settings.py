"""The suite's settings of Hypothesis."""

from hypothesis import HealthCheck, settings


def test_a_slow_host_fails_no_property() -> None:
    """By default an example may take 200 ms, and drawing values only so long."""
    assert settings().deadline is None
    assert HealthCheck.too_slow in settings().suppress_health_check
