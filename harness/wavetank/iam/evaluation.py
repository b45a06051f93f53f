"""Whether a request is allowed, by the policies of who asks and of what is asked for.

Evaluated are identity-based and resource-based policies, permissions boundaries and session
policies. Not modelled, since a sandbox has none of them: organisations' policies, VPC endpoints'
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
    """What decided."""

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
    """`detail` is the Sid of the deciding statement, or the unknown key's name; often empty."""

    allowed: bool
    reason: DecisionReason
    detail: str = ""


@dataclass(frozen=True)
class _Finding:
    """What the statements of one effect say together, and the Sid of the one that matched."""

    verdict: Verdict
    sid: str = ""


EVERYTHING = _Finding(verdict=True)


@dataclass(frozen=True)
class _Policies:
    """Policies of one kind, evaluated for one request whose context is given."""

    statements: tuple[Statement, ...]
    request: AccessRequest
    context: Context

    def denial(self) -> _Finding:
        return self._find(Effect.DENY, Naming.ACCOUNT)

    def allowance(self, least: Naming = Naming.ACCOUNT) -> _Finding:
        """What allows, by statements that name the principal at least so precisely."""
        return self._find(Effect.ALLOW, least)

    def _find(self, effect: Effect, least: Naming) -> _Finding:
        found: Verdict = False
        for statement in self.statements:
            if statement.effect is effect:
                verdict = all_of(self._answers(statement, least))
                if verdict is True:
                    return _Finding(verdict, statement.sid)
                found = any_of((found, verdict))
        return _Finding(found)

    def _answers(self, statement: Statement, least: Naming) -> Iterator[Verdict]:
        """What must all be so for the statement to match; asked in turn until one is not."""
        if statement.principals:
            yield self._naming(statement.principals, statement.effect) >= least
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
            excluded = principals.leave_out(principal)
        else:
            excluded = principals.naming(principal) is not Naming.NONE
        return Naming.NONE if excluded else broad_naming(principal)


@dataclass(frozen=True)
class _Limits:
    """What a principal's own policies are intersected with; None where there is no such limit."""

    boundary: _Policies | None
    session: _Policies | None

    def denials(self) -> Iterator[tuple[_Finding, DecisionReason]]:
        if self.session is not None:
            yield self.session.denial(), DecisionReason.EXPLICIT_DENY_SESSION
        if self.boundary is not None:
            yield self.boundary.denial(), DecisionReason.EXPLICIT_DENY_BOUNDARY

    def refusal(self) -> Decision | None:
        """The refusal, where one of them does not allow the request."""
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
    """Whether AWS would let the request pass.

    `identity` are the policies of the principal, None for an account's root or administrator, whom
    their own side allows everything; services and anonymous callers have none that count.
    `resource` is of kind RESOURCE or TRUST; `owner` is the number of the account that has it.
    `boundary` and `session` limit the principal; None where it has no boundary, or its session
    was made without session policies.
    """
    context = request.known()

    def asked(policies: Iterable[Policy]) -> _Policies:
        return _Policies(_statements(policies), request, context)

    own, other = asked(identity or ()), asked([resource] if resource else ())
    limits = _Limits(
        None if boundary is None else asked(boundary), None if session is None else asked(session)
    )
    denial = _denial(own, other, limits)
    if denial:
        return denial
    if not request.principal.has_account:
        return _by_resource(other.allowance())
    mine = EVERYTHING if identity is None else own.allowance()
    if request.principal.account != owner:
        return _by_both(mine, other.allowance(), limits)
    is_role = resource is not None and resource.kind is PolicyKind.TRUST
    named = other.allowance(Naming.ROLE)
    if is_role and (mine.verdict is True or named.verdict is False):
        # A role is assumed only by principals that its trust policy names, be it by the account.
        return _by_both(mine, other.allowance(), limits)
    return _in_own_account(mine, named, other.allowance(Naming.SESSION), limits)


def _statements(policies: Iterable[Policy]) -> tuple[Statement, ...]:
    return tuple(statement for policy in policies for statement in policy.statements)


def _denial(own: _Policies, other: _Policies, limits: _Limits) -> Decision | None:
    """The refusal, where any policy denies; not knowing whether one does is as bad."""
    denials = [
        (own.denial(), DecisionReason.EXPLICIT_DENY_IDENTITY),
        (other.denial(), DecisionReason.EXPLICIT_DENY_RESOURCE),
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


def _by_resource(theirs: _Finding) -> Decision:
    if theirs.verdict is True:
        return Decision(allowed=True, reason=DecisionReason.ALLOWED_BY_RESOURCE, detail=theirs.sid)
    refusal = Decision(allowed=False, reason=DecisionReason.NO_RESOURCE_ALLOW)
    return _unknown(theirs.verdict) or refusal


def _in_own_account(mine: _Finding, named: _Finding, direct: _Finding, limits: _Limits) -> Decision:
    """In the resource's own account, where either side's consent is enough.

    `direct` is what the resource's policy allows to exactly this user or session, which nothing
    limits; `named` includes what it allows to the session's role.
    """
    if direct.verdict is True:
        return Decision(allowed=True, reason=DecisionReason.ALLOWED_BY_RESOURCE, detail=direct.sid)
    granted = any_of((mine.verdict, named.verdict))
    if granted is not True:
        refusal = Decision(allowed=False, reason=DecisionReason.NO_IDENTITY_ALLOW)
        return _unknown(granted) or refusal
    refused = limits.refusal()
    if refused:
        return _unknown(direct.verdict) or refused
    if mine.verdict is True:
        return Decision(allowed=True, reason=DecisionReason.ALLOWED_BY_IDENTITY, detail=mine.sid)
    return Decision(allowed=True, reason=DecisionReason.ALLOWED_BY_RESOURCE, detail=named.sid)


def _by_both(mine: _Finding, theirs: _Finding, limits: _Limits) -> Decision:
    """From another account, and into a role: both sides must consent."""
    if mine.verdict is False:
        return Decision(allowed=False, reason=DecisionReason.NO_IDENTITY_ALLOW)
    if theirs.verdict is False:
        return Decision(allowed=False, reason=DecisionReason.NO_RESOURCE_ALLOW)
    refused = limits.refusal()
    return refused or _unknown(all_of((mine.verdict, theirs.verdict))) or _by_resource(theirs)
