"""A second implementation of IAM's policy evaluation, to compare the shipped one with.

It is written from the IAM user guide alone and imports nothing of the project: plain dictionaries
go in, True or False comes out. It is made to be read beside the guide, and not to be fast.

Sources, all IAM user guide: reference_policies_evaluation-logic_policy-eval-denyallow,
reference_policies_evaluation-logic_policy-eval-basics-single-account,
reference_policies_evaluation-logic-cross-account, access_policies_boundaries,
reference_policies_elements_condition_operators, reference_policies_elements_principal,
reference_policies_elements_notprincipal, reference_policies_variables.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from typing import Any

NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnLike",
    "ArnNotLike": "ArnLike",
    "NotIpAddress": "IpAddress",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
}


@dataclass
class Who:
    """A principal: `names` are its ARN and IDs, `session_of` those of the role or user."""

    account: str
    names: list[str]
    session_of: list[str] = field(default_factory=list)
    service: str | None = None
    anonymous: bool = False


@dataclass
class Question:
    """A request, and every policy that applies to it; `context` has lower-case keys."""

    who: Who
    action: str
    resource: str
    context: dict[str, list[str]]
    owner: str
    identity: list[Any]
    resource_policy: Any | None = None
    boundary: Any | None = None
    session: list[Any] | None = None


def allowed(question: Question) -> bool:
    """Whether the request is allowed."""
    q = question
    everything = [*q.identity, q.resource_policy, q.boundary, *(q.session or [])]
    if any(_says(policy, "Deny", q, "account") for policy in everything if policy):
        return False  # an explicit deny in any policy
    if q.who.anonymous or q.who.service:
        return _resource_allows(q, "account")
    by_identity = any(_says(policy, "Allow", q, "account") for policy in q.identity)
    by_boundary = q.boundary is None or _says(q.boundary, "Allow", q, "account")
    by_session = q.session is None or any(_says(p, "Allow", q, "account") for p in q.session)
    if q.who.account != q.owner:
        return by_identity and by_boundary and by_session and _resource_allows(q, "account")
    if _resource_allows(q, "session"):
        return True  # granted to the user or the session itself
    if _resource_allows(q, "role"):
        return by_boundary and by_session  # implicit denies of these limit it
    return by_identity and by_boundary and by_session


def _resource_allows(question: Question, named: str) -> bool:
    policy = question.resource_policy
    return policy is not None and _says(policy, "Allow", question, named)


def _says(policy: Any, effect: str, question: Question, named: str) -> bool:
    return any(
        statement["Effect"] == effect and _applies(statement, question, named)
        for statement in policy["Statement"]
    )


def _applies(statement: Any, question: Question, named: str) -> bool:
    context = question.context
    if "Principal" in statement and not _is_named(statement["Principal"], question.who, named):
        return False
    if "NotPrincipal" in statement and not _is_left(statement, question.who, named):
        return False
    if not _chosen(statement, "Action", question.action.lower(), lambda text: text.lower()):
        return False
    texts = [*_list(statement.get("Resource")), *_list(statement.get("NotResource"))]
    conditions = [
        (operator, key, _list(values))
        for operator, keys in statement.get("Condition", {}).items()
        for key, values in keys.items()
    ]
    texts += [text for operator, _, values in conditions for text in values if _is_text(operator)]
    if any(_fill(text, context) is None for text in texts):
        return False  # a policy variable without a value makes the statement not apply
    if not _chosen(statement, "Resource", question.resource, lambda text: _fill(text, context)):
        return False
    return all(_condition(*condition, context) for condition in conditions)


def _chosen(statement: Any, name: str, text: str, prepare: Any) -> bool:
    if name in statement:
        return any(_like(prepare(pattern), text) for pattern in _list(statement[name]))
    if f"Not{name}" in statement:
        return not any(_like(prepare(pattern), text) for pattern in _list(statement[f"Not{name}"]))
    return True


def _is_named(principal: Any, who: Who, named: str) -> bool:
    """`named` is the least precise naming that counts: account, role or session."""
    if principal == "*":
        principal = {"AWS": "*"}
    if who.service:
        return who.service in _list(principal.get("Service")) or "*" in _list(principal.get("AWS"))
    listed = _list(principal.get("AWS"))
    if who.anonymous:
        return "*" in listed
    if any(name in listed for name in who.names):
        return True
    if "*" in listed or any(name in listed for name in who.session_of):
        # Everyone includes the role or user rather than one session in particular.
        return named in {"account", "role"} if who.session_of else True
    root = f"arn:aws:iam::{who.account}:root"
    return named == "account" and (who.account in listed or root in listed)


def _is_left(statement: Any, who: Who, named: str) -> bool:
    """Whether a statement with NotPrincipal is about the principal."""
    element = statement["NotPrincipal"]
    if element == "*":
        return False
    if statement["Effect"] == "Allow":
        return not _is_named(element, who, "account") and (
            named in {"account", "role"} or not who.session_of
        )
    listed = _list(element.get("AWS"))
    if "*" in listed:
        return False
    if who.service:
        return who.service not in _list(element.get("Service"))
    if who.anonymous:
        return True
    # To be excluded, the account, the role or user, and the session must all be listed.
    root = f"arn:aws:iam::{who.account}:root"
    groups = [[who.account, root], who.names, *([who.session_of] if who.session_of else [])]
    return not all(any(name in listed for name in group) for group in groups)


def _condition(operator: str, key: str, values: list[str], context: dict[str, list[str]]) -> bool:
    found = context.get(key.lower(), [])
    if operator == "Null":
        return any((value == "true") == (not found) for value in values)
    quantifier, _, name = operator.rpartition(":")
    if_exists = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    negated, name = name in NEGATED, NEGATED.get(name, name)
    if not found:
        if quantifier == "ForAllValues" or if_exists:
            return True
        return negated and quantifier == ""
    matches = [
        any(_compare(name, text, value, context) for value in values) is not negated
        for text in found
    ]
    return any(matches) if quantifier == "ForAnyValue" else all(matches)


def _compare(name: str, text: str, value: str, context: dict[str, list[str]]) -> bool:  # noqa: PLR0911 - one for each family of operators
    match name:
        case "StringEquals":
            return text == _plain(value, context)
        case "StringEqualsIgnoreCase":
            return text.lower() == str(_plain(value, context)).lower()
        case "StringLike":
            return _like(_fill(value, context), text)
        case "ArnLike" | "ArnEquals":
            patterns, parts = str(_fill(value, context)).split(":", 5), text.split(":", 5)
            pairs = zip(patterns, parts, strict=False)
            return len(patterns) == len(parts) and all(_like(one, other) for one, other in pairs)
        case "Bool":
            return text.lower() == value.lower()
        case "IpAddress":
            return ip_address(text) in ip_network(value)
    family = "Numeric" if name.startswith("Numeric") else "Date"
    one, other = (_scalar(family, text), _scalar(family, value))
    return {
        "Equals": one == other,
        "LessThan": one < other,
        "LessThanEquals": one <= other,
        "GreaterThan": one > other,
        "GreaterThanEquals": one >= other,
    }[name.removeprefix(family)]


def _scalar(family: str, text: str) -> float:
    if family == "Numeric":
        return float(text)
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


ESCAPES = {"*": "\ue000", "?": "\ue001", "$": "$"}
"""Placeholders for characters that are no wildcards."""


def _is_text(operator: str) -> bool:
    return "String" in operator or "Arn" in operator


def _fill(text: str, context: dict[str, list[str]]) -> str | None:
    """The text with its variables filled in, their wildcards escaped; None without a value."""
    filled = ""
    while "${" in text:
        before, _, rest = text.partition("${")
        name, _, text = rest.partition("}")
        filled += before
        if name in ESCAPES:
            filled += ESCAPES[name]
            continue
        key, _, default = name.partition(",")
        found = context.get(key.strip().lower(), [])
        value = found[0] if len(found) == 1 else default.strip().strip("'") if default else None
        if value is None:
            return None
        filled += value.replace("*", ESCAPES["*"]).replace("?", ESCAPES["?"])
    return filled + text


def _plain(text: str, context: dict[str, list[str]]) -> str | None:
    filled = _fill(text, context)
    if filled is None:
        return None
    return filled.replace(ESCAPES["*"], "*").replace(ESCAPES["?"], "?")


def _like(pattern: str | None, text: str) -> bool:
    """Whether the text matches the pattern of `*` and `?`, by a table of positions."""
    if pattern is None:
        return False
    reached = {0}
    for character in pattern:
        if character == "*":
            reached = set(range(min(reached, default=len(text) + 1), len(text) + 1))
        else:
            literal = {"\ue000": "*", "\ue001": "?"}.get(character, character)
            reached = {
                at + 1
                for at in reached
                if at < len(text) and (character == "?" or text[at] == literal)
            }
    return len(text) in reached


def _list(value: Any) -> list[str]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
