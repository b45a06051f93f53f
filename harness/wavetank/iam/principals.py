"""A statement's `Principal`: whom it names, and whether that includes the caller.

[IAM user guide, reference_policies_elements_principal, reference_policies_elements_notprincipal]
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from wavetank.iam.policy_document import (
    Json,
    MalformedPolicyError,
    as_object,
    as_strings,
    refuse_unknown,
)
from wavetank.iam.request import Principal, PrincipalType

EVERYONE = "*"
AWS, SERVICE, FEDERATED, CANONICAL_USER = "AWS", "Service", "Federated", "CanonicalUser"
ACCOUNT = r"[0-9]{12}"
NAME_FORMATS = {
    AWS: re.compile(
        rf"\*|{ACCOUNT}|A[A-Z0-9]{{15,127}}|"
        rf"arn:aws[a-z-]*:iam::{ACCOUNT}:(root|(user|role)/[\w+=,.@/-]+)|"
        rf"arn:aws[a-z-]*:sts::{ACCOUNT}:(assumed-role|federated-user)/[\w+=,.@/-]+",
        re.ASCII,
    ),
    SERVICE: re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+"),
    FEDERATED: re.compile(r"[^*?]+"),
    CANONICAL_USER: re.compile(r"[0-9a-f]{64}"),
}
"""The name formats of each kind.

An asterisk is everyone, and never a part of a name. AWS replaces a deleted user or role by its
unique ID.
"""
REGIONAL_LOGS, LOGS = re.compile(r"logs\.[a-z0-9-]+\.amazonaws\.com"), "logs.amazonaws.com"
"""CloudWatch Logs by its region: either name is accepted, and AWS's guide has used both.

[CloudWatch Logs user guide, SubscriptionFilters]
"""


class Naming(IntEnum):
    """How precisely a statement names the caller, from the least to the most precise.

    It decides what else must allow a request in the resource's own account: ACCOUNT needs the
    principal's identity-based policies; ROLE needs its permissions boundary and session policies
    only; SESSION needs nothing else.
    [IAM user guide, reference_policies_evaluation-logic_policy-eval-basics-single-account]
    """

    NONE = 0
    ACCOUNT = 1
    ROLE = 2
    SESSION = 3


@dataclass(frozen=True)
class Principals:
    """The principals that a statement names; if negated, all others."""

    names: frozenset[tuple[str, str]]
    """Kind and name of each."""
    is_negated: bool = False

    @property
    def has_everyone(self) -> bool:
        return (AWS, EVERYONE) in self.names

    def naming(self, principal: Principal) -> Naming:
        """The most precise way in which the names include the principal."""
        identities = list(_identity_names(principal))
        if identities and not self.names.isdisjoint(identities[-1]):
            return Naming.SESSION
        if self.has_everyone or any(not self.names.isdisjoint(names) for names in identities):
            return broad_naming(principal)
        if not self.names.isdisjoint(_account_names(principal)):
            return Naming.ACCOUNT
        return Naming.NONE

    def exempts(self, principal: Principal) -> bool:
        """Whether a negated Deny statement exempts the principal.

        AWS requires that the account, the user or the role, and the role's session are all named:
        otherwise the principal is denied.
        """
        identities = list(_identity_names(principal))
        if principal.has_account:
            identities.append(_account_names(principal))
        if self.has_everyone or not identities:
            return self.has_everyone
        return all(not self.names.isdisjoint(names) for names in identities)


def broad_naming(principal: Principal) -> Naming:
    """How precisely a statement for everyone names the principal.

    A session is then named as its role or user is; a user or a service has no session to be named.
    """
    return Naming.ROLE if principal.source_arn else Naming.SESSION


type Names = set[tuple[str, str]]
"""The kinds and names by which one identity may be listed."""


def _identity_names(principal: Principal) -> Iterator[Names]:
    """The names of the user or role, then those of its session; none for an anonymous caller."""
    if principal.type is PrincipalType.SERVICE:
        yield {(SERVICE, principal.arn)}
    elif principal.role_arn:
        yield {(AWS, principal.role_arn), (AWS, principal.user_id.partition(":")[0])}
        yield {(AWS, principal.arn)}
    elif principal.user_arn:
        yield {(AWS, principal.user_arn)}
        yield {(AWS, principal.arn)}
    elif principal.has_account:
        yield {(AWS, principal.arn), (AWS, principal.user_id)}


def _account_names(principal: Principal) -> Names:
    if not principal.has_account:
        return set()
    partition = principal.arn.partition(":")[2].partition(":")[0]
    root = f"arn:{partition}:iam::{principal.account}:root"
    return {(AWS, principal.account), (AWS, root)}


def read_principals(element: Json, *, is_negated: bool) -> Principals:
    """Parse a `Principal` element.

    Raises:
        MalformedPolicyError: it names no principal, or one in an invalid format.
    """
    if element == EVERYONE:
        return Principals(frozenset({(AWS, EVERYONE)}), is_negated)
    kinds = as_object(element, "Principal")
    refuse_unknown(kinds, frozenset(NAME_FORMATS), "Principal")
    names = frozenset(
        (kind, _checked(kind, name))
        for kind, listed in kinds.items()
        for name in as_strings(listed, f"Principal {kind}")
    )
    if not names:
        raise MalformedPolicyError("Syntax errors in policy. Principal names no one.")
    return Principals(names, is_negated)


def _checked(kind: str, name: str) -> str:
    if not NAME_FORMATS[kind].fullmatch(name):
        raise MalformedPolicyError(f'Invalid principal in policy: "{kind}":"{name}".')
    return REGIONAL_LOGS.sub(LOGS, name) if kind == SERVICE else name
