"""Policies and principals for the tests of access."""

import json
from typing import Any

from wavetank.iam.policy import Policy, PolicyKind, parse_policy
from wavetank.iam.request import Principal, PrincipalType

OWNER, STRANGER = "0" * 12, "1" * 12
BUCKET = "arn:aws:s3:::dedoraexplorer-deliverystream-s3"
OBJECT = f"{BUCKET}/2026/11/24/10/some"


def root(account: str = OWNER) -> Principal:
    """The account itself."""
    arn = f"arn:aws:iam::{account}:root"
    return Principal(type=PrincipalType.ACCOUNT, arn=arn, account=account, user_id=account)


def user(account: str = OWNER, name: str = "ada") -> Principal:
    """A user of the account."""
    arn = f"arn:aws:iam::{account}:user/{name}"
    return Principal(type=PrincipalType.USER, arn=arn, account=account, user_id="AIDAEXAMPLE")


def session(account: str = OWNER, role: str = "streaming", name: str = "run") -> Principal:
    """A session of a role of the account."""
    return Principal(
        type=PrincipalType.ASSUMED_ROLE,
        arn=f"arn:aws:sts::{account}:assumed-role/{role}/{name}",
        account=account,
        user_id=f"AROA{'X' * 17}:{name}",
        role_arn=f"arn:aws:iam::{account}:role/{role}",
    )


def document(*statements: dict[str, Any], version: str = "2012-10-17") -> str:
    """The text of a policy."""
    return json.dumps({"Version": version, "Statement": list(statements)})


def allow(**elements: Any) -> dict[str, Any]:
    """A statement that allows reading everything, but for the elements given."""
    return {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"} | elements


def deny(**elements: Any) -> dict[str, Any]:
    """A statement that denies all of S3, but for the elements given."""
    return {"Effect": "Deny", "Action": "s3:*", "Resource": "*"} | elements


def identity(*statements: dict[str, Any]) -> Policy:
    """A role's or user's policy."""
    return parse_policy(document(*statements), PolicyKind.IDENTITY)


def bucket(*statements: dict[str, Any]) -> Policy:
    """A bucket's policy, for everyone where a statement does not say for whom."""
    for statement in statements:
        if "NotPrincipal" not in statement:
            statement.setdefault("Principal", "*")
    return parse_policy(document(*statements), PolicyKind.RESOURCE)
