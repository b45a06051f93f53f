"""What the tests of the pipeline look at."""

import json

import pytest


@pytest.fixture
def sales():
    """The delivered records, without copies; each has the file and the row that it came from."""

    def found(result):
        return [json.loads(record) for record in sorted(set(result.delivered))]

    return found
