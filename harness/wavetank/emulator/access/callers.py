"""Who makes a call, by the access key it is signed with, and which policies are theirs.

The account's administrator has any key that nobody was given: LocalStack's own convention, by which
twelve digits are an account and everything else is the sandbox's. A session's key belongs to its
role, a user's to the user, and no key to nobody.
[LocalStack 4.14: aws/accounts.py, aws/handlers/auth.py; moto: iam/models.py, sts/models.py]
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from localstack.aws.api import RequestContext
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from wavetank.emulator.access.request import ANONYMOUS, Principal, PrincipalType, service
from wavetank.emulator.scope import scope_of
from wavetank.emulator.sts import federated_arn, find_user
from wavetank.emulator.temporary_keys import temporary_key

INJECTED_KEY = "injectedaccesskey"
"""What LocalStack signs an unsigned call with, before anybody else sees it."""
PARTITION = "aws"
ROLES: dict[str, Any] = {}
"""The role that each ARN was last seen to be."""
SESSION = "somebody"
"""The name of a session that only somebody who asks what a role may do has."""


@dataclass(frozen=True)
class Caller:
    """Who calls. `policies` are the texts of identity policies; None for an administrator.

    `limits` names what limits this caller and is not evaluated here, so that nothing is allowed.
    """

    principal: Principal
    policies: tuple[str, ...] | None
    limits: str | None = None


def find_caller(context: RequestContext) -> Caller | None:
    """Who makes the call; None where it is LocalStack itself."""
    key = scope_of(context.request.headers).access_key
    internal = context.internal_request_params
    if key in {INJECTED_KEY, ""} and internal is None:  # unsigned, or an Authorization of no key
        return Caller(ANONYMOUS, ())
    caller = (
        _of_session(context.account_id, key)
        or _of_user(context.account_id, key)
        or _of_temporary_key(key)
    )
    if caller is not None:
        return caller
    if internal is None:
        return administrator_of(context.account_id)
    if name := internal.get("service_principal"):
        return Caller(service(f"{name}.amazonaws.com"), ())
    return None


def is_administrator(caller: Caller) -> bool:
    """Whether all is allowed to them in their own account."""
    return caller.policies is None


def administrator_of(account: str) -> Caller:
    """The account's administrator."""
    arn = f"arn:aws:iam::{account}:root"
    principal = Principal(type=PrincipalType.ACCOUNT, arn=arn, account=account, user_id=account)
    return Caller(principal, None)


def caller_in_role(account: str, role: Any) -> Caller:
    """Whoever would take the role, by a session of no service's."""
    session = f"arn:aws:sts::{account}:assumed-role/{role.name}/{SESSION}"
    principal = Principal(
        type=PrincipalType.ASSUMED_ROLE,
        arn=session,
        account=account,
        user_id=f"{role.id}:{SESSION}",
        role_arn=role.arn,
    )
    return Caller(principal, policies_of(role), _limits_of(role))


def _limits_of(role: Any) -> str | None:
    return "permissions boundaries" if role.permissions_boundary_arn else None


def _of_session(account: str, key: str) -> Caller | None:
    session = _session(account, key) if key.startswith(("LSIA", "ASIA")) else None
    if session is None:
        return None
    role = _find_role(account, session.role_arn)
    principal = _role_session(account, session)
    if role is None:
        return Caller(principal, ())
    limits = "session policies" if session.policy else _limits_of(role)
    return Caller(principal, policies_of(role), limits)


def _of_user(account: str, key: str) -> Caller | None:
    if not key.startswith(("LKIA", "AKIA")):
        return None
    backend = iam_backends[account][PARTITION]
    user = next((user for user in backend.users.values() if user.has_access_key(key)), None)
    return None if user is None else _user_caller(account, user)


def _of_temporary_key(key: str) -> Caller | None:
    """The caller of a key of GetSessionToken or GetFederationToken.

    The first is its user. The second has what its user and its policy both allow, and without a
    policy nothing of its own.
    [IAM user guide, id_credentials_temp_control-access_getfederationtoken]
    """
    found = temporary_key(key)
    if found is None:
        return None
    user = find_user(found.account, found.user) if found.user else None
    if found.federated_name is None:
        if found.user is None:
            return administrator_of(found.account)
        return _user_caller(found.account, user) if user else Caller(ANONYMOUS, ())
    principal = Principal(
        type=PrincipalType.FEDERATED_USER,
        arn=federated_arn(found.account, found.federated_name),
        account=found.account,
        user_id=f"{found.account}:{found.federated_name}",
    )
    policies = (found.policy,) if found.policy else ()
    is_limited = found.has_managed_policies or (policies and found.user)
    return Caller(principal, policies, "session policies" if is_limited else None)


def _user_caller(account: str, user: Any) -> Caller:
    backend = iam_backends[account][PARTITION]
    groups = [group for group in backend.groups.values() if user in group.users]
    policies = (*policies_of(user), *(text for group in groups for text in policies_of(group)))
    principal = Principal(type=PrincipalType.USER, arn=user.arn, account=account, user_id=user.id)
    return Caller(principal, policies)


def policies_of(owner: Any) -> tuple[str, ...]:
    """The inline ones of a role, user or group, and the default versions of those attached."""
    attached = [
        version.document
        for policy in owner.managed_policies.values()
        for version in policy.versions
        if version.version_id == policy.default_version_id
    ]
    return (*owner.policies.values(), *attached)


@lru_cache(maxsize=4096)
def _session(account: str, key: str) -> Any:
    """A session never changes; one that is not found is no session and stays none."""
    return sts_backends[account][PARTITION].get_assumed_role_from_access_key(key)


def _find_role(account: str, arn: str) -> Any:
    """Found again at once while it is the same; a role that is made anew has another id."""
    roles = iam_backends[account][PARTITION].roles
    known = ROLES.get(arn)
    if known is None or roles.get(known.id) is not known:
        known = next((role for role in roles.values() if role.arn == arn), None)
        ROLES[arn] = known
    return known


@lru_cache(maxsize=4096)
def _role_session(account: str, session: Any) -> Principal:
    return Principal(
        type=PrincipalType.ASSUMED_ROLE,
        arn=session.arn,
        account=account,
        user_id=session.user_id,
        role_arn=session.role_arn,
    )
