"""Decides whether a request is allowed, by the policies of the principal and of the resource.

Evaluated are identity-based and resource-based policies, permissions boundaries and session
policies. Not modelled, since a sandbox has none of them: organisations' policies, VPC endpoint
policies and ACLs.

[IAM user guide, reference_policies_evaluation-logic,
reference_policies_evaluation-logic_policy-eval-basics-single-account,
reference_policies_evaluation-logic-cross-account, access_policies_boundaries]
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from wavetank.iam.policy import Effect, Policy, PolicyKind, Statement
from wavetank.iam.principals import Naming, Principals, broad_naming
from wavetank.iam.request import AccessRequest
from wavetank.iam.request_context import Context, Unknown, Verdict, all_of, any_of


class DecisionReason(Enum):
    """Why a request is allowed or denied."""

    ALLOWED_BY_IDENTITY = "an identity-based policy allows it"
    ALLOWED_BY_RESOURCE = "a resource-based policy allows it"
    EXPLICIT_DENY_IDENTITY = "an identity-based policy denies it"
    EXPLICIT_DENY_RESOURCE = "a resource-based policy denies it"
    EXPLICIT_DENY_BOUNDARY = "a permissions boundary denies it"
    EXPLICIT_DENY_SESSION = "a session policy denies it"
    NO_IDENTITY_ALLOW = "no identity-based policy allows it"
    NO_RESOURCE_ALLOW = "no resource-based policy allows it"
    NO_BOUNDARY_ALLOW = "no permissions boundary allows it"
    NO_SESSION_ALLOW = "no session policy allows it"
    UNKNOWN = "it depends on a condition key whose value is not known"


@dataclass(frozen=True)
class Decision:
    """Whether a request is allowed, and why; `detail` is a Sid, an unknown key, or empty."""

    allowed: bool
    reason: DecisionReason
    detail: str = ""


@dataclass(frozen=True)
class _Finding:
    """The result of all statements of one effect, and the Sid of the one that matched."""

    verdict: Verdict
    sid: str = ""


ALLOW_ALL = _Finding(verdict=True)


@dataclass(frozen=True)
class _Policies:
    """Policies of one kind, evaluated for one request and its condition keys."""

    statements: tuple[Statement, ...]
    request: AccessRequest
    context: Context

    def denial(self) -> _Finding:
        return self._find(Effect.DENY, Naming.ACCOUNT)

    def allowance(self, at_least: Naming = Naming.ACCOUNT) -> _Finding:
        """Whether a statement allows the request that names the principal at least so precisely."""
        return self._find(Effect.ALLOW, at_least)

    def _find(self, effect: Effect, at_least: Naming) -> _Finding:
        found: Verdict = False
        for statement in self.statements:
            if statement.effect is effect:
                verdict = all_of(self._verdicts(statement, at_least))
                if verdict is True:
                    return _Finding(verdict, statement.sid)
                found = any_of((found, verdict))
        return _Finding(found)

    def _verdicts(self, statement: Statement, at_least: Naming) -> Iterator[Verdict]:
        """What must all be true for the statement to match; lazy, so later ones may be skipped."""
        if statement.principals:
            yield self._naming(statement.principals, statement.effect) >= at_least
        yield statement.actions.includes(self.request.action, self.context)
        if statement.resources:
            yield statement.resources.includes(self.request.resource, self.context)
        yield from (condition.holds(self.context) for condition in statement.conditions)
        yield from (variable.has_value(self.context) for variable in statement.variables)

    def _naming(self, principals: Principals, effect: Effect) -> Naming:
        """How the principal is named; `NotPrincipal` is read so that it allows the fewest."""
        principal = self.request.principal
        if not principals.is_negated:
            return principals.naming(principal)
        if effect is Effect.DENY:
            excluded = principals.exempts(principal)
        else:
            excluded = principals.naming(principal) is not Naming.NONE
        return Naming.NONE if excluded else broad_naming(principal)


@dataclass(frozen=True)
class _Limits:
    """The policies that limit a principal's own; None for no such limit."""

    boundary: _Policies | None
    session: _Policies | None

    def denials(self) -> Iterator[tuple[_Finding, DecisionReason]]:
        if self.session is not None:
            yield self.session.denial(), DecisionReason.EXPLICIT_DENY_SESSION
        if self.boundary is not None:
            yield self.boundary.denial(), DecisionReason.EXPLICIT_DENY_BOUNDARY

    def refusal(self) -> Decision | None:
        """The denial, if one of them does not allow the request."""
        refusals = [
            (policies.allowance().verdict, reason)
            for policies, reason in (
                (self.session, DecisionReason.NO_SESSION_ALLOW),
                (self.boundary, DecisionReason.NO_BOUNDARY_ALLOW),
            )
            if policies is not None
        ]
        for verdict, reason in refusals:
            if verdict is False:
                return Decision(allowed=False, reason=reason)
        return _unknown(all_of(verdict for verdict, _ in refusals))


