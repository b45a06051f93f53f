"""The evaluation of policies agrees with a second one, written from the IAM user guide."""

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.property.access_oracle import Question, Who, allowed
from wavetank.iam.evaluation import decide
from wavetank.iam.policy import Policy, PolicyKind, parse_policy
from wavetank.iam.request import (
    ANONYMOUS,
    AccessRequest,
    Principal,
    PrincipalType,
    service,
)

NIGHTLY_CASES = 40_000
OWNER, STRANGER = "0" * 12, "1" * 12
ROLE_ID, USER_ID = "AROA" + "X" * 17, "AIDA" + "X" * 17
EVENTS = "events.amazonaws.com"


def _principals(account: str) -> list[tuple[Principal, Who]]:
    """Every kind of principal of the account, in the project's form and in the oracle's."""
    iam, sts = f"arn:aws:iam::{account}", f"arn:aws:sts::{account}"
    user, role = f"{iam}:user/ada", f"{iam}:role/r"
    session, federated = f"{sts}:assumed-role/r/s", f"{sts}:federated-user/bob"
    of_role, of_user = f"{ROLE_ID}:s", f"{account}:bob"
    made = PrincipalType
    return [
        (
            Principal(type=made.USER, arn=user, account=account, user_id=USER_ID),
            Who(account, [user, USER_ID]),
        ),
        (
            Principal(
                type=made.ASSUMED_ROLE, arn=session, account=account, user_id=of_role, role_arn=role
            ),
            Who(account, [session], [role, ROLE_ID]),
        ),
        (
            Principal(
                type=made.FEDERATED_USER,
                arn=federated,
                account=account,
                user_id=of_user,
                user_arn=user,
            ),
            Who(account, [federated], [user]),
        ),
    ]


PRINCIPALS = [
    *_principals(OWNER),
    *_principals(STRANGER),
    (ANONYMOUS, Who("", [], anonymous=True)),
    (service(EVENTS), Who("", [], service=EVENTS)),
]
NAMES = [
    *(name for _, who in PRINCIPALS for name in [*who.names, *who.session_of]),
    *(OWNER, STRANGER, f"arn:aws:iam::{OWNER}:root", "*"),
]
ACTIONS = ["*", "s3:*", "s3:GetObject", "S3:?etObject", "s3:Put*", "iam:*"]
RESOURCES = ["*", "arn:aws:s3:::b/*", "arn:aws:s3:::b/ada", "arn:aws:s3:::b/${aws:username}"]
RESOURCES += ["arn:aws:s3:::b/a?a", "arn:aws:s3:::b/${a:tag, 'ada'}", "arn:aws:s3:::b/${*}"]
OPERATORS = {
    "StringEquals": ["ada", "a*", "${aws:username}", "${a:tag, 'ada'}"],
    "StringLike": ["ada", "a*", "?da", "${a:tag}", "${*}*"],
    "StringEqualsIgnoreCase": ["ADA", "bob"],
    "ArnLike": ["arn:aws:s3:::*", "arn:aws:sqs:*:*:b", "arn:*:*:*:*:b"],
    "Bool": ["true", "false"],
    "IpAddress": ["10.0.0.0/8", "10.1.2.3/32", "192.168.0.0/16"],
    "NumericLessThan": ["1", "10"],
    "NumericGreaterThanEquals": ["5"],
    "NumericEquals": ["7", "7.0"],
    "DateLessThan": ["2026-11-24T00:00:00"],
    "DateGreaterThanEquals": ["2026-11-24T00:00:00"],
}
POSITIVE = {
    "StringNotEquals": "StringEquals",
    "StringNotLike": "StringLike",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "ArnNotLike": "ArnLike",
    "NotIpAddress": "IpAddress",
    "NumericNotEquals": "NumericEquals",
}
KEYS = {
    "String": [("a:tag", ["ada", "bob", "a*"]), ("A:Text", ["ADA", "x"])],
    "Arn": [("a:arn", ["arn:aws:s3:::b", "arn:aws:sqs:eu-west-1:1:b", "none"])],
    "Bool": [("aws:SecureTransport", ["true", "false"])],
    "Ip": [("aws:SourceIp", ["10.1.2.3", "192.168.1.1", "8.8.8.8"])],
    "Numeric": [("s3:max-keys", ["1", "7", "100"])],
    "Date": [("aws:CurrentTime", ["2026-11-23T10:00:00", "2026-11-25T10:00:00"])],
}
MULTIVALUED = "a:tag"
ALL_KEYS = [key for keys in KEYS.values() for key in keys]


def _some(values: list[Any]) -> st.SearchStrategy[Any]:
    """One, or a list of a few."""
    return st.sampled_from(values) | st.lists(st.sampled_from(values), min_size=1, max_size=3)


