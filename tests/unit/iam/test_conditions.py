"""Conditions as truth tables: operators, several values, and keys that are not there.

[IAM user guide, reference_policies_elements_condition_operators]
"""

import json

import pytest

from wavetank.iam.conditions import PolicyCondition, read_conditions
from wavetank.iam.operators import OPERATORS
from wavetank.iam.policy_document import Json, read_object
from wavetank.iam.request_context import Unknown, Verdict, all_of, any_of

UNKNOWN = Unknown("a:b")
VALID = {
    "String": "x",
    "Arn": "arn:aws:s3:::x",
    "Numeric": "1",
    "Date": "2026-11-24",
    "Bool": "true",
    "Binary": "eA==",
    "IpAddress": "192.0.2.1",
    "NotIpAddress": "192.0.2.1",
}
NEGATED = sorted(name for name in OPERATORS if "Not" in name)
PLAIN = sorted(name for name in OPERATORS if "Not" not in name)


def _condition(operator: str, value: object) -> PolicyCondition:
    element = read_object(json.dumps({operator: {"a:B": value}}))
    (condition,) = read_conditions(element, variables=True)
    return condition


def _holds(operator: str, policy: object, *request: str) -> Verdict:
    return _condition(operator, policy).holds({"a:b": request, "a:name": ("ada",)})


def _valid(operator: str) -> str:
    return next(value for family, value in VALID.items() if operator.startswith(family))


@pytest.mark.parametrize(
    ("operator", "policy", "request_value", "holds"),
    [
        ("StringEquals", "a*", "a*", True),
        ("StringEquals", "a*", "ab", False),
        ("StringEquals", "a", "A", False),
        ("StringEquals", "${a:name}", "ada", True),
        ("StringEqualsIgnoreCase", "${a:name}X", "ADAx", True),
        ("StringLike", "a*${a:name}?", "a/b:adax", True),
        ("StringLike", "a", "ab", False),
        ("ArnEquals", "arn:aws:sns:*:*:alerts", "arn:aws:sns:eu-west-1:1:alerts", True),
        ("ArnLike", "arn:aws:*:x", "arn:aws:sns:eu-west-1:1:x", False),
        ("ArnLike", "*", "arn:aws:sns:eu-west-1:1:x:y", True),
        ("ArnLike", "arn:aws:s3:::${a:name}/*", "arn:aws:s3:::ada/x:y", True),
        ("ArnLike", "arn:*:s3:::x", "x", False),
        ("Bool", True, "true", True),
        ("Bool", "false", "True", False),
        ("NumericEquals", 10, "10.0", True),
        ("NumericLessThan", "10", "9.5", True),
        ("NumericLessThan", "10", "10", False),
        ("NumericLessThanEquals", "10", "10", True),
        ("NumericGreaterThan", -1, "0", True),
        ("NumericGreaterThanEquals", "10", "ten", False),
        ("DateEquals", "2026-11-24T10:00:00Z", "2026-11-24T11:00:00+01:00", True),
        ("DateEquals", "1970-01-01T00:01:00Z", "60", True),
        ("DateEquals", "2026-11", "2026-11-01", True),
        ("DateLessThan", "2026-11-24", "2026-11-23T23:59:59Z", True),
        ("DateGreaterThan", "2026-11-24", "2026-11-24T00:00:00Z", False),
        ("DateGreaterThanEquals", "2026-11-24", "2026-11-24", True),
        ("DateLessThanEquals", "2026-11-24", "later", False),
        ("IpAddress", "192.0.2.0/24", "192.0.2.9", True),
        ("IpAddress", "192.0.2.1", "192.0.2.2", False),
        ("IpAddress", "2001:db8::/32", "2001:db8::1", True),
        ("IpAddress", "0.0.0.0/0", "2001:db8::1", False),
        ("IpAddress", "0.0.0.0/0", "nowhere", False),
        ("BinaryEquals", "eA==", "eA==", True),
        ("BinaryEquals", "eA==", "eQ==", False),
    ],
)
def test_operators_compare(
    operator: str, policy: object, request_value: str, holds: object
) -> None:
    """As documented; the negated operator gives the opposite."""
    assert _holds(operator, policy, request_value) is holds
    opposite = "NotIpAddress" if operator == "IpAddress" else operator
    for family in ("String", "Arn", "Numeric", "Date"):
        opposite = opposite.replace(family, f"{family}Not", 1)
    if opposite != operator and opposite in OPERATORS:
        assert _holds(opposite, policy, request_value) is not holds


