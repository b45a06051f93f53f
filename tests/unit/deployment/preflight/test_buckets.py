"""A bucket's name is free, ours, or somebody else's; who answers says nothing about that."""

import pytest

from tests.unit.deployment.preflight.answers import NAMES, Aws, at, buckets, intention, xml
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
    return delivery_bucket(intention())


def test_a_name_that_nobody_has_is_free(aws: Aws) -> None:
    """S3 answers 404."""
    outcome = _judge(aws, 404)
    assert (outcome.verdict, outcome.evidence) == (Verdict.VALID, f"{NAMES.bucket} is free")


def test_a_bucket_of_ours_is_no_obstacle(aws: Aws) -> None:
    """In the account's own list, and in the right region."""
    assert _judge(aws, 200, NAMES.bucket).evidence == f"{NAMES.bucket} is ours already"


def test_a_longer_name_is_not_ours(aws: Aws) -> None:
    """The list is asked for what begins with the name."""
    assert _judge(aws, 404, f"{NAMES.bucket}-2").evidence == f"{NAMES.bucket} is free"


def test_a_bucket_that_may_not_be_looked_at_is_somebody_elses(aws: Aws) -> None:
    """S3 says where it is even then."""
    outcome = _judge(aws, 403, region="us-west-2")
    assert outcome.verdict is Verdict.INVALID
    assert outcome.evidence == f"{NAMES.bucket} is somebody else's, in us-west-2"


def test_a_bucket_that_answers_may_be_somebody_elses(aws: Aws) -> None:
    """Another learner's is open to every account, as the brief asks: 200 is not ours."""
    outcome = _judge(aws, 200)
    assert (outcome.verdict, "choose another --prefix" in outcome.fix) == (Verdict.INVALID, True)


def test_a_bucket_of_ours_elsewhere_is_an_obstacle(aws: Aws) -> None:
    """Firehose and the templates are in eu-west-1."""
    outcome = _judge(aws, 200, NAMES.bucket, region="eu-central-1")
    assert outcome.evidence == f"{NAMES.bucket} is ours, but in eu-central-1"
    assert outcome.verdict is Verdict.INVALID


def test_trouble_of_s3_says_nothing_of_the_name(aws: Aws) -> None:
    """A request that S3 cannot take does not make a name somebody else's."""
    with pytest.raises(ClientError, match="400"):
        _judge(aws, 400)


def test_without_the_list_the_owner_is_asked_for(aws: Aws) -> None:
    """Ours answers to our account's number; whatever else exists is unknown, and free is free."""
    found = {}
    for status in (200, 403, 404):
        sent = aws.answers(
            at(HOST, "HEAD", PATH, xml("", status)), at(r"^s3\.", "GET", "/", DENIED)
        ).sent
        found[status] = delivery_bucket(intention())
        assert sent[-1].headers["x-amz-expected-bucket-owner"] == intention().target.account
    verdicts = [outcome.verdict for outcome in found.values()]
    assert verdicts == [Verdict.VALID, Verdict.UNKNOWN, Verdict.VALID]
    assert "s3:ListAllMyBuckets is missing" in found[403].evidence
