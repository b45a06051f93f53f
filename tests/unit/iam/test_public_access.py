"""What S3 calls public.

[Amazon S3 user guide, access-control-block-public-access, the meaning of "public"]
"""

from typing import Any

import pytest

from tests.unit.iam.policies import BUCKET, OWNER, allow, bucket, deny
from wavetank.iam.public_access import is_public

VPC = {"aws:SourceVpc": "vpc-91237329"}
ACCESS_POINTS = f"arn:aws:s3:eu-west-1:{OWNER}:accesspoint/"


def test_one_public_statement_makes_the_policy_public() -> None:
    """Whatever the other statements allow or deny."""
    fixed = allow(Principal={"AWS": OWNER})
    assert not is_public(bucket(fixed))
    assert not is_public(bucket(deny()))
    assert is_public(bucket(fixed, allow()))
    assert is_public(bucket(allow(), deny()))


@pytest.mark.parametrize(
    ("principal", "public"),
    [
        ("*", True),
        ({"AWS": "*"}, True),
        ({"AWS": [OWNER, "*"]}, True),
        ({"AWS": f"arn:aws:iam::{OWNER}:role/reader"}, False),
        ({"Service": "cloudtrail.amazonaws.com"}, False),
        ({"CanonicalUser": "0a" * 32}, False),
        ({"Federated": "graph.facebook.com"}, True),
    ],
)
def test_fixed_principals_are_not_public(principal: object, public: object) -> None:
    """Everyone is public, and so are an identity provider's users."""
    assert is_public(bucket(allow(Principal=principal))) is public


def test_all_others_are_public() -> None:
    """NotPrincipal allows everyone else."""
    assert is_public(bucket(allow(NotPrincipal={"AWS": OWNER})))


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": VPC},
        {"StringLike": VPC},
        {"ForAnyValue:StringEquals": VPC},
        {"StringEqualsIgnoreCase": VPC},
        {"StringEquals": VPC, "Bool": {"aws:SecureTransport": "true"}},
        {"StringEquals": {"AWS:sourceVPCE": "vpce-1a2b3c4d"}},
        {"StringEquals": {"aws:SourceAccount": [OWNER, "1" * 12]}},
        {"StringEquals": {"aws:SourceOwner": OWNER}},
        {"StringEquals": {"aws:PrincipalOrgID": "o-example"}},
        {"StringEquals": {"aws:userid": "AIDAEXAMPLE"}},
        {"StringEquals": {"s3:x-amz-server-side-encryption-aws-kms-key-id": "some"}},
        {"StringEquals": {"s3:DataAccessPointAccount": OWNER}},
        {"ArnLike": {"s3:DataAccessPointArn": f"{ACCESS_POINTS}*"}},
        {"ArnEquals": {"aws:SourceArn": BUCKET}},
        {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "2001:db8::/32", "192.0.2.1"]}},
    ],
)
def test_a_fixed_network_or_source_limits(condition: dict[str, Any]) -> None:
    """One such condition is enough."""
    assert not is_public(bucket(allow(Condition=condition)))


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"StringLike": {"aws:SourceVpc": "vpc-*"}},
        {"StringEquals": {"aws:SourceVpc": ["vpc-91237329", "${aws:SourceVpc}"]}},
        {"StringEqualsIfExists": VPC},
        {"StringNotEquals": VPC},
        {"ForAllValues:StringEquals": VPC},
        {"Null": {"aws:SourceVpc": "false"}},
        {"StringEquals": {"aws:PrincipalType": ["Account", "User"]}},
        {"StringEquals": {"s3:prefix": "public/"}},
        {"StringLike": {"aws:userid": "AROAEXAMPLE:*"}},
        {"StringEquals": {"aws:userid": "AROAEXAMPLE:ada"}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}},
        {"ArnLike": {"s3:DataAccessPointArn": "arn:aws:s3:eu-west-1:*:accesspoint/*"}},
        {"ArnLike": {"s3:DataAccessPointArn": f"{ACCESS_POINTS}${{aws:userid}}*"}},
        {"IpAddress": {"aws:SourceIp": "0.0.0.0/1"}},
        {"IpAddress": {"aws:SourceIp": ["192.0.2.1", "8.0.0.0/7"]}},
        {"IpAddress": {"aws:SourceIp": "2000::/31"}},
        {"NotIpAddress": {"aws:SourceIp": "192.0.2.1"}},
        {"IpAddressIfExists": {"aws:SourceIp": "192.0.2.1"}},
        {"StringEquals": {"aws:SourceIp": "192.0.2.1"}},
    ],
)
def test_anything_else_does_not_limit(condition: dict[str, Any]) -> None:
    """No wildcard or variable, no negated or optional operator, and no kind of principal."""
    assert is_public(bucket(allow(Condition=condition)))
