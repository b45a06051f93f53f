"""Filter patterns: the examples of AWS's user guide, and what is refused."""

import json

import pytest

from wavetank.emulator.logs.filter_patterns import FilterPatternError, parse_filter_pattern

EVENT = json.dumps(
    {
        "eventType": "UpdateTrail",
        "sourceIPAddress": "111.111.111.111",
        "arrayKey": ["value", "another value"],
        "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}],
        "SomeObject": None,
        "ThisFlag": True,
        "bandwidth": 1500.5,
        "errorCode": "400",
        "user": {"email": "John.Stiles@example.com", "id": 4},
    }
)
LINE = '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        ("", ["anything", ""], []),
        ("ERROR", ["[ERROR 400] BAD REQUEST", "ERRORS"], ["error"]),
        ("ERROR ARGUMENTS", ["ARGUMENTS ERROR"], ["ERROR"]),
        ("?ERROR ?ARGUMENTS", ["ERROR", "ARGUMENTS"], ["fine"]),
        ("?ERROR ?ARGUMENTS 400", ["400"], ["ERROR"]),
        ("ERROR -ARGUMENTS", ["ERROR 400"], ["ERROR ARGUMENTS"]),
        ("-ERROR", ["fine"], ["ERROR"]),
        ('"INTERNAL SERVER ERROR"', ["x INTERNAL SERVER ERROR"], ["INTERNAL ERROR SERVER"]),
        (r'"say \"hi\""', ['they say "hi"'], ["they say hi"]),
        ("%AUTHORIZED%", ["UNAUTHORIZED"], ["AUTHORISED"]),
        ("%[0-9]{3}$%", ["code 404"], ["404 code"]),
        ("ERROR: -Exit:", ["ERROR: x"], ["ERROR: Exit:"]),
    ],
)
def test_terms(pattern: str, matching: list[str], others: list[str]) -> None:
    """Required, optional, excluded, exact and regular; with their case."""
    found = parse_filter_pattern(pattern)
    assert [text for text in matching + others if found.matches(text)] == matching


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ('{ $.eventType = "UpdateTrail" }', True),
        ("{ $.eventType = Update* }", True),
        ('{ $.eventType = "*Trail" }', True),
        ('{ $.eventType = "updatetrail" }', False),
        ("{ $.sourceIPAddress != 123.123.* }", True),
        ("{ $.missing != 123.123.* }", False),
        ('{ $.arrayKey[0] = "value" }', True),
        ('{ $.arrayKey[1] = "value" }', False),
        ('{ $.arrayKey[*] = "another value" }', True),
        ("{ $.objectList[1].id = 2 }", True),
        ("{ $.SomeObject IS NULL }", True),
        ("{ $.SomeOtherObject IS NULL }", False),
        ("{ $.SomeOtherObject NOT EXISTS }", True),
        ("{ $.SomeObject EXISTS }", True),
        ("{ $.ThisFlag IS TRUE }", True),
        ("{ $.ThisFlag IS FALSE }", False),
        ("{ $.bandwidth > 75 }", True),
        ("{ $.bandwidth >= 1.5005e3 }", True),
        ("{ $.bandwidth < 1500 }", False),
        ("{ $.errorCode = 400 }", True),
        ("{ $.errorCode = 4* }", True),
        ("{ $.eventType = %Trail$% }", True),
        ("{ $.user.id = 4 && $.user.email = John* }", True),
        ("{ $.user.id = 5 || $.ThisFlag IS TRUE }", True),
        ("{ ($.user.id = 5 || $.user.id = 4) && $.ThisFlag IS FALSE }", False),
        ("{ $.user = * }", False),
        ("{$.user.id=4}", True),
    ],
)
def test_conditions_on_json(pattern: str, *, matches: bool) -> None:
    """A message that is not JSON matches none of them."""
    found = parse_filter_pattern(pattern)
    assert found.matches(EVENT) is matches
    assert not found.matches("no JSON")
    assert not found.matches("[1]") or "NOT EXISTS" in pattern


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("[ip, id, user, timestamp, request, status_code, size]", True),
        ("[ip, id, user, timestamp, request, status_code]", False),
        ("[ip, id, user, timestamp, request =*.html*, status_code = 4*, size]", True),
        ("[..., request =*.html*, status_code = 4*, size]", True),
        ("[..., status_code=404, size > 1000]", True),
        ("[ip, ..., size < 1000]", False),
        ("[ip, id, user, timestamp, request, status_code = 404 && status_code != 5*, size]", True),
        ("[w1=10.* || w1=127.*, ...]", True),
        ("[ip != 127.*, ...]", False),
        ("[, , user = frank, ...]", True),
        ("[ip, id, user, timestamp = *2000*, ...]", True),
        ("[w1 = %^127%, ...]", True),
    ],
)
def test_fields_that_are_separated_by_white_space(pattern: str, *, matches: bool) -> None:
    """Brackets and quotation marks hold one field together."""
    assert parse_filter_pattern(pattern).matches(LINE) is matches


