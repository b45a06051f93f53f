"""Finds the caller of a request by its access key, and the policies that apply to the caller.

Any key that was not issued belongs to the account's administrator: LocalStack's own convention, by
which twelve digits are an account, and every other key stands for the sandbox's account. A
session's key belongs to its role, a user's to the user; a call without a key is anonymous. A key in
the form of an issued one that was not issued, or was deleted, is refused, whether or not signatures
are verified.
[LocalStack 4.14: aws/accounts.py, aws/handlers/auth.py; moto: iam/models.py, sts/models.py]
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from localstack.aws.accounts import get_account_id_from_access_key_id
from localstack.aws.api import RequestContext, ServiceException
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from wavetank.emulator.credential_scope import scope_of
from wavetank.emulator.iam_enforcement.identity_policies import (
    boundary_of,
    policies_of,
    session_policies,
)
from wavetank.emulator.iam_enforcement.sessions import SessionDetails, session_details, session_tags
from wavetank.emulator.iam_enforcement.stored_tags import identity_tags
from wavetank.emulator.settings import read_emulator_settings
from wavetank.emulator.signatures.claim import Carrier
from wavetank.emulator.signatures.credential import has_issued_form, parse_access_key
from wavetank.emulator.signatures.error_responses import answer
from wavetank.emulator.signatures.refusal import RefusedSignatureError, SignatureProblem
from wavetank.emulator.sts import federated_arn, find_role_of, find_user
from wavetank.emulator.temporary_keys import temporary_key
from wavetank.iam.request import ANONYMOUS, Principal, PrincipalType, service

INJECTED_KEY = "injectedaccesskey"
"""The key that LocalStack adds to an unsigned call, before any other handler sees it."""
PARTITION = "aws"
CALLED_VIA, UNCHECKED, FROM_OUTSIDE = "called_via", "unchecked", "from_outside"
"""Parameters added to LocalStack's internal calls: the service that calls on a caller's behalf,
and that LocalStack makes the call for a request to one of its routes."""
NO_KEY = "wavetank-unsigned"
"""The key of such a call if the request had no signature."""
SESSION = "somebody"
"""The session name of a caller that only exists to find what a role may do."""


@dataclass(frozen=True)
class Caller:
    """The caller of a request, with the policies that limit it.

    `policies` are the texts of identity policies; None for an administrator. `boundary` and
    `session` are the texts of the permissions boundary and of session policies, None if there are
    none. `called_via` is the service that calls on the caller's behalf, and `unchecked` the actions
    that this service calls here and not on AWS. `by_session_token`: with a key of
    GetSessionToken's.
    """

    principal: Principal
    policies: tuple[str, ...] | None
    boundary: tuple[str, ...] | None = None
    session: tuple[str, ...] | None = None
    called_via: tuple[str, ...] = ()
    unchecked: frozenset[str] = frozenset()
    by_session_token: bool = False


UNSIGNED = Caller(ANONYMOUS, ())
"""The caller of requests without a signature."""


def find_caller(context: RequestContext) -> Caller | None:
    """The caller of the request; None if it is LocalStack itself.

    Raises:
        CommonServiceException: the key is malformed, or its user or session was deleted.
    """
    key = scope_of(context.request.headers).access_key
    internal = context.internal_request_params
    if internal is not None and internal.get(FROM_OUTSIDE):
        internal, key = None, "" if key == NO_KEY else key
    if internal is None and key == INJECTED_KEY:
        key = _key_of_form(context)
    if internal is None and not key:  # unsigned, or an Authorization header without a key
        return UNSIGNED
    caller = _owner_of(context, key)
    if caller is not None:
        parameters: Any = internal or {}
        via = parameters.get(CALLED_VIA)
        if not via:
            return caller
        unchecked = frozenset(parameters.get(UNCHECKED, ()))
        return replace(caller, called_via=(str(via),), unchecked=unchecked)
    if internal is None:
        return administrator_of(context.account_id)
    if name := internal.get("service_principal"):
        return Caller(service(f"{name}.amazonaws.com"), ())
    return None


def caller_of_key(account: str, key: str) -> Caller:
    """The caller with the key: the user or session it was issued to, or the administrator.

    Raises:
        RefusedSignatureError: the key has the form of issued keys, and was not issued.
    """
    caller = _issued_to(account, key)
    if caller is None and has_issued_form(key):
        raise RefusedSignatureError(SignatureProblem.UNKNOWN_KEY)
    return caller or administrator_of(account)


def _issued_to(account: str, key: str) -> Caller | None:
    return _of_session(account, key) or _of_user(account, key) or _of_temporary_key(key)


def _owner_of(context: RequestContext, key: str) -> Caller | None:
    """The owner of the key; None if it was not issued.

    Raises:
        CommonServiceException: as for `find_caller`.
    """
    if not has_issued_form(key):
        if context.internal_request_params is None:
            _check_form(context, key)
        return None
    caller = _issued_to(context.account_id, key)
    if caller is None:
        raise _refused(context, RefusedSignatureError(SignatureProblem.UNKNOWN_KEY))
    return caller


def _check_form(context: RequestContext, key: str) -> None:
    try:
        parse_access_key(key)
    except RefusedSignatureError as error:
        raise _refused(context, error) from error


def _refused(context: RequestContext, error: RefusedSignatureError) -> ServiceException:
    return answer(context.service, error, Carrier.HEADER)


def _key_of_form(context: RequestContext) -> str:
    """The access key of an upload by an HTML form; its account becomes the call's.

    If signatures are verified there is none to be read here: a form's key is then in the
    Authorization header, and one that is only in the form was not verified.
    [Amazon S3 API reference, sigv4-authentication-HTTPPOST; for the older signature RESTObjectPOST]
    """
    if context.operation is None or context.operation.name != "PostObject":
        return ""
    if read_emulator_settings().verifies_signatures:
        return ""
    form: Any = {name.lower(): value for name, value in context.request.form.items()}
    key = form.get("x-amz-credential", "").partition("/")[0] or form.get("awsaccesskeyid", "")
    if key:
        context.account_id = get_account_id_from_access_key_id(key)
    return str(key)


def is_administrator(caller: Caller) -> bool:
    """Whether the caller is allowed everything in its own account."""
    return caller.policies is None and caller.session is None


def administrator_of(account: str) -> Caller:
    """The account's administrator."""
    arn = f"arn:aws:iam::{account}:root"
    principal = Principal(type=PrincipalType.ACCOUNT, arn=arn, account=account, user_id=account)
    return Caller(principal, None)


