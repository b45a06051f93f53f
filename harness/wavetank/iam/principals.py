"""A statement's `Principal`: whom it names, and whether that is who asks.

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
    refuse_others,
)
from wavetank.iam.request import Principal, PrincipalType

EVERYONE = "*"
AWS, SERVICE, FEDERATED, CANONICAL_USER = "AWS", "Service", "Federated", "CanonicalUser"
ACCOUNT = r"[0-9]{12}"
FORMS = {
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
"""How each kind is named. An asterisk is everyone, and never a part of a name; a unique ID is what
AWS puts in the place of a user or role that was deleted."""


class Naming(IntEnum):
    """How precisely a statement names a principal, from the least precise to the most.

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
    """Whom a statement names or, where it is negated, all others."""

    names: frozenset[tuple[str, str]]
    """Kind and name of each."""
    is_negated: bool = False

    @property
    def has_everyone(self) -> bool:
        return (AWS, EVERYONE) in self.names

    def naming(self, principal: Principal) -> Naming:
        """The most precise way in which the names include the principal."""
        own = list(_own_names(principal))
        if own and not self.names.isdisjoint(own[-1]):
            return Naming.SESSION
        if self.has_everyone or any(not self.names.isdisjoint(names) for names in own):
            return broad_naming(principal)
        if not self.names.isdisjoint(_account_names(principal)):
            return Naming.ACCOUNT
        return Naming.NONE

    def leave_out(self, principal: Principal) -> bool:
        """Whether a negated statement that denies spares the principal.

        AWS asks for the account, the user or the role, and the role's session to be named: who
        names less denies them all the same.
        """
        identities = list(_own_names(principal))
        if principal.has_account:
            identities.append(_account_names(principal))
        if self.has_everyone or not identities:
            return self.has_everyone
        return all(not self.names.isdisjoint(names) for names in identities)


def broad_naming(principal: Principal) -> Naming:
    """How a statement names a principal that it names as one of everyone.

    A session is then named as its role or user is; a user or a service has no session to be named.
    """
    return Naming.ROLE if principal.source_arn else Naming.SESSION


type Names = set[tuple[str, str]]
"""The kinds and names that one identity may be listed by."""


def _own_names(principal: Principal) -> Iterator[Names]:
    """Those of the user or role, then those of its session; an anonymous caller has none."""
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
    """Whom the element names.

    Raises:
        MalformedPolicyError: nobody, or someone in a way that AWS does not take.
    """
    if element == EVERYONE:
        return Principals(frozenset({(AWS, EVERYONE)}), is_negated)
    kinds = as_object(element, "Principal")
    refuse_others(kinds, frozenset(FORMS), "Principal")
    names = frozenset(
        (kind, _checked(kind, name))
        for kind, listed in kinds.items()
        for name in as_strings(listed, f"Principal {kind}")
    )
    if not names:
        raise MalformedPolicyError("Syntax errors in policy. Principal names nobody.")
    return Principals(names, is_negated)


def _checked(kind: str, name: str) -> str:
    if not FORMS[kind].fullmatch(name):
        raise MalformedPolicyError(f'Invalid principal in policy: "{kind}":"{name}".')
    return name
