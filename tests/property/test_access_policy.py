"""Policies of all kinds: refused with AWS's error, or evaluated, safely and in little time."""

import fnmatch
import json
import re
import sys
from contextlib import suppress
from types import FrameType
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from wavetank.iam.denial_messages import denial_message
from wavetank.iam.evaluation import Decision, decide
from wavetank.iam.operators import OPERATORS
from wavetank.iam.patterns import read_pattern
from wavetank.iam.policy import (
    POLICY_ELEMENTS,
    STATEMENT_ELEMENTS,
    Policy,
    PolicyKind,
    parse_policy,
)
from wavetank.iam.policy_document import MalformedPolicyError
from wavetank.iam.public_access import is_public
from wavetank.iam.request import (
    ANONYMOUS,
    AccessRequest,
    Principal,
    PrincipalType,
    service,
)

OWNER, STRANGER = "0" * 12, "1" * 12
VALUES = {"Numeric": "1", "Date": "2026-11-24", "Bool": "true", "Binary": "eA==", "Ip": "::1"}
"""What the operators of a family take; the others take any text."""
WORDS = [
    *POLICY_ELEMENTS,
    *STATEMENT_ELEMENTS,
    *("Allow", "Deny", "AWS", "Service", "*", "s3:GetObject", "2012-10-17", "true"),
    *("StringEquals", "ForAllValues:ArnLike", "Bool", "Null", "aws:username"),
    *("${aws:userid}", "arn:aws:s3:::b/${aws:x,'y'}"),
]
"""What brings random documents near to policies."""

texts = st.sampled_from(sorted(WORDS)) | st.text(max_size=8)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)
kinds = st.sampled_from(PolicyKind)

keys = st.sampled_from(["aws:username", "AWS:UserId", "aws:SourceVpc", "aws:x", "s3:prefix"])
values = st.sampled_from(["ada", "a*", "${aws:username}", "${aws:x, 'y'}", "${*}", "::1", "1"])
prefixes = st.sampled_from(["", "ForAllValues:", "ForAnyValue:"])