def caller_in_role(account: str, role: Any) -> Caller:
    """A caller in a hypothetical session of the role."""
    session = f"arn:aws:sts::{account}:assumed-role/{role.name}/{SESSION}"
    principal = Principal(
        type=PrincipalType.ASSUMED_ROLE,
        arn=session,
        account=account,
        user_id=f"{role.id}:{SESSION}",
        role_arn=role.arn,
    )
    return _with_tags(
        Caller(principal, policies_of(role), boundary=boundary_of(account, role)),
        identity_tags(role),
    )


def _of_session(account: str, key: str) -> Caller | None:
    session = _session(account, key) if key.startswith(("LSIA", "ASIA")) else None
    if session is None:
        return None
    role = find_role_of(session)
    if role is None:
        return None
    principal = _role_session(account, session)
    details = session_details(key)
    if details.source_identity:
        principal = replace(principal, source_identity=details.source_identity)
    caller = Caller(
        principal,
        policies_of(role),
        boundary=boundary_of(account, role),
        session=session_policies(account, session.policy, details),
    )
    tags = session_tags(account, key)
    return _with_tags(caller, _merged(identity_tags(role), tags)) if tags or role.tags else caller


def _of_user(account: str, key: str) -> Caller | None:
    if not key.startswith(("LKIA", "AKIA")):
        return None
    backend = iam_backends[account][PARTITION]
    user = next((user for user in backend.users.values() if _has_active_key(user, key)), None)
    return None if user is None else _user_caller(account, user)


def _has_active_key(user: Any, key: str) -> bool:
    return any(each.access_key_id == key and each.status == "Active" for each in user.access_keys)


def _of_temporary_key(key: str) -> Caller | None:
    """The caller of a key of GetSessionToken or GetFederationToken."""
    found = temporary_key(key)
    if found is None:
        return None
    owner = administrator_of(found.account)
    if found.user_id is not None:
        user = find_user(found.account, found.user_id)
        if user is None:
            return None
        owner = _user_caller(found.account, user)
    if found.federated_name is None:
        return replace(owner, by_session_token=True)
    tags = session_tags(found.account, key)
    return federated_caller(owner, found.federated_name, session_details(key), tags)


def _user_caller(account: str, user: Any) -> Caller:
    """A user, with the policies of its groups."""
    backend = iam_backends[account][PARTITION]
    groups = [group for group in backend.groups.values() if user in group.users]
    policies = (*policies_of(user), *(text for group in groups for text in policies_of(group)))
    principal = Principal(type=PrincipalType.USER, arn=user.arn, account=account, user_id=user.id)
    caller = Caller(principal, policies, boundary=boundary_of(account, user))
    return _with_tags(caller, identity_tags(user))


def federated_caller(
    caller: Caller, name: str, details: SessionDetails, tags: Mapping[str, str]
) -> Caller:
    """A federated user: allowed what both the session policies and the creating user allow.

    Without session policies it has only what resource-based policies grant it by name.
    [IAM user guide, id_credentials_temp_control-access_getfederationtoken]
    """
    account = caller.principal.account
    principal = Principal(
        type=PrincipalType.FEDERATED_USER,
        arn=federated_arn(account, name),
        account=account,
        user_id=f"{account}:{name}",
        user_arn=caller.principal.arn if caller.policies is not None else None,
        tags=tuple(sorted(tags.items())),
        source_identity=details.source_identity,
    )
    session = session_policies(account, details.policy, details)
    return replace(caller, principal=principal, session=session if session is not None else ())


def _with_tags(caller: Caller, tags: Mapping[str, str]) -> Caller:
    """The caller with the tags of its user, role or session."""
    if not tags:
        return caller
    principal = replace(caller.principal, tags=tuple(sorted(tags.items())))
    return replace(caller, principal=principal)


def _merged(tags: Mapping[str, str], over: Mapping[str, str]) -> dict[str, str]:
    """Merge a session's tags over the role's; their keys are case-insensitive.

    [IAM user guide, id_session-tags]
    """
    replaced = {key.lower() for key in over}
    return {key: value for key, value in tags.items() if key.lower() not in replaced} | dict(over)


@lru_cache(maxsize=4096)
def _session(account: str, key: str) -> Any:
    """A session, cached because it never changes; an unknown session stays unknown."""
    return sts_backends[account][PARTITION].get_assumed_role_from_access_key(key)


@lru_cache(maxsize=4096)
def _role_session(account: str, session: Any) -> Principal:
    return Principal(
        type=PrincipalType.ASSUMED_ROLE,
        arn=session.arn,
        account=account,
        user_id=session.user_id,
        role_arn=session.role_arn,
    )
