"""Temporary credentials that moto does not store: GetSessionToken's and GetFederationToken's.

moto answers both with the same example key for every caller. Here each key is separate, and belongs
to the user who requested it, or to a federated user.
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
    """A temporary access key of GetSessionToken or GetFederationToken, and its owner.

    `user_id` is the unique ID of the IAM user who requested it, None for the account's root user: a
    user who is recreated with the same name is another one. `federated_name` is set for
    GetFederationToken. Session policies and tags are stored like those of a role's sessions.
    [iam_enforcement/sessions.py]
    """

    access_key: str
    secret: str
    token: str
    expires: datetime
    account: str
    user_id: str | None
    federated_name: str | None = None


_KEYS: dict[str, TemporaryKey] = {}
"""By access key, for as long as LocalStack runs, like moto's sessions."""
_RENEWED: set[str] = set()
"""Access keys of AWS services' sessions."""


def issue_key(
    clock: Clock,
    *,
    account: str,
    user_id: str | None,
    seconds: int,
    federated_name: str | None = None,
) -> TemporaryKey:
    """Issue a key that is valid for this number of seconds."""
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
    """The key, None if it is none of these."""
    return _KEYS.get(access_key)


def mark_renewed(access_key: str) -> None:
    """Mark the session as an AWS service's, which AWS renews in time."""
    _RENEWED.add(access_key)


def forget_renewed(access_key: str) -> None:
    """Forget a session that has ended."""
    _RENEWED.discard(access_key)


def is_renewed(access_key: str) -> bool:
    """Whether the session never expires.

    LocalStack gives a function its credentials once, for twelve hours, and keeps the execution
    environment alive; AWS renews them.
    [LocalStack 4.14: services/lambda_/invocation/execution_environment.py, get_credentials]
    """
    return access_key in _RENEWED