@pytest.mark.parametrize(
    ("operators", "prefix", "suffix", "holds"),
    [
        (PLAIN, "", "", False),
        (NEGATED, "", "", True),
        (PLAIN, "", "IfExists", True),
        (NEGATED, "", "IfExists", True),
        (PLAIN, "ForAllValues:", "", True),
        (NEGATED, "ForAllValues:", "", True),
        (PLAIN, "ForAnyValue:", "", False),
        (NEGATED, "ForAnyValue:", "", False),
        (PLAIN, "ForAnyValue:", "IfExists", True),
    ],
)
def test_a_key_that_is_absent(
    operators: list[str], prefix: str, suffix: str, holds: object
) -> None:
    """Negated operators, IfExists and ForAllValues hold without the key, the others do not."""
    for operator in operators:
        assert _holds(f"{prefix}{operator}{suffix}", _valid(operator)) is holds, operator


@pytest.mark.parametrize(
    "operator", [*OPERATORS, "StringEqualsIfExists", "ForAllValues:StringLike"]
)
def test_an_unknown_key_is_never_a_silent_match(operator: str) -> None:
    """A key neither present nor known to be absent gives unknown, with its name."""
    assert _condition(operator, _valid(operator.removeprefix("ForAllValues:"))).holds(
        {}
    ) == Unknown("a:B")


@pytest.mark.parametrize(
    ("policy", "present", "absent"),
    [("true", False, True), (False, True, False), (["true", "false"], True, True)],
)
def test_null_asks_whether_the_key_is_there(
    policy: object, present: object, absent: object
) -> None:
    """True is for absent, false for present, and an unknown key stays unknown."""
    assert _holds("Null", policy, "x") is present
    assert _holds("Null", policy) is absent
    assert _condition("Null", policy).holds({}) == Unknown("a:B")


@pytest.mark.parametrize(
    ("operator", "request_values", "holds"),
    [
        ("StringEquals", ["x", "z"], True),
        ("StringEquals", ["z"], False),
        ("StringNotEquals", ["z"], True),
        ("StringNotEquals", ["x", "z"], False),
        ("ForAnyValue:StringEquals", ["x", "z"], True),
        ("ForAnyValue:StringEquals", ["z"], False),
        ("ForAllValues:StringEquals", ["x", "y"], True),
        ("ForAllValues:StringEquals", ["x", "z"], False),
        ("ForAnyValue:StringNotEquals", ["x", "z"], True),
        ("ForAnyValue:StringNotEquals", ["x", "y"], False),
        ("ForAllValues:StringNotEquals", ["z", "w"], True),
        ("ForAllValues:StringNotEquals", ["x", "z"], False),
    ],
)
def test_several_values(operator: str, request_values: list[str], holds: object) -> None:
    """Any one value of the policy is enough; of the request, as many as the operator says."""
    assert _holds(operator, ["x", "y"], *request_values) is holds


def test_all_conditions_are_read() -> None:
    """The keys of all operators must hold."""
    element: Json = {"Bool": {"a:b": True}, "StringEquals": {"a:c": "x", "a:d": "y"}}
    keys = [condition.key for condition in read_conditions(element, variables=True)]
    assert keys == ["a:b", "a:c", "a:d"]


def test_an_unknown_variable_gives_an_unknown_verdict() -> None:
    """The variable's key is named, and a negated operator does not hold by it either."""
    for operator in ("StringEquals", "StringNotEquals", "ArnLike"):
        assert _holds(operator, "${aws:x}:::::", "x:::::") == Unknown("aws:x")


def test_a_known_verdict_outweighs_an_unknown_one() -> None:
    """One false makes all false, one true makes any true; else the unknown stays."""
    assert all_of([True, UNKNOWN, False]) is False
    assert all_of([True, UNKNOWN]) == UNKNOWN
    assert any_of([False, UNKNOWN, True]) is True
    assert any_of([False, UNKNOWN]) == UNKNOWN
    assert (all_of([]), any_of([])) == (True, False)
