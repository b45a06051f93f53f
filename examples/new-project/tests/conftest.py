"""What the tests of the pipeline look at."""

import json

import pytest


@pytest.fixture
def minutes_of():
    """The minutes with a delivered temperature of a place, without duplicates."""

    def found(place, result):
        records = [json.loads(record) for record in result.delivered]
        return sorted({record["minute"] for record in records if record["place"] == place})

    return found
