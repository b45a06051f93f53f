"""Which bucket policies are public in the sense of S3 Block Public Access.

[Amazon S3 user guide, access-control-block-public-access, the meaning of "public"]
"""

import re

from wavetank.iam.conditions import PolicyCondition, Quantifier
from wavetank.iam.operators import read_network
from wavetank.iam.patterns import ARN_PARTS
from wavetank.iam.policy import Effect, Policy, Statement
from wavetank.iam.principals import FEDERATED

SOURCE_IP = "aws:sourceip"
USER_ID = "aws:userid"
ACCESS_POINT_ARN = "s3:dataaccesspointarn"
LIMITING_KEYS = frozenset(
    {
        ACCESS_POINT_ARN,
        "aws:principalorgid",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceowner",
        "aws:sourcevpc",
        "aws:sourcevpce",
        USER_ID,
        "s3:dataaccesspointaccount",
        "s3:x-amz-server-side-encryption-aws-kms-key-id",
    }
)
"""Besides the address. `aws:PrincipalType` is not one of them: any account has principals."""
LIMITING_OPERATORS = frozenset(
    {"ArnEquals", "ArnLike", "StringEquals", "StringEqualsIgnoreCase", "StringLike"}
)
PREFIX_BITS_MIN = {4: 8, 6: 32}
"""By IP version: a range of addresses with a shorter prefix counts as public."""
VARYING = re.compile(r"[*?]|\$\{")
SESSION_OF_A_ROLE = re.compile(r"AROA[A-Z0-9]*:.*", re.DOTALL)
ACCOUNT = re.compile(r"[0-9]{12}")
ACCOUNT_PART = 4


def is_public(policy: Policy) -> bool:
    """Whether the bucket policy grants access to others than fixed principals or networks.

    One such statement is enough, and no Deny statement changes that.
    """
    allowing = (s for s in policy.statements if s.effect is Effect.ALLOW)
    return not all(
        _has_fixed_principals(statement) or any(map(_is_limiting, statement.conditions))
        for statement in allowing
    )


def _has_fixed_principals(statement: Statement) -> bool:
    """Whether all are accounts, users, roles or services; federated users are public."""
    named = statement.principals
    if named is None or named.is_negated or named.has_everyone:
        return False
    return all(kind != FEDERATED for kind, _ in named.names)


def _is_limiting(condition: PolicyCondition) -> bool:
    """Whether it holds for fixed values only, and not if the key is absent."""
    if condition.if_exists or condition.quantifier is Quantifier.ALL:
        return False
    key = condition.key.lower()
    if key == SOURCE_IP:
        return condition.operator == "IpAddress" and all(map(_is_narrow, condition.values))
    if key not in LIMITING_KEYS or condition.operator not in LIMITING_OPERATORS:
        return False
    return all(_is_fixed(key, value) for value in condition.values)


def _is_narrow(addresses: str) -> bool:
    network = read_network(addresses)
    return network.prefixlen >= PREFIX_BITS_MIN[network.version]


def _is_fixed(key: str, value: str) -> bool:
    if key == ACCESS_POINT_ARN and _has_fixed_account(value):
        return True
    if key == USER_ID and SESSION_OF_A_ROLE.fullmatch(value):
        return False
    return not VARYING.search(value)


def _has_fixed_account(arn: str) -> bool:
    """Whether only the access point's name can vary: not with a variable in the ARN."""
    parts = arn.split(":", ARN_PARTS - 1)
    has_account = len(parts) == ARN_PARTS and ACCOUNT.fullmatch(parts[ACCOUNT_PART])
    return bool(has_account) and "${" not in arn
