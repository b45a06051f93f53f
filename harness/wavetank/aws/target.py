"""The target of a command: the sandbox, or an AWS account; the two are never mixed.

A sandbox is reached with its own credentials at its own endpoint, AWS with the user's at AWS's own
endpoints. Any mixture is refused before the first call that changes anything.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from wavetank.aws.clients import (
    AwsClients,
    BotoCoreError,
    ClientError,
    access_key,
    aws_clients,
    configured_endpoints,
    error_code,
    sandbox_clients,
)
from wavetank.core.errors import InfrastructureError, UsageError
from wavetank.core.settings import REGION, SANDBOX_ACCOUNT, endpoint_overrides

SANDBOX_KEY = re.compile(r"test|mock|localstack|dummy|[0-9]{12}|L(KIA|SIA).*", re.IGNORECASE)
"""Access keys of LocalStack and its users; AWS's own begin with AKIA or ASIA."""
SANDBOX_PACE_SECONDS = 0.2
AWS_PACE_SECONDS = 3.0
"""Seconds between two polls of a stack; CloudFormation throttles callers that poll more often."""
AWS_HOSTS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")
EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
UNKNOWN_KEYS = frozenset({"InvalidClientTokenId", "SignatureDoesNotMatch", "AuthFailure"})


class TargetKind(StrEnum):
    """The values of `--target`."""

    LOCAL = "local"
    AWS = "aws"


@dataclass(frozen=True, kw_only=True)
class Target:
    """The sandbox or AWS account that a command acts on, with its clients.

    `endpoint` is the sandbox's, None on AWS; `profile` the user's choice among their credentials,
    None for the SDK's default; `pace_seconds` the wait between two polls of slow operations.
    """

    kind: TargetKind
    aws: AwsClients
    account: str
    endpoint: str | None
    profile: str | None
    pace_seconds: float

    @property
    def description(self) -> str:
        """The target in words, for questions and reports."""
        if self.kind is TargetKind.LOCAL:
            return f"the sandbox at {self.endpoint}"
        return f"AWS account {self.account} in {REGION}"


def local_target(endpoint: str) -> Target:
    """The sandbox at the endpoint, with the sandbox's own credentials.

    Raises:
        UsageError: the endpoint is AWS's.
    """
    host = urlsplit(endpoint).hostname or ""
    if host.endswith(AWS_HOSTS):
        raise UsageError("the endpoint of a sandbox", f"AWS's own {host}", "use --target aws")
    return Target(
        kind=TargetKind.LOCAL,
        aws=sandbox_clients(endpoint),
        account=SANDBOX_ACCOUNT,
        endpoint=endpoint,
        profile=None,
        pace_seconds=SANDBOX_PACE_SECONDS,
    )


def aws_target(profile: str | None, expected_account: str | None = None) -> Target:
    """The user's AWS account, after checking that it is one.

    `expected_account` is the account that the user expects.

    Raises:
        UsageError: an endpoint override or sandbox credentials are set, there are no credentials,
            the profile does not exist, or it is another account than expected.
        InfrastructureError: AWS refuses the credentials, or cannot be reached.
    """
    _refuse_overrides(endpoint_overrides())
    aws = aws_clients(profile)
    _refuse_overrides(configured_endpoints(aws))
    _refuse_sandbox_keys(aws)
    account = _account_of(aws)
    if account == SANDBOX_ACCOUNT:
        raise UsageError("an account of AWS", f"a sandbox's, {account}", "use --target local")
    if expected_account is not None and account != expected_account:
        raise UsageError(
            f"account {expected_account}, as --account says",
            f"credentials of account {account}",
            "choose another --profile, or correct --account",
        )
    return Target(
        kind=TargetKind.AWS,
        aws=aws,
        account=account,
        endpoint=None,
        profile=profile,
        pace_seconds=AWS_PACE_SECONDS,
    )


def _refuse_overrides(found: list[str]) -> None:
    if found:
        raise UsageError(
            "AWS's own endpoints for --target aws",
            f"another set by {', '.join(found)}",
            "unset it: it might name a sandbox, or another user's endpoint",
        )


def _refuse_sandbox_keys(aws: AwsClients) -> None:
    """Check only the key; an error without credentials says how to get some."""
    try:
        key = access_key(aws)
    except BotoCoreError as error:
        action = "sign in again, for example: aws sso login"
        raise InfrastructureError("credentials of an AWS account", str(error), action) from error
    if key is None:
        raise UsageError(
            "credentials of an AWS account",
            "none",
            "configure a profile (aws configure sso) and name it with --profile",
        )
    if SANDBOX_KEY.fullmatch(key):
        raise UsageError(
            "credentials of an AWS account",
            "those of a sandbox",
            "unset AWS_ACCESS_KEY_ID, or name a profile of the account with --profile",
        )


def _account_of(aws: AwsClients) -> str:
    try:
        return aws.sts.get_caller_identity()["Account"]
    except ClientError as error:
        found = error_code(error)
        if found in EXPIRED:
            action = "sign in again, for example: aws sso login"
        elif found in UNKNOWN_KEYS:
            action = "AWS does not know these keys: choose another --profile, or make new keys"
        else:
            action = "check the profile's permissions and the host's clock"
        raise InfrastructureError("AWS to accept the credentials", str(error), action) from error
    except BotoCoreError as error:
        action = "check the network, then run the same command again"
        raise InfrastructureError("a response from AWS", str(error), action) from error
