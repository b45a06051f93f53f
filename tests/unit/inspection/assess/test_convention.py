"""Bucket names by the convention."""

import pytest

from wavetank.core.errors import UsageError
from wavetank.core.findings import Verdict
from wavetank.inspection.assess.convention import subjects_of
from wavetank.inspection.assess.roster import Person

BUCKET = "dedoraexplorer-deliverystream-s3"
ARN = "arn:aws:firehose:eu-west-1:123456789012:deliverystream/dedorexp-deliverystream"


def dora(line: int = 2, bucket: str = "", stream_arn: str = "", problem: str = "") -> Person:
    """The assignment's own example, with other values that a roster may have."""
    return Person(
        line=line,
        first_name="Dora",
        surname="Explorer",
        bucket=bucket,
        stream_arn=stream_arn,
        problem=problem,
    )


@pytest.mark.parametrize(
    "person",
    [
        dora(),
        dora(bucket=f"s3://{BUCKET}/"),
        dora(bucket=f"arn:aws:s3:::{BUCKET}"),
        dora(stream_arn=ARN),
        dora(stream_arn=ARN.replace("dedorexp", "DEDOREXP")),
    ],
)
def test_conventional_names_are_valid(person: Person) -> None:
    """Derived, or given in any of the usual forms; the stream is written in two ways."""
    (subject,) = subjects_of([person], "DE")
    assert (subject.bucket, subject.finding.verdict) == (BUCKET, Verdict.VALID)


@pytest.mark.parametrize(
    ("person", "bucket", "part"),
    [
        (dora(bucket="dora-bucket"), "dora-bucket", f"not {BUCKET}"),
        (dora(bucket="Dora Bucket"), "", "bucket name"),
        (dora(stream_arn="dedorexp-deliverystream"), BUCKET, "not the ARN"),
        (dora(stream_arn=ARN.replace("eu-west-1", "us-east-1")), BUCKET, "us-east-1"),
        (dora(stream_arn=ARN.replace("dedorexp", "dora")), BUCKET, "dora-deliverystream"),
        (dora(problem="1 more cells"), "", "1 more cells"),
        (Person(line=2, first_name="", surname="X"), "", "first name"),
        (Person(line=2, first_name="\u041c\u0430", surname="X"), "", "Latin"),
        (Person(line=2, first_name="A" * 30, surname="B" * 30), "", "too long"),
    ],
)
def test_a_deviation_is_a_finding_and_not_an_error(person: Person, bucket: str, part: str) -> None:
    """The bucket is assessed anyway, if its name is valid."""
    (subject,) = subjects_of([person], "DE")
    assert (subject.bucket, subject.finding.verdict) == (bucket, Verdict.INVALID)
    assert part in subject.finding.evidence


def test_two_persons_with_one_bucket_are_both_unknown() -> None:
    """The reviewer must find out whose it is; a third person is not affected."""
    ada = Person(line=4, first_name="Ada", surname="Lovelace")
    one, other, third = subjects_of([dora(2), dora(3), ada], "DE")
    assert [one.finding.verdict, other.finding.verdict] == [Verdict.UNKNOWN] * 2
    assert "line 3" in one.finding.evidence
    assert third.finding.verdict is Verdict.VALID


def test_a_bad_prefix_is_an_error() -> None:
    """It is refused before anything is assessed."""
    with pytest.raises(UsageError, match="--prefix"):
        subjects_of([dora()], "not one")
