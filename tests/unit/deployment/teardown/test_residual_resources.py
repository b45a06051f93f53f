"""The monthly cost of the data that a teardown keeps."""

import pytest

from wavetank.deployment.teardown.residual_resources import storage_usd_per_month


def test_the_cost_of_stored_data_is_s3s_price() -> None:
    """A tenth of a gigabyte, as a month of ticks, costs 0.23 cents a month."""
    assert storage_usd_per_month(2**30 // 10) == pytest.approx(0.0023)
