"""Which policies AWS stores, and which it rejects."""

import json
import re
from typing import Any

import pytest

from tests.unit.iam.policies import BUCKET, OWNER, allow, bucket, document
from wavetank.iam.conditions import PolicyCondition
from wavetank.iam.patterns import read_pattern
from wavetank.iam.policy import Effect, PolicyKind, parse_policy
from wavetank.iam.policy_document import (
    BUCKET_POLICY,
    ROLE_INLINE_POLICY,
    TEXT_CHARACTERS_MAX,
    MalformedPolicyError,
    PolicyTooLargeError,
    SizeLimit,
)

WITHOUT_RESOURCE = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*"}


def assert_refused(text: str, kind: PolicyKind, message: str) -> None:
    """Fails unless the policy is refused with the message."""
    with pytest.raises(MalformedPolicyError, match=re.escape(message)):
        parse_policy(text, kind)


def test_all_elements_of_a_policy_are_read() -> None:
    """Every element of a statement is where evaluation looks for it."""
    element = allow(
        Sid="Readers",
        Principal={"AWS": [OWNER], "Service": "events.amazonaws.com"},
        Action=["s3:Get*", "s3:ListBucket"],
        NotResource=f"{BUCKET}/secret/*",
        Condition={"StringLikeIfExists": {"s3:prefix": ["a/*", 5, True]}},
    )
    del element["Resource"]
    (statement,) = bucket(element).statements
    assert (statement.sid, statement.effect) == ("Readers", Effect.ALLOW)
    assert statement.principals
    assert statement.principals.names == {("AWS", OWNER), ("Service", "events.amazonaws.com")}
    assert statement.actions.includes("S3:GETOBJECT", {}) is True
    assert statement.resources
    assert statement.resources.includes(f"{BUCKET}/secret/x", {}) is False
    assert statement.conditions == (
        PolicyCondition(
            operator="StringLike", key="s3:prefix", values=("a/*", "5", "true"), if_exists=True
        ),
    )


def test_one_statement_needs_no_list() -> None:
    """AWS accepts an object instead of a list of one, and a policy without version."""
    text = json.dumps({"Id": "x", "Statement": allow()})
    assert len(parse_policy(text, PolicyKind.IDENTITY).statements) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "invalid Json"),
        ("{", "invalid Json"),
        ('{"Version": NaN}', "NaN is not a number"),
        ("[" * 100_000, "too deep"),
        (" " * (TEXT_CHARACTERS_MAX + 1), "longer than"),
        ("[]", "must be a JSON object"),
        ("null", "must be a JSON object"),
        ("{}", "no statements"),
        ('{"Statement": []}', "no statements"),
        ('{"Statement": ["x"]}', "A statement must be a JSON object"),
        ('{"Version": "2012-10-18", "Statement": []}', "valid version string"),
        ('{"Version": ["2012-10-17"], "Statement": []}', "valid version string"),
        ('{"Id": 1, "Statement": []}', "Id must be a string"),
        ('{"Id": "a", "Id": "a"}', "'Id' is repeated"),
        ('{"statement": []}', "has unknown 'statement'"),
    ],
)
def test_an_invalid_document_is_refused(text: str, message: str) -> None:
    """With the reason, and whatever its depth and length."""
    assert_refused(text, PolicyKind.IDENTITY, message)


