"""Which events of a batch a function reports as failed."""

import json

import pytest

from wavetank.emulator.lambda_.item_failures import failed_items

IDS = ("a", "b")


@pytest.mark.parametrize(
    "answer",
    [None, {}, {"batchItemFailures": []}, {"batchItemFailures": None}, {"statusCode": 200}],
)
def test_a_response_without_failures_is_a_success(answer: object) -> None:
    """As Lambda documents it."""
    assert failed_items(json.dumps(answer).encode(), IDS) == frozenset()


def test_reported_items_have_failed() -> None:
    """Only those."""
    answer = {"batchItemFailures": [{"itemIdentifier": "b"}]}
    assert failed_items(json.dumps(answer).encode(), IDS) == {"b"}


@pytest.mark.parametrize(
    "answer",
    [
        b"not JSON",
        b'"text"',
        b'{"batchItemFailures": "a"}',
        b'{"batchItemFailures": ["a"]}',
        b'{"batchItemFailures": [{"itemIdentifier": ""}]}',
        b'{"batchItemFailures": [{"itemIdentifier": null}]}',
        b'{"batchItemFailures": [{"itemIdentifier": ["a"]}]}',
        b'{"batchItemFailures": [{"id": "a"}]}',
        b'{"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "other"}]}',
    ],
)
def test_an_invalid_response_is_a_complete_failure(answer: bytes) -> None:
    """Every event comes back, whatever else was reported."""
    assert failed_items(answer, IDS) == set(IDS)
