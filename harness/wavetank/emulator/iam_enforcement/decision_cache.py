"""A cache of decisions: the same request under the same policies has the same decision.

Policies are compared by their texts, so a changed policy is evaluated again. Resources that no
relevant policy distinguishes, such as the objects of a bucket, share a decision.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from wavetank.emulator.iam_enforcement.resource_policies import ProtectedResource
from wavetank.iam.evaluation import Decision, decide
from wavetank.iam.patterns import Pattern
from wavetank.iam.policy import Policy, PolicyKind, parse_policy
from wavetank.iam.public_access import is_public
from wavetank.iam.request import AccessRequest, Principal, PrincipalType

POLICIES_CACHED = 1024
DECISIONS_CACHED = 4096

type Known = tuple[tuple[str, tuple[str, ...]], ...]
"""Condition keys and their values."""
type Texts = tuple[str, ...] | None
"""The texts of policies; None if there are none of the kind."""


@dataclass(frozen=True)
class Applying:
    """The policy texts that apply to a request, except the resource's own policy.

    `identity` is None for an administrator, `boundary` and `session` if there is no such limit.
    """

    identity: Texts
    boundary: Texts = None
    session: Texts = None

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        """Cached: these objects are keys of several caches for each call."""
        return hash((self.identity, self.boundary, self.session))

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """All texts."""
        return (*(self.identity or ()), *(self.boundary or ()), *(self.session or ()))


@lru_cache(POLICIES_CACHED)
def applying(identity: Texts, boundary: Texts = None, session: Texts = None) -> Applying:
    """The same object for the same policies, so that cache lookups compare by identity first."""
    return Applying(identity, boundary, session)


def decision(request: AccessRequest, applies: Applying, resource: ProtectedResource) -> Decision:
    """Whether AWS would allow the request.

    Raises:
        MalformedPolicyError: a policy was stored before policies were validated.
    """
    known = tuple(request.context.items())
    named = _named(request.resource, applies, resource)
    return _decision(request.principal, request.action, named, known, applies, resource)


@lru_cache(DECISIONS_CACHED)
def condition_keys(applies: Applying, resource: ProtectedResource) -> tuple[str, ...]:
    """The condition keys, in lower case, that any of the policies refers to.

    Raises:
        MalformedPolicyError: as for `decision`.
    """
    policies = [_policy(text, PolicyKind.IDENTITY) for text in applies.texts]
    policies += [_policy(resource.policy, resource.kind)] if resource.policy else []
    found = {
        key.lower()
        for policy in policies
        for statement in policy.statements
        for key in (
            *(condition.key for condition in statement.conditions),
            *(variable.key for variable in statement.variables),
        )
    }
    return tuple(sorted(found))


@dataclass(frozen=True)
class _Named:
    """A resource's name; equal if every pattern gives the same result."""

    answers: tuple[bool, ...] | str
    name: str = field(compare=False)


@lru_cache(DECISIONS_CACHED)
def _named(name: str, applies: Applying, resource: ProtectedResource) -> _Named:
    patterns = _patterns(applies.texts, resource.policy, resource.kind)
    if patterns is None:
        return _Named(name, name)
    return _Named(tuple([pattern.matches(name, {}) is True for pattern in patterns]), name)


@lru_cache(POLICIES_CACHED)
def _patterns(
    identity: tuple[str, ...], resource: str | None, kind: PolicyKind
) -> tuple[Pattern, ...] | None:
    """The resource patterns of all relevant policies; None if one contains a variable."""

    def found(policy: Policy) -> Iterator[Pattern]:
        for statement in policy.statements:
            yield from statement.resources.patterns if statement.resources else ()

    policies = [_policy(text, PolicyKind.IDENTITY) for text in identity]
    policies += [_policy(resource, kind)] if resource else []
    patterns = tuple(pattern for policy in policies for pattern in found(policy))
    return None if any(pattern.variables for pattern in patterns) else patterns


@lru_cache(DECISIONS_CACHED)
def _decision(
    principal: Principal,
    action: str,
    named: _Named,
    known: Known,
    applies: Applying,
    resource: ProtectedResource,
) -> Decision:
    request = AccessRequest(
        principal=principal, action=action, resource=named.name, context=dict(known)
    )
    policy = _policy(resource.policy, resource.kind) if resource.policy else None
    foreign = _is_foreign(principal, resource)
    if policy is not None and resource.restricted and foreign and is_public(policy):
        policy = None
    return decide(
        request,
        identity=_read(applies.identity),
        resource=policy,
        owner=resource.owner,
        boundary=_read(applies.boundary),
        session=_read(applies.session),
    )


def _read(texts: Texts) -> list[Policy] | None:
    return None if texts is None else [_policy(text, PolicyKind.IDENTITY) for text in texts]


@lru_cache(POLICIES_CACHED)
def _policy(text: str, kind: PolicyKind) -> Policy:
    return parse_policy(text, kind)


def _is_foreign(principal: Principal, resource: ProtectedResource) -> bool:
    """Whether the principal is neither in the owner's account nor a service of AWS."""
    return principal.type is not PrincipalType.SERVICE and principal.account != resource.owner
