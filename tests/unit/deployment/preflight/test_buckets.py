"""A bucket's name is free, ours or another account's; that it answers does not show which."""

import pytest

from tests.unit.deployment.preflight.answers import NAMES, Aws, at, buckets, context, xml
from wavetank.aws.clients import ClientError
from wavetank.core.findings import Verdict
from wavetank.deployment.preflight.buckets import delivery_bucket
from wavetank.deployment.preflight.outcome import CheckOutcome

DENIED = xml("<Error><Code>AccessDenied</Code><Message>no</Message></Error>", 403)
HOST = r"s3\."
PATH = f"/(?:{NAMES.bucket})?"
"""The SDK has the bucket in the host's name."""


def _judge(aws: Aws, status: int, *own: str, region: str = "eu-west-1") -> CheckOutcome:
    answer = xml("", status, x_amz_bucket_region=region)
    aws.answers(at(HOST, "HEAD", PATH, answer), buckets(*own))
    return delivery_bucket(context())


def test_a_name_without_a_bucket_is_free(aws: Aws) -> None:
    """S3 answers 404."""
    outcome = _judge(aws, 404)
    assert (outcome.verdict, outcome.evidence) == (Verdict.VALID, f"{NAMES.bucket} is free")


def test_the_accounts_own_bucket_is_valid(aws: Aws) -> None:
    """In the account's own list, and in the right region."""
    assert _judge(aws, 200, NAMES.bucket).evidence == f"{NAMES.bucket} is already this account's"


def test_a_longer_name_does_not_match(aws: Aws) -> None:
    """The list is asked for what begins with the name."""
    assert _judge(aws, 404, f"{NAMES.bucket}-2").evidence == f"{NAMES.bucket} is free"


def test_a_bucket_that_denies_access_is_another_accounts(aws: Aws) -> None:
    """S3 reveals its region even then."""
    outcome = _judge(aws, 403, region="us-west-2")
    assert outcome.verdict is Verdict.INVALID
    assert outcome.evidence == f"{NAMES.bucket} belongs to another account, in us-west-2"


def test_a_bucket_that_answers_may_be_another_accounts(aws: Aws) -> None:
    """Another learner's is open to every account, as the assignment asks: 200 is not ours."""
    outcome = _judge(aws, 200)
    assert (outcome.verdict, "choose another --prefix" in outcome.fix) == (Verdict.INVALID, True)


def test_the_accounts_bucket_in_another_region_is_a_blocker(aws: Aws) -> None:
    """Firehose and the templates are in eu-west-1."""
    outcome = _judge(aws, 200, NAMES.bucket, region="eu-central-1")
    assert outcome.evidence == f"{NAMES.bucket} is this account's, but in eu-central-1"
    assert outcome.verdict is Verdict.INVALID


def test_another_error_of_s3_leaves_the_verdict_unknown(aws: Aws) -> None:
    """An invalid request does not show that the name is another account's."""
    with pytest.raises(ClientError, match="400"):
        _judge(aws, 400)


def test_without_the_list_the_expected_owner_decides(aws: Aws) -> None:
    """Ours answers with our account as the owner; any other that exists is unknown."""
    found = {}
    for status in (200, 403, 404):
        sent = aws.answers(
            at(HOST, "HEAD", PATH, xml("", status)), at(r"^s3\.", "GET", "/", DENIED)
        ).sent
        found[status] = delivery_bucket(context())
        assert sent[-1].headers["x-amz-expected-bucket-owner"] == context().target.account
    verdicts = [outcome.verdict for outcome in found.values()]
    assert verdicts == [Verdict.VALID, Verdict.UNKNOWN, Verdict.VALID]
    assert "s3:ListAllMyBuckets is missing" in found[403].evidence
