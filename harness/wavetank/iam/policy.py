"""A policy document, parsed and validated as IAM, S3, Lambda and SNS do before they store it.

[IAM user guide, reference_policies_grammar, reference_policies_elements]
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum

from wavetank.iam.conditions import PolicyCondition, read_conditions
from wavetank.iam.patterns import Pattern, Variable, read_pattern
from wavetank.iam.policy_document import (
    Json,
    MalformedPolicyError,
    as_list,
    as_object,
    as_strings,
    read_object,
    refuse_unknown,
)
from wavetank.iam.principals import Principals, read_principals
from wavetank.iam.request_context import Context, Verdict, any_of, negation

VERSION_WITHOUT_VARIABLES, VERSION_WITH_VARIABLES = VERSIONS = ("2008-10-17", "2012-10-17")
POLICY_ELEMENTS = frozenset({"Version", "Id", "Statement"})
STATEMENT_ELEMENTS = frozenset(
    {
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    }
)
SID = re.compile(r"[0-9A-Za-z]*")
"""In IAM's own policies; other services allow more in theirs."""
ACTION = re.compile(r"\*|(\*|[A-Za-z0-9-]+):[A-Za-z0-9*?_-]+")


class PolicyKind(Enum):
    """What a policy is attached to, which decides the elements that it may have."""

    IDENTITY = "a user's or a role's policy: the principal goes without saying"
    RESOURCE = "a bucket's, function's or topic's policy; without Resource it is about all of it"
    TRUST = "a role's trust policy: the resource is the role"


class Effect(StrEnum):
    """The effect of a policy statement: Allow or Deny."""

    ALLOW = "Allow"
    DENY = "Deny"


@dataclass(frozen=True)
class Choice:
    """The actions or resources of a policy statement; negated for NotAction and NotResource."""

    patterns: tuple[Pattern, ...]
    is_negated: bool = False

    def includes(self, text: str, context: Context) -> Verdict:
        """Whether the statement applies to it."""
        found = any_of(pattern.matches(text, context) for pattern in self.patterns)
        return negation(found) if self.is_negated else found


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A policy statement; `principals` is None in an identity-based policy."""

    effect: Effect
    actions: Choice
    resources: Choice | None = None
    principals: Principals | None = None
    conditions: tuple[PolicyCondition, ...] = ()
    sid: str = ""

    @property
    def variables(self) -> tuple[Variable, ...]:
        """The variables of all its elements: unless each has a value, AWS ignores the statement."""
        patterns = self.resources.patterns if self.resources else ()
        parts: Sequence[Pattern | PolicyCondition] = (*patterns, *self.conditions)
        return tuple(variable for part in parts for variable in part.variables)


@dataclass(frozen=True, kw_only=True)
class Policy:
    """A parsed and valid IAM policy document."""

    kind: PolicyKind
    statements: tuple[Statement, ...]


def parse_policy(text: str, kind: PolicyKind) -> Policy:
    """Parse a policy. Its size is not checked here, see `SizeLimit`.

    Raises:
        MalformedPolicyError: AWS would reject it.
    """
    document = read_object(text)
    refuse_unknown(document, POLICY_ELEMENTS, "The policy")
    version = document.get("Version", VERSION_WITHOUT_VARIABLES)
    if version not in VERSIONS:
        raise MalformedPolicyError("The policy must contain a valid version string.")
    if not isinstance(document.get("Id", ""), str):
        raise MalformedPolicyError("Syntax errors in policy. Id must be a string.")
    elements = as_list(document.get("Statement", []))
    if not elements:
        raise MalformedPolicyError("Syntax errors in policy. The policy has no statements.")
    reader = _StatementReader(kind, variables=version == VERSION_WITH_VARIABLES)
    statements = tuple(reader.read(as_object(element, "A statement")) for element in elements)
    _refuse_equal_sids(statements)
    return Policy(kind=kind, statements=statements)


def _refuse_equal_sids(statements: Sequence[Statement]) -> None:
    sids = [statement.sid for statement in statements if statement.sid]
    if len(set(sids)) != len(sids):
        raise MalformedPolicyError("Statement IDs (SID) in a single policy must be unique.")


@dataclass(frozen=True)
class _StatementReader:
    """Reads the statements of one policy."""

    kind: PolicyKind
    variables: bool

    def read(self, element: dict[str, Json]) -> Statement:
        refuse_unknown(element, STATEMENT_ELEMENTS, "A statement")
        for name in ("Action", "Principal", "Resource"):
            if {name, f"Not{name}"} <= element.keys():
                raise MalformedPolicyError(
                    f"Syntax errors in policy. A statement has both {name} and Not{name}."
                )
        return Statement(
            sid=self._sid(element.get("Sid", "")),
            effect=_effect(element.get("Effect")),
            principals=self._principals(element),
            actions=_actions(element),
            resources=self._resources(element),
            conditions=read_conditions(element.get("Condition", {}), variables=self.variables),
        )

    def _sid(self, sid: Json) -> str:
        if not isinstance(sid, str):
            raise MalformedPolicyError("Syntax errors in policy. Sid must be a string.")
        if self.kind is not PolicyKind.RESOURCE and not SID.fullmatch(sid):
            raise MalformedPolicyError("Statement IDs (SID) must be alpha-numeric.")
        return sid

    def _principals(self, element: dict[str, Json]) -> Principals | None:
        name = _present(element, "Principal")
        if self.kind is PolicyKind.IDENTITY:
            if name:
                raise MalformedPolicyError("Policy document should not specify a principal.")
            return None
        if not name:
            raise MalformedPolicyError("Missing required field Principal.")
        return read_principals(element[name], is_negated=name == "NotPrincipal")

    def _resources(self, element: dict[str, Json]) -> Choice | None:
        name = _present(element, "Resource")
        if name and self.kind is PolicyKind.TRUST:
            raise MalformedPolicyError("Has prohibited field Resource.")
        if not name:
            if self.kind is PolicyKind.IDENTITY:
                raise MalformedPolicyError("Policy statement must contain resources.")
            return None
        texts = as_strings(element[name], name)
        for text in texts:
            if text != "*" and not text.startswith("arn:"):
                raise MalformedPolicyError(f'Resource {text} must be in ARN format or "*".')
        patterns = tuple(read_pattern(text, variables=self.variables) for text in texts)
        return Choice(patterns, is_negated=name == "NotResource")


def _present(element: dict[str, Json], name: str) -> str | None:
    """The element's name or that of its negation, if the statement has one of them."""
    return next((found for found in (name, f"Not{name}") if found in element), None)


def _effect(value: Json) -> Effect:
    if value is None:
        raise MalformedPolicyError("Missing required field Effect.")
    if not isinstance(value, str) or value not in set(Effect):
        raise MalformedPolicyError(f"Invalid effect: {value!r}.")
    return Effect(value)


def _actions(element: dict[str, Json]) -> Choice:
    name = _present(element, "Action")
    if not name or element[name] == []:
        raise MalformedPolicyError("Policy statement must contain actions.")
    texts = as_strings(element[name], name)
    for text in texts:
        if not ACTION.fullmatch(text):
            raise MalformedPolicyError(
                f"Actions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.: {text}."
            )
    patterns = (read_pattern(text, variables=False, ignores_case=True) for text in texts)
    return Choice(tuple(patterns), is_negated=name == "NotAction")
