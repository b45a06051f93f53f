"""A request with a token is executed once in ten minutes."""

from datetime import UTC, datetime, timedelta

import pytest

from wavetank.emulator.dynamodb.idempotency import (
    TOKEN_LIFETIME,
    IdempotentRequests,
    ParameterMismatchError,
    RequestToken,
)

NOW = datetime(2030, 1, 1, tzinfo=UTC)
TOKEN = RequestToken("000000000000", "eu-west-1", "TransactWriteItems", "token")


@pytest.fixture
def requests() -> IdempotentRequests:
    """One request has succeeded."""
    made = IdempotentRequests()
    assert made.find(TOKEN, "request", NOW) is None
    made.add(TOKEN, "request", "answer", NOW)
    return made


def test_the_same_request_has_the_same_answer_for_ten_minutes(
    requests: IdempotentRequests,
) -> None:
    """After the first one has succeeded; then it is a new request."""
    last = NOW + TOKEN_LIFETIME - timedelta(milliseconds=1)
    assert requests.find(TOKEN, "request", last) == "answer"
    assert requests.find(TOKEN, "request", NOW + TOKEN_LIFETIME) is None


def test_another_request_with_the_token_is_refused(requests: IdempotentRequests) -> None:
    """As long as the token counts."""
    with pytest.raises(ParameterMismatchError):
        requests.find(TOKEN, "another", NOW)
    assert requests.find(TOKEN, "another", NOW + TOKEN_LIFETIME) is None


@pytest.mark.parametrize(
    "other",
    [
        RequestToken("123456789012", "eu-west-1", "TransactWriteItems", "token"),
        RequestToken("000000000000", "us-east-1", "TransactWriteItems", "token"),
        RequestToken("000000000000", "eu-west-1", "ExecuteTransaction", "token"),
    ],
)
def test_a_token_counts_for_one_account_region_and_operation(
    requests: IdempotentRequests, other: RequestToken
) -> None:
    """Another client may choose the same text."""
    assert requests.find(other, "request", NOW) is None


def test_requests_survive_a_stop(requests: IdempotentRequests) -> None:
    """A retry may come after it."""
    restored = IdempotentRequests()
    for row in requests.to_save():
        restored.restore(row)
    assert restored.find(TOKEN, "request", NOW) == "answer"
    requests.clear()
    assert list(requests.to_save()) == []