@st.composite
def conditions(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """An operator and what it compares."""
    name = draw(st.sampled_from([*OPERATORS, "Null"]))
    if name == "Null":
        return name, {draw(keys): draw(st.booleans())}
    family = next((known for known in VALUES if name.removeprefix("Not").startswith(known)), None)
    taken = st.just(VALUES[family]) if family else values
    operator = draw(prefixes) + name + draw(st.sampled_from(["", "IfExists"]))
    return operator, {draw(keys): draw(st.lists(taken, min_size=1, max_size=3))}


patterns = st.lists(
    st.sampled_from(["*", "arn:aws:s3:::b/*", "arn:aws:s3:::b/${aws:username}", "arn:${aws:x}"]),
    min_size=1,
    max_size=3,
)
principals = st.sampled_from(
    [
        "*",
        {"AWS": "*"},
        {"AWS": [OWNER, f"arn:aws:iam::{STRANGER}:user/ada"]},
        {"AWS": f"arn:aws:iam::{OWNER}:role/r", "Service": "events.amazonaws.com"},
        {"Federated": "graph.facebook.com"},
    ]
)
actions = st.lists(
    st.sampled_from(["*", "s3:*", "s3:GetObject", "S3:?et*"]), min_size=1, max_size=3
)


@st.composite
def statements(draw: st.DrawFn, *, of_resource: bool) -> dict[str, Any]:
    """A statement that AWS would store."""
    element = {
        "Effect": draw(st.sampled_from(["Allow", "Deny"])),
        draw(st.sampled_from(["Action", "NotAction"])): draw(actions),
        draw(st.sampled_from(["Resource", "NotResource"])): draw(patterns),
        "Condition": dict(draw(st.lists(conditions(), max_size=2))),
    }
    if of_resource:
        element[draw(st.sampled_from(["Principal", "NotPrincipal"]))] = draw(principals)
    return element


identity_statements = st.lists(statements(of_resource=False), min_size=1, max_size=4)
resource_statements = st.lists(statements(of_resource=True), min_size=1, max_size=4)


@st.composite
def callers(draw: st.DrawFn) -> Principal:
    """Anybody, of the owner's account or of another."""
    account = draw(st.sampled_from([OWNER, STRANGER]))
    arn = f"arn:aws:iam::{account}:user/ada"
    role = Principal(
        type=PrincipalType.ASSUMED_ROLE,
        arn=f"arn:aws:sts::{account}:assumed-role/r/s",
        account=account,
        user_id="AROAX:s",
        role_arn=f"arn:aws:iam::{account}:role/r",
    )
    someone = Principal(type=PrincipalType.USER, arn=arn, account=account, user_id="AIDAX")
    return draw(st.sampled_from([someone, role, ANONYMOUS, service("events.amazonaws.com")]))


contexts = st.dictionaries(keys, st.lists(values, max_size=2).map(tuple), max_size=3)
requests = st.builds(
    AccessRequest,
    principal=callers(),
    action=st.sampled_from(["s3:GetObject", "S3:PutObject"]) | texts,
    resource=st.sampled_from(["arn:aws:s3:::b/ada", "arn:aws:s3:::b/*"]) | texts,
    context=contexts,
)


def _policy(elements: list[dict[str, Any]], kind: PolicyKind) -> Policy:
    return parse_policy(json.dumps({"Version": "2012-10-17", "Statement": elements}), kind)


def _decide(request: AccessRequest, own: list[Any], other: list[Any]) -> Decision:
    identity = [_policy(own, PolicyKind.IDENTITY)] if own else []
    resource = _policy(other, PolicyKind.RESOURCE) if other else None
    return decide(request, identity=identity, resource=resource, owner=OWNER)


@given(texts | st.text(alphabet='{}[]":,\\ae1', max_size=30), kinds)
def test_any_text_is_a_policy_or_malformed(text: str, kind: PolicyKind) -> None:
    """Nothing else is raised."""
    with suppress(MalformedPolicyError):
        assert parse_policy(text, kind).statements


@given(documents, kinds)
def test_any_json_is_a_policy_or_malformed(document: object, kind: PolicyKind) -> None:
    """However near it comes, as a policy, a statement, or the values of an operator."""
    element = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    for candidate in (
        document,
        {"Statement": document},
        {"Statement": element | {"Principal": document}},
        *({"Statement": element | {name: document}} for name in ("Action", "Resource", "Sid")),
        *({"Statement": element | {"Condition": {n: {"a:b": document}}}} for n in OPERATORS),
    ):
        with suppress(MalformedPolicyError):
            assert parse_policy(json.dumps(candidate), kind).statements


@given(requests, identity_statements, resource_statements)
def test_any_policy_is_evaluated_for_any_request(
    request: AccessRequest, own: list[Any], other: list[Any]
) -> None:
    """Any denial has a message, and any policy is public or not."""
    decision = _decide(request, own, other)
    assert decision.allowed or denial_message(request, decision)
    assert is_public(_policy(other, PolicyKind.RESOURCE)) in {True, False}


@given(
    requests,
    st.just([]) | identity_statements,
    st.just([]) | resource_statements,
    statements(of_resource=False),
    statements(of_resource=True),
)
def test_one_more_denial_never_allows(
    request: AccessRequest, own: list[Any], other: list[Any], mine: Any, theirs: Any
) -> None:
    """On either side, and before or after what is there."""
    if _decide(request, own, other).allowed:
        return
    mine, theirs = mine | {"Effect": "Deny"}, theirs | {"Effect": "Deny"}
    assert not _decide(request, [*own, mine], other).allowed
    assert not _decide(request, own, [theirs, *other]).allowed


@given(st.text(alphabet="ab*?", max_size=8), st.text(alphabet="ab", max_size=8))
def test_wildcards_match_as_a_shells_do(pattern: str, text: str) -> None:
    """The standard library's own translation says the same."""
    expected = re.fullmatch(fnmatch.translate(pattern), text) is not None
    assert read_pattern(pattern, variables=True).matches(text, {}) is expected


@given(
    st.lists(st.sampled_from(["a", "b", "?", "*"]), max_size=6),
    st.sampled_from(["a", "*", "?", "a*b", "$"]),
    st.text(alphabet="ab*?$", max_size=8),
)
def test_a_variable_matches_as_its_characters_do(pattern: list[str], value: str, text: str) -> None:
    """Wildcards in its value are none: it is as if each stood there escaped."""
    escaped = "".join(f"${{{c}}}" if c in "*?$" else c for c in value)
    filled = read_pattern("".join([*pattern, escaped, *pattern]), variables=True)
    variable = read_pattern("".join([*pattern, "${a:b}", *pattern]), variables=True)
    assert variable.matches(text, {"a:b": (value,)}) is filled.matches(text, {})


def _calls(request: AccessRequest, own: list[Any], other: list[Any]) -> int:
    """How many functions are called to read the policies and decide."""
    count = 0

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    re.purge()
    before = sys.getprofile()
    sys.setprofile(note)
    try:
        _decide(request, own, other)
    finally:
        sys.setprofile(before)
    return count


@given(requests, identity_statements, resource_statements)
def test_twice_the_statements_are_no_more_than_twice_the_work(
    request: AccessRequest, own: list[Any], other: list[Any]
) -> None:
    """Counted in calls, not timed, and with room for what the collector calls in between."""
    once, twice = _calls(request, own * 8, other * 8), _calls(request, own * 16, other * 16)
    assert twice <= 2.2 * once
