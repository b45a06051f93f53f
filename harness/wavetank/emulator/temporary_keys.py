"""Temporary credentials that moto does not keep: GetSessionToken's and GetFederationToken's.

moto answers both with the same example key for everybody. Here each is a key of its own, which is
the user's who asked for it, or a federated user's.
[STS API reference: GetSessionToken, GetFederationToken; moto: sts/responses.py]
"""

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from localstack import config
from moto.iam.utils import generate_access_key_id_from_account_id, random_alphanumeric

from wavetank.core.clock import Clock

SECRET_CHARACTERS = 40
TOKEN_BYTES = 96


@dataclass(frozen=True, kw_only=True)
class TemporaryKey:
    """A temporary key and who it stands for.

    `user_id` is the unique ID of the IAM user who asked for it, None for the account's root user: a
    user who is made anew with the same name is another one.
    `federated_name` is set for GetFederationToken. Session policies and tags are kept as those of
    a role's sessions are. [access/sessions.py]
    """

    access_key: str
    secret: str
    token: str
    expires: datetime
    account: str
    user_id: str | None
    federated_name: str | None = None


_KEYS: dict[str, TemporaryKey] = {}
"""By access key, for as long as LocalStack runs, as with moto's sessions."""
_RENEWED: set[str] = set()
"""Sessions of AWS services."""


def issue_key(
    clock: Clock,
    *,
    account: str,
    user_id: str | None,
    seconds: int,
    federated_name: str | None = None,
) -> TemporaryKey:
    """Issues a key that is valid for so many seconds."""
    prefix = "ASIA" if config.PARITY_AWS_ACCESS_KEY_ID else "LSIA"
    made = TemporaryKey(
        access_key=generate_access_key_id_from_account_id(account, prefix),
        secret=random_alphanumeric(SECRET_CHARACTERS),
        token=base64.b64encode(secrets.token_bytes(TOKEN_BYTES)).decode(),
        expires=clock.now() + timedelta(seconds=seconds),
        account=account,
        user_id=user_id,
        federated_name=federated_name,
    )
    _KEYS[made.access_key] = made
    return made


def temporary_key(access_key: str) -> TemporaryKey | None:
    """The key, None where it is none of these."""
    return _KEYS.get(access_key)


def mark_renewed(access_key: str) -> None:
    """The session is an AWS service's, which on AWS renews it in time."""
    _RENEWED.add(access_key)


def is_renewed(access_key: str) -> bool:
    """Whether the session does not expire.

    LocalStack hands a function its credentials once, for twelve hours, and lets the execution
    environment live on; AWS renews them.
    [LocalStack 4.14: services/lambda_/invocation/execution_environment.py, get_credentials]
    """
    return access_key in _RENEWED
