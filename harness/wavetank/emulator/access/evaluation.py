"""Whether a request is allowed, by the policies of who asks and of what is asked for.

Not modelled, since nothing here has them: permissions boundaries, session policies, organisations'
policies, VPC endpoints' policies and ACLs.

[IAM user guide, reference_policies_evaluation-logic,
reference_policies_evaluation-logic-cross-account]
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from wavetank.emulator.access.context import Context, Unknown, Verdict, all_of, any_of
from wavetank.emulator.access.policy import Effect, Policy, PolicyKind, Statement
from wavetank.emulator.access.principals import Principals
from wavetank.emulator.access.request import AccessRequest


class Reason(Enum):
    """What decided."""

    ALLOWED_BY_IDENTITY = "an identity-based policy allows it"
    ALLOWED_BY_RESOURCE = "a resource-based policy allows it"
    EXPLICIT_DENY_IDENTITY = "an identity-based policy denies it"
    EXPLICIT_DENY_RESOURCE = "a resource-based policy denies it"
    NO_IDENTITY_ALLOW = "no identity-based policy allows it"
    NO_RESOURCE_ALLOW = "no resource-based policy allows it"
    UNKNOWN = "it depends on a condition key whose value is not known"


@dataclass(frozen=True)
class Decision:
    """`detail` is the Sid of the deciding statement, or the unknown key's name; often empty."""

    allowed: bool
    reason: Reason
    detail: str = ""


@dataclass(frozen=True)
class _Finding:
    """What the statements of one effect say together, and the Sid of the one that matched."""

    verdict: Verdict
    sid: str = ""


EVERYTHING = _Finding(verdict=True)


@dataclass(frozen=True)
class _Policies:
    """Policies of one side, asked of one request whose context is given."""

    statements: tuple[Statement, ...]
    request: AccessRequest
    context: Context

    def denial(self) -> _Finding:
        return self._find(Effect.DENY, by_account=True)

    def allowance(self, *, by_account: bool) -> _Finding:
        """What allows; `by_account` counts a statement that names no more than the account."""
        return self._find(Effect.ALLOW, by_account=by_account)

    def _find(self, effect: Effect, *, by_account: bool) -> _Finding:
        found: Verdict = False
        for statement in self.statements:
            if statement.effect is effect:
                verdict = all_of(self._answers(statement, by_account=by_account))
                if verdict is True:
                    return _Finding(verdict, statement.sid)
                found = any_of((found, verdict))
        return _Finding(found)

    def _answers(self, statement: Statement, *, by_account: bool) -> Iterator[Verdict]:
        """What must all be so for the statement to match; asked in turn until one is not."""
        if statement.principals:
            yield self._concerns(statement.principals, statement.effect, by_account=by_account)
        yield statement.actions.includes(self.request.action, self.context)
        if statement.resources:
            yield statement.resources.includes(self.request.resource, self.context)
        yield from (condition.holds(self.context) for condition in statement.conditions)
        yield from (variable.has_value(self.context) for variable in statement.variables)

    def _concerns(self, principals: Principals, effect: Effect, *, by_account: bool) -> bool:
        """Whether the principal is meant; `NotPrincipal` is read so that it allows the fewest."""
        principal = self.request.principal
        if not principals.is_negated:
            return principals.include(principal, by_account=by_account)
        if effect is Effect.DENY:
            return not principals.leave_out(principal)
        return not principals.include(principal, by_account=True)


def decide(
    request: AccessRequest,
    *,
    identity: Iterable[Policy] | None,
    resource: Policy | None,
    owner: str,
) -> Decision:
    """Whether AWS would let the request pass.

    `identity` are the policies of the principal, None for an account's root or administrator, whom
    their own side allows everything; services and anonymous callers have none that count.
    `resource` is of kind RESOURCE or TRUST; `owner` is the number of the account that has it.
    """
    context = request.known()
    own = _Policies(_statements(identity or ()), request, context)
    other = _Policies(_statements([resource] if resource else ()), request, context)
    denial = _denial(own.denial(), other.denial())
    if denial:
        return denial
    if not request.principal.has_account:
        return _by_resource(other.allowance(by_account=True))
    mine = EVERYTHING if identity is None else own.allowance(by_account=True)
    if request.principal.account != owner:
        return _by_both(mine, other.allowance(by_account=True))
    theirs = other.allowance(by_account=False)
    is_role = resource is not None and resource.kind is PolicyKind.TRUST
    if is_role and (mine.verdict is True or theirs.verdict is False):
        # A role opens to nobody whom its trust policy does not name, be it by the account.
        return _by_both(mine, other.allowance(by_account=True))
    return _by_either(mine, theirs)


def _statements(policies: Iterable[Policy]) -> tuple[Statement, ...]:
    return tuple(statement for policy in policies for statement in policy.statements)


def _denial(own: _Finding, other: _Finding) -> Decision | None:
    """The refusal, where a policy of either side denies; not knowing whether one does is as bad."""
    if own.verdict is True:
        return Decision(allowed=False, reason=Reason.EXPLICIT_DENY_IDENTITY, detail=own.sid)
    if other.verdict is True:
        return Decision(allowed=False, reason=Reason.EXPLICIT_DENY_RESOURCE, detail=other.sid)
    return _unknown(any_of((own.verdict, other.verdict)))


def _unknown(verdict: Verdict) -> Decision | None:
    if isinstance(verdict, Unknown):
        return Decision(allowed=False, reason=Reason.UNKNOWN, detail=verdict.key)
    return None


def _by_resource(theirs: _Finding) -> Decision:
    if theirs.verdict is True:
        return Decision(allowed=True, reason=Reason.ALLOWED_BY_RESOURCE, detail=theirs.sid)
    refusal = Decision(allowed=False, reason=Reason.NO_RESOURCE_ALLOW)
    return _unknown(theirs.verdict) or refusal


def _by_either(mine: _Finding, theirs: _Finding) -> Decision:
    """In the resource's own account, where either side's consent is enough."""
    if mine.verdict is True:
        return Decision(allowed=True, reason=Reason.ALLOWED_BY_IDENTITY, detail=mine.sid)
    if theirs.verdict is True:
        return Decision(allowed=True, reason=Reason.ALLOWED_BY_RESOURCE, detail=theirs.sid)
    refusal = Decision(allowed=False, reason=Reason.NO_IDENTITY_ALLOW)
    return _unknown(any_of((mine.verdict, theirs.verdict))) or refusal


def _by_both(mine: _Finding, theirs: _Finding) -> Decision:
    """From another account, and into a role: both sides must consent."""
    if mine.verdict is False:
        return Decision(allowed=False, reason=Reason.NO_IDENTITY_ALLOW)
    if theirs.verdict is False:
        return Decision(allowed=False, reason=Reason.NO_RESOURCE_ALLOW)
    return _unknown(all_of((mine.verdict, theirs.verdict))) or _by_resource(theirs)