@pytest.mark.parametrize(
    ("elements", "message"),
    [
        ({"Effect": "allow"}, "Invalid effect: 'allow'"),
        ({"Effect": ["Allow"]}, "Invalid effect"),
        ({"Effect": None}, "Missing required field Effect"),
        ({"Actions": "s3:*"}, "has unknown 'Actions'"),
        ({"NotAction": "s3:*"}, "both Action and NotAction"),
        ({"NotResource": "*"}, "both Resource and NotResource"),
        ({"Action": []}, "must contain actions"),
        ({"Action": 5}, "Action must be a string"),
        ({"Action": ["s3:*", 5]}, "Action must be a string"),
        ({"Action": "GetObject"}, "prefaced by a vendor"),
        ({"Action": "s3*:Get"}, "prefaced by a vendor"),
        ({"Resource": []}, "Resource must be a string"),
        ({"Resource": "bucket"}, 'Resource bucket must be in ARN format or "*"'),
        ({"Resource": "arn:aws:s3:::${}"}, "Invalid variable: ${}"),
        ({"Resource": "arn:aws:s3:::${aws:userid, none}"}, "Invalid variable"),
        ({"Sid": 1}, "Sid must be a string"),
        ({"Sid": "a b"}, "must be alpha-numeric"),
        ({"Principal": "*"}, "should not specify a principal"),
        ({"Condition": []}, "Condition must be a JSON object"),
        ({"Condition": {"StringEquals": "x"}}, "Condition 'StringEquals' must be"),
        ({"Condition": {"StringEqual": {"a:b": "x"}}}, "Invalid Condition type : StringEqual"),
        ({"Condition": {"NullIfExists": {"a:b": "true"}}}, "Invalid Condition type"),
        ({"Condition": {":StringEquals": {"a:b": "x"}}}, "Invalid Condition type"),
        ({"Condition": {"ForSome:StringEquals": {"a:b": "x"}}}, "Invalid Condition type"),
        ({"Condition": {"StringEquals": {"prefix": "x"}}}, "prefaced by a vendor"),
        ({"Condition": {"StringEquals": {"a:b": []}}}, "has no values"),
        ({"Condition": {"StringEquals": {"a:b": None}}}, "strings, numbers or booleans"),
        ({"Condition": {"StringEquals": {"a:b": [["x"]]}}}, "strings, numbers or booleans"),
        ({"Condition": {"StringEquals": {"a:b": "${,}"}}}, "Invalid variable"),
        ({"Condition": {"Bool": {"a:b": "yes"}}}, "neither true nor false"),
        ({"Condition": {"Null": {"a:b": "yes"}}}, "neither true nor false"),
        ({"Condition": {"NumericEquals": {"a:b": "1e5"}}}, "is not a number"),
        ({"Condition": {"DateEquals": {"a:b": "soon"}}}, "soon"),
        ({"Condition": {"IpAddress": {"a:b": "10.0.0.0/33"}}}, "10.0.0.0/33"),
        ({"Condition": {"BinaryEquals": {"a:b": "?"}}}, "Invalid value for BinaryEquals"),
    ],
)
def test_an_invalid_statement_is_refused(elements: dict[str, Any], message: str) -> None:
    """Before it decides anything, and with the reason."""
    assert_refused(document(allow(**elements)), PolicyKind.IDENTITY, message)


def test_required_elements_depend_on_the_kind_of_policy() -> None:
    """A principal is required on a resource or role, a resource on an identity."""
    without_principal = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    assert_refused(document(without_principal), PolicyKind.IDENTITY, "must contain resources")
    for kind in (PolicyKind.RESOURCE, PolicyKind.TRUST):
        assert_refused(document(without_principal), kind, "Missing required field Principal")
        assert parse_policy(document(WITHOUT_RESOURCE), kind).kind is kind
    assert_refused(document(allow(Principal="*")), PolicyKind.TRUST, "prohibited field Resource")
    without_action = {"Effect": "Allow", "Principal": "*"}
    assert_refused(document(without_action), PolicyKind.TRUST, "must contain actions")


def test_a_sid_is_unique() -> None:
    """Statements without a Sid may be repeated."""
    twice = [allow(Sid="x"), allow(Sid="x")]
    assert_refused(document(*twice), PolicyKind.IDENTITY, "must be unique")
    assert parse_policy(document(allow(), allow(Sid="")), PolicyKind.IDENTITY)


