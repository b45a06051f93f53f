"""Quotas are compared with what exists; an unavailable quota has its default or is unknown."""

import pytest

from tests.pretended_aws import Answer
from tests.unit.deployment.preflight.answers import Aws, at, context, json_answer, on, refused
from wavetank.core.findings import Verdict
from wavetank.deployment.preflight.checker import _run_check
from wavetank.deployment.preflight.quotas import QUOTAS, concurrency, quota_check

STREAMS = next(quota for quota in QUOTAS if quota.service == "firehose")
TABLES = next(quota for quota in QUOTAS if quota.service == "dynamodb")


def _quota(value: float) -> Answer:
    return on("servicequotas", "GetServiceQuota", json_answer({"Quota": {"Value": value}}))


def _tables(count: int) -> Answer:
    names = [f"table-{number}" for number in range(count)]
    return on("dynamodb", "ListTables", json_answer({"TableNames": names}))


@pytest.mark.parametrize(
    ("limit", "free", "verdict"),
    [(1000, 1000, Verdict.VALID), (10, 10, Verdict.VALID), (1000, 4, Verdict.INVALID)],
)
def test_concurrency_is_enough_for_a_tick(
    aws: Aws, limit: int, free: int, verdict: Verdict
) -> None:
    """A new account's ten are enough, and the evidence says that no more than 0 can be reserved."""
    body = {"AccountLimit": {"ConcurrentExecutions": limit, "UnreservedConcurrentExecutions": free}}
    aws.answers(at(r"^lambda\.", "GET", "/2016-08-19/account-settings", json_answer(body)))
    outcome = concurrency(context())
    assert outcome.verdict is verdict
    assert ("only 0 can be reserved" in outcome.evidence) == (limit == 10)


@pytest.mark.parametrize(("used", "verdict"), [(9, Verdict.VALID), (10, Verdict.INVALID)])
def test_a_full_account_is_a_blocker(aws: Aws, used: int, verdict: Verdict) -> None:
    """One more table has to fit."""
    aws.answers(_quota(10.0), _tables(used))
    outcome = quota_check(TABLES)(context())
    assert (outcome.verdict, outcome.evidence[:7].strip()) == (verdict, f"{used} of 10"[:7])
    assert ("--quota-code L-F98FE922" in outcome.fix) == (verdict is Verdict.INVALID)


def test_a_quota_of_another_region_has_its_default(aws: Aws) -> None:
    """Service Quotas does not have every quota in every region."""
    answer = refused("NoSuchResourceException")
    aws.answers(on("servicequotas", "GetServiceQuota", answer), _tables(3))
    outcome = quota_check(TABLES)(context())
    assert outcome.verdict is Verdict.VALID
    assert outcome.evidence.startswith("3 of 2500, AWS's default")


def test_a_quota_that_may_not_be_read_is_unknown(aws: Aws) -> None:
    """The fix names the missing permission, from AWS's message."""
    message = "User is not authorized to perform: servicequotas:GetServiceQuota because no policy"
    answer = refused("AccessDeniedException", message)
    aws.answers(on("servicequotas", "GetServiceQuota", answer))
    outcome = _run_check(quota_check(TABLES), context())
    assert outcome.verdict is Verdict.UNKNOWN
    assert outcome.fix == "grant servicequotas:GetServiceQuota"


def test_every_page_of_streams_is_counted(aws: Aws) -> None:
    """Firehose has no paginator, and returns ten at a time."""
    pages = [
        json_answer({"DeliveryStreamNames": ["a", "b"], "HasMoreDeliveryStreams": True}),
        json_answer({"DeliveryStreamNames": ["c"], "HasMoreDeliveryStreams": False}),
    ]
    sent = aws.answers(
        _quota(4.0),
        lambda request: (
            pages[b'"ExclusiveStartDeliveryStreamName": "b"' in request.body]
            if "firehose" in request.url
            else None
        ),
    ).sent
    assert quota_check(STREAMS)(context()).evidence == "3 of 4"
    assert len(sent) == 3