@st.composite
def conditions(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """An operator, the key and its values."""
    if draw(st.integers(0, 9)) == 0:
        return "Null", {
            draw(st.sampled_from(ALL_KEYS))[0]: draw(st.sampled_from(["true", "false"]))
        }
    name = draw(st.sampled_from([*OPERATORS, *POSITIVE]))
    positive = POSITIVE.get(name, name)
    family = next(known for known in KEYS if positive.startswith(known))
    key = draw(st.sampled_from(KEYS[family]))[0]
    quantifiers = ["ForAllValues:", "ForAnyValue:"]
    if key != MULTIVALUED:  # without a quantifier, the guide does not define its comparison
        quantifiers += ["", ""]
    quantifier = draw(st.sampled_from(quantifiers))
    ending = draw(st.sampled_from(["", "", "IfExists"]))
    return f"{quantifier}{name}{ending}", {key: draw(_some(OPERATORS[positive]))}


@st.composite
def statements(draw: st.DrawFn, *, of_resource: bool) -> dict[str, Any]:
    """A statement; half of them are broad, so that the finer elements decide."""
    broad = draw(st.booleans())
    element: dict[str, Any] = {"Effect": draw(st.sampled_from(["Allow", "Allow", "Deny"]))}
    if broad:
        element |= {"Action": "*", "Resource": "*"}
    else:
        element[draw(st.sampled_from(["Action", "Action", "NotAction"]))] = draw(_some(ACTIONS))
        resource = draw(st.sampled_from(["Resource", "Resource", "NotResource"]))
        element[resource] = draw(_some(RESOURCES))
    if draw(st.booleans()):
        element["Condition"] = dict(draw(st.lists(conditions(), min_size=1, max_size=2)))
    if of_resource:
        named = draw(
            st.just("*")
            | st.fixed_dictionaries({"AWS": _some(NAMES)}, optional={"Service": st.just(EVENTS)})
        )
        element[draw(st.sampled_from(["Principal"] * 4 + ["NotPrincipal"]))] = named
    return element


def _policies(*, of_resource: bool = False) -> st.SearchStrategy[dict[str, Any]]:
    listed = st.lists(statements(of_resource=of_resource), min_size=1, max_size=3)
    return listed.map(lambda found: {"Version": "2012-10-17", "Statement": found})


@st.composite
def contexts(draw: st.DrawFn) -> dict[str, tuple[str, ...]]:
    """A value, several or none of each key."""
    values: dict[str, tuple[str, ...]] = {}
    for key, possible in ALL_KEYS:
        most = 3 if key == MULTIVALUED else 1
        found = draw(st.lists(st.sampled_from(possible), max_size=most, unique=True))
        values[key] = tuple(found)
    return values


@st.composite
def questions(draw: st.DrawFn) -> tuple[AccessRequest, Question]:
    """The same request and policies, for the project and for the oracle."""
    principal, who = draw(st.sampled_from(PRINCIPALS))
    context = draw(contexts())
    username = ["ada"] if principal.type is PrincipalType.USER else []
    request = AccessRequest(
        principal=principal,
        action=draw(st.sampled_from(["s3:GetObject", "s3:PutObject"])),
        resource=draw(st.sampled_from(["arn:aws:s3:::b/ada", "arn:aws:s3:::b/bob"])),
        context=context,
    )
    has_own = not who.anonymous and not who.service
    limit = st.none() | _policies()
    question = Question(
        who=who,
        action=request.action,
        resource=request.resource,
        context={"aws:username": username} | {k.lower(): list(v) for k, v in context.items()},
        owner=OWNER,
        identity=draw(st.lists(_policies(), max_size=2)) if has_own else [],
        resource_policy=draw(st.none() | _policies(of_resource=True)),
        boundary=draw(limit) if has_own else None,
        session=draw(st.none() | st.lists(_policies(), max_size=2)) if has_own else None,
    )
    return request, question


def _policy(document: Any, kind: PolicyKind) -> Policy:
    return parse_policy(json.dumps(document), kind)


def _ours(request: AccessRequest, question: Question) -> bool:
    def read(documents: list[Any] | None) -> list[Policy] | None:
        if documents is None:
            return None
        return [_policy(document, PolicyKind.IDENTITY) for document in documents]

    other = question.resource_policy
    return decide(
        request,
        identity=read(question.identity),
        resource=_policy(other, PolicyKind.RESOURCE) if other else None,
        owner=question.owner,
        boundary=read([question.boundary] if question.boundary else None),
        session=read(question.session),
    ).allowed


@given(questions())
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_a_second_implementation_decides_the_same(asked: tuple[AccessRequest, Question]) -> None:
    """Identity-based, resource-based, boundary and session policies, in and across accounts."""
    request, question = asked
    assert _ours(request, question) is allowed(question)


@pytest.mark.nightly
def test_forty_thousand_cases_are_decided_the_same() -> None:
    """As above, so often that rare combinations occur, with both answers among them."""
    seen: Counter[bool] = Counter()

    @given(questions())
    @settings(
        max_examples=NIGHTLY_CASES,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        database=None,
    )
    def check(asked: tuple[AccessRequest, Question]) -> None:
        request, question = asked
        ours = _ours(request, question)
        assert ours is allowed(question)
        seen[ours] += 1

    check()
    assert seen.total() >= NIGHTLY_CASES
    assert min(seen.values()) > NIGHTLY_CASES // 20