@pytest.mark.parametrize(
    "principal",
    [
        "someone",
        {},
        {"AWS": []},
        {"AWS": "arn:aws:iam::*:root"},
        {"AWS": f"arn:aws:iam::{OWNER}:role/*"},
        {"AWS": f"arn:aws:iam::{OWNER}:group/readers"},
        {"AWS": "1234"},
        {"Service": "*"},
        {"Service": "events"},
        {"Federated": "*"},
        {"CanonicalUser": "ada"},
        {"Aws": "*"},
    ],
)
def test_a_principal_has_one_of_the_documented_forms(principal: object) -> None:
    """An asterisk is everyone, and never a part of a name."""
    with pytest.raises(MalformedPolicyError):
        bucket(allow(Principal=principal))


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("AWS", "*"),
        ("AWS", OWNER),
        ("AWS", f"arn:aws:iam::{OWNER}:root"),
        ("AWS", f"arn:aws:iam::{OWNER}:role/path/reader"),
        ("AWS", f"arn:aws-cn:sts::{OWNER}:assumed-role/reader/ada@example.com"),
        ("AWS", "AROA" + "X" * 17),
        ("Service", "s3.eu-west-1.amazonaws.com"),
        ("Federated", "cognito-identity.amazonaws.com"),
        ("CanonicalUser", "0a" * 32),
    ],
)
def test_every_kind_of_principal_is_accepted(kind: str, name: str) -> None:
    """One by one, and in a list."""
    (statement,) = bucket(allow(Principal={kind: [name]})).statements
    assert statement.principals
    assert statement.principals.names == {(kind, name)}


@pytest.mark.parametrize(
    ("pattern", "text", "verdict"),
    [
        ("*", "", True),
        ("", "", True),
        ("", "a", False),
        ("a?c", "abc", True),
        ("a?c", "ac", False),
        ("a*c", "a:b/\nc", True),
        ("*b*", "abc", True),
        ("a*a", "a", False),
        ("*ab*ab", "ab", False),
        ("a.c[d]", "a.c[d]", True),
        ("a.c", "abc", False),
        ("A", "a", False),
        ("${*}${?}${$}", "*?$", True),
        ("${*}", "a", False),
        ("${a:name}/*", "ada/x", True),
        ("${A:NAME}", "ada", True),
        ("${a:star}", "*", True),
        ("${a:star}", "ada", False),
        ("${a:none, 'x y'}", "x y", True),
        ("${a:name,'x'}", "ada", True),
        ("${a:none}", "", False),
        ("${a:two}", "x", False),
        ("${open", "${open", True),
    ],
)
def test_patterns_match_the_whole_text(pattern: str, text: str, verdict: object) -> None:
    """Wildcards match anything, a variable's value is literal."""
    context = {"a:name": ("ada",), "a:star": ("*",), "a:none": (), "a:two": ("x", "y")}
    assert read_pattern(pattern, variables=True).matches(text, context) is verdict


def test_variables_need_the_later_version() -> None:
    """With 2008-10-17 they are literal text."""
    text = document(allow(Resource="arn:aws:s3:::${aws:userid}"), version="2008-10-17")
    (statement,) = parse_policy(text, PolicyKind.IDENTITY).statements
    assert statement.variables == ()
    assert statement.resources
    assert statement.resources.includes("arn:aws:s3:::${aws:userid}", {}) is True


@pytest.mark.parametrize("pattern", ["*a" * 2_000 + "*b", "*?" * 2_000 + "b", "*a?" * 200 + "c"])
def test_no_pattern_causes_backtracking(pattern: str) -> None:
    """With backtracking at each asterisk the search would not end."""
    assert read_pattern(pattern, variables=True).matches("a" * 5_000, {}) is False


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        (BUCKET_POLICY, "x" * (20 * 1024)),
        (BUCKET_POLICY, "\u00e9" * (10 * 1024)),
        (ROLE_INLINE_POLICY, "x \n" * 10_240),
    ],
)
def test_a_policy_has_a_size(limit: SizeLimit, text: str) -> None:
    """S3 counts bytes, IAM characters without white space."""
    limit.check(text)
    with pytest.raises(PolicyTooLargeError, match=f"of {limit.limit} bytes exceeded"):
        limit.check(text + "x")