def decide(
    request: AccessRequest,
    *,
    identity: Iterable[Policy] | None,
    resource: Policy | None,
    owner: str,
    boundary: Iterable[Policy] | None = None,
    session: Iterable[Policy] | None = None,
) -> Decision:
    """Decide whether AWS would allow the request.

    `identity` are the policies of the principal. None is an account's root or administrator, whose
    own side allows everything; those of services and anonymous callers are not used. `resource` is
    of kind RESOURCE or TRUST; `owner` is the number of the account that owns it. `boundary` and
    `session` limit the principal; None for no boundary, or a session without session policies.
    """
    context = request.known()

    def policies_of(policies: Iterable[Policy]) -> _Policies:
        return _Policies(_statements(policies), request, context)

    identity_policies, resource_policies = (
        policies_of(identity or ()),
        policies_of([resource] if resource else ()),
    )
    limits = _Limits(
        None if boundary is None else policies_of(boundary),
        None if session is None else policies_of(session),
    )
    denial = _denial(identity_policies, resource_policies, limits)
    if denial:
        return denial
    if not request.principal.has_account:
        return _by_resource(resource_policies.allowance())
    by_identity = ALLOW_ALL if identity is None else identity_policies.allowance()
    if request.principal.account != owner:
        return _by_both(by_identity, resource_policies.allowance(), limits)
    is_role = resource is not None and resource.kind is PolicyKind.TRUST
    named = resource_policies.allowance(Naming.ROLE)
    if is_role and (by_identity.verdict is True or named.verdict is False):
        # A role can be assumed only by principals that its trust policy names, at least by account.
        return _by_both(by_identity, resource_policies.allowance(), limits)
    return _in_own_account(by_identity, named, resource_policies.allowance(Naming.SESSION), limits)


def _statements(policies: Iterable[Policy]) -> tuple[Statement, ...]:
    return tuple(statement for policy in policies for statement in policy.statements)


def _denial(
    identity_policies: _Policies, resource_policies: _Policies, limits: _Limits
) -> Decision | None:
    """The denial, if any policy denies explicitly, or may do so by an unknown condition key."""
    denials = [
        (identity_policies.denial(), DecisionReason.EXPLICIT_DENY_IDENTITY),
        (resource_policies.denial(), DecisionReason.EXPLICIT_DENY_RESOURCE),
        *limits.denials(),
    ]
    for found, reason in denials:
        if found.verdict is True:
            return Decision(allowed=False, reason=reason, detail=found.sid)
    return _unknown(any_of(found.verdict for found, _ in denials))


def _unknown(verdict: Verdict) -> Decision | None:
    if isinstance(verdict, Unknown):
        return Decision(allowed=False, reason=DecisionReason.UNKNOWN, detail=verdict.key)
    return None


def _by_resource(by_resource: _Finding) -> Decision:
    if by_resource.verdict is True:
        return Decision(
            allowed=True, reason=DecisionReason.ALLOWED_BY_RESOURCE, detail=by_resource.sid
        )
    refusal = Decision(allowed=False, reason=DecisionReason.NO_RESOURCE_ALLOW)
    return _unknown(by_resource.verdict) or refusal


def _in_own_account(
    by_identity: _Finding, named: _Finding, direct: _Finding, limits: _Limits
) -> Decision:
    """Within the resource's own account, where either side's permission is enough.

    `direct` is what the resource's policy allows to exactly this user or session, which nothing
    limits; `named` includes what it allows to the session's role.
    """
    if direct.verdict is True:
        return Decision(allowed=True, reason=DecisionReason.ALLOWED_BY_RESOURCE, detail=direct.sid)
    granted = any_of((by_identity.verdict, named.verdict))
    if granted is not True:
        refusal = Decision(allowed=False, reason=DecisionReason.NO_IDENTITY_ALLOW)
        return _unknown(granted) or refusal
    refused = limits.refusal()
    if refused:
        return _unknown(direct.verdict) or refused
    if by_identity.verdict is True:
        return Decision(
            allowed=True, reason=DecisionReason.ALLOWED_BY_IDENTITY, detail=by_identity.sid
        )
    return Decision(allowed=True, reason=DecisionReason.ALLOWED_BY_RESOURCE, detail=named.sid)


def _by_both(by_identity: _Finding, by_resource: _Finding, limits: _Limits) -> Decision:
    """From another account, and for assuming a role: both sides must allow it."""
    if by_identity.verdict is False:
        return Decision(allowed=False, reason=DecisionReason.NO_IDENTITY_ALLOW)
    if by_resource.verdict is False:
        return Decision(allowed=False, reason=DecisionReason.NO_RESOURCE_ALLOW)
    refused = limits.refusal()
    return (
        refused
        or _unknown(all_of((by_identity.verdict, by_resource.verdict)))
        or _by_resource(by_resource)
    )
