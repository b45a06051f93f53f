"""The pipeline in virtual time. It is the one that wavetank.toml names."""

import pytest


def test_every_minute_of_every_place_is_delivered(simulator, minutes_of):
    """A quarter of an hour without faults."""
    result = simulator.run(minutes=15)
    result.assert_all_valid()
    assert len(minutes_of("Dublin", result)) == 15
    assert len(minutes_of("Galway", result)) == 15


@pytest.mark.fault("handler-crash", after="2m", lasts="1m")
def test_a_crash_loses_no_minute(simulator, minutes_of):
    """Lambda retries the invocation after a minute."""
    result = simulator.run(minutes=15)
    result.assert_all_valid()
    assert len(minutes_of("Dublin", result)) == 15


@pytest.mark.fault("broken-deployment", after="5m", lasts="5m")
def test_a_broken_deployment_is_reported(simulator):
    """What fails for good reaches the topic: the invariants check that."""
    simulator.run(minutes=20).assert_all_valid()
