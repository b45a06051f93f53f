"""Every access key that this sandbox has issued: to IAM users, and for sessions of STS.

Keys live as long as LocalStack does; a snapshot contains a pipeline's data, but no identities.
[moto: iam/models.py, sts/models.py; LocalStack 4.14: aws/accounts.py]
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from localstack import config, constants
from localstack.aws.accounts import get_account_id_from_access_key_id
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from wavetank.emulator.temporary_keys import is_renewed, temporary_key

PARTITION = "aws"
SANDBOX_SECRET = "test"  # noqa: S105 - LocalStack's public convention
SESSIONS_CACHED = 4096


@dataclass(frozen=True)
class IssuedKey:
    """An access key that the sandbox issued, with its secret.

    `token` is a session's; `expires` is None if the key never does.
    """

    secret: str
    token: str | None
    expires: datetime | None
    is_active: bool


def find_key(access_key: str) -> IssuedKey | None:
    """The key, None if this sandbox has not issued it, or it was deleted."""
    account = get_account_id_from_access_key_id(access_key)
    return (
        _of_user(account, access_key)
        or _of_session_token(access_key)
        or _of_assumed_role(account, access_key)
    )


def sandbox_secrets(access_key: str) -> list[str]:
    """The secrets that a link of a key that was never issued may be signed with.

    Its real secret is unknown, and an unverified link would work for any method. `test` is
    LocalStack's convention; many users also use the key as its secret. LocalStack signs the links
    to functions' code with a key and secret of its own.
    """
    if access_key in {config.INTERNAL_RESOURCE_ACCOUNT, constants.INTERNAL_AWS_ACCESS_KEY_ID}:
        return [constants.INTERNAL_AWS_SECRET_ACCESS_KEY, SANDBOX_SECRET]
    return [SANDBOX_SECRET, access_key]


def _of_user(account: str, access_key: str) -> IssuedKey | None:
    if account not in iam_backends:
        return None  # reading it would create the account's IAM backend
    backend = iam_backends[account][PARTITION]
    found = backend.access_keys.get(access_key)
    if found is None or found.user_name is None:
        return None
    user = next((user for user in backend.users.values() if user.name == found.user_name), None)
    if user is None or not user.has_access_key(access_key):
        return None
    return IssuedKey(found.secret_access_key, None, None, found.status == "Active")


def _of_session_token(access_key: str) -> IssuedKey | None:
    found = temporary_key(access_key)
    if found is None:
        return None
    return IssuedKey(found.secret, found.token, found.expires, is_active=True)


def _of_assumed_role(account: str, access_key: str) -> IssuedKey | None:
    if account not in sts_backends:
        return None
    try:
        session = _session(account, access_key)
    except LookupError:
        return None
    expires = None if is_renewed(access_key) else session.expiration.replace(tzinfo=UTC)
    return IssuedKey(session.secret_access_key, session.session_token, expires, is_active=True)


@lru_cache(SESSIONS_CACHED)
def _session(account: str, access_key: str) -> Any:
    """A session, cached because it never changes.

    Raises:
        LookupError: it does not exist, which may change later.
    """
    found = sts_backends[account][PARTITION].get_assumed_role_from_access_key(access_key)
    if found is None:
        raise LookupError(access_key)
    return found