def test_values_of_an_event() -> None:
    """For metrics, dimensions and TestMetricFilter."""
    of_json = parse_filter_pattern("{ $.bandwidth > 0 }")
    assert of_json.value(EVENT, "$.bandwidth") == "1500.5"
    assert of_json.value(EVENT, "$.user.email") == "John.Stiles@example.com"
    assert of_json.value(EVENT, "$.user") is None
    assert of_json.value(EVENT, "$.nothing") is None
    fields = parse_filter_pattern("[ip, ..., size]")
    assert fields.value(LINE, "$size") == "1534"
    assert fields.extracted(LINE) == {"$ip": "127.0.0.1", "$size": "1534"}
    assert parse_filter_pattern("ERROR").value("ERROR", "$x") is None


@pytest.mark.parametrize(
    "pattern",
    [
        "{ $.a = 1",
        "{ a = 1 }",
        "{ $.a }",
        "{ $.a > x }",
        "{ $.a IS MAYBE }",
        "{ $.a NOT }",
        "{ ($.a = 1 }",
        "{ $.a = 1 && }",
        "{ $.a = 1 } x }",
        "[a, ..., b, ...]",
        "[a = 1",
        "[a > x]",
        '"open',
        "%[%",
    ],
)
def test_patterns_that_aws_refuses(pattern: str) -> None:
    """Each is an error, and no pattern that matches everything."""
    with pytest.raises(FilterPatternError):
        parse_filter_pattern(pattern)


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("%[a-z]*[a-z]*[a-z]*[a-z]*[a-z]*[a-z]*[a-z]*[a-z]*0%", "a" * 5_000),
        ("%a*a*a*a*a*a*a*a*a*a*b$%", "a" * 5_000),
        ("{ $.a = " + "*a" * 30 + "b }", '{"a": "' + "a" * 5_000 + '"}'),
        ('[x = "' + "*a" * 30 + 'b"]', "a" * 5_000),
        ("{ $.a = 1 }", '{"a": "' + "1" * 100_000 + 'x"}'),
        ("[x]", "[ " * 100_000),
    ],
)
def test_no_pattern_needs_exponential_time(pattern: str, message: str) -> None:
    """A filter is applied within PutLogEvents, and would stop the whole process."""
    assert not parse_filter_pattern(pattern).matches(message)


@pytest.mark.parametrize(
    "pattern", ["%something!%", "%(a+)+%", "%caf\u00e9%", r"%\bword%", r"%a\p{L}%"]
)
def test_what_aws_does_not_support_in_regular_expressions_is_refused(pattern: str) -> None:
    """Other characters, parentheses, multi-byte characters and other escapes."""
    with pytest.raises(FilterPatternError):
        parse_filter_pattern(pattern)


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        (r"%\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}%", "at 10.0.0.1", "at 10.0.0"),
        ("%[Ee]rror|[Ff]ail%", "Failure", "success"),
        (r"%\x41\s\w+\(%", "A call(", "A (call"),
        ("%colou?r%", "color", "colr"),
        ("{ $.a = a*b*a }", '{"a": "abba"}', '{"a": "ab"}'),
        ("{ $.a = aba*aba }", '{"a": "abaaba"}', '{"a": "ababa"}'),
        ("{ $.a = *b }", '{"a": "ab\\nb"}', '{"a": "ba"}'),
    ],
)
def test_regular_expressions_and_wildcards(pattern: str, matching: str, other: str) -> None:
    """AWS's examples, and parts that would overlap."""
    found = parse_filter_pattern(pattern)
    assert found.matches(matching)
    assert not found.matches(other)
