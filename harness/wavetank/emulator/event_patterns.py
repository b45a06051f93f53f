"""Whether an event matches a pattern: EventBridge's rules, event source mappings and SNS's filters.

LocalStack's engine lets a wildcard match at least one character, takes fields of different elements
of an array for one element, matches `true` with 1, and fails at numbers where text is expected.
[EventBridge user guide, eb-create-pattern-operators, eb-event-patterns-arrays; event-ruler, README;
LocalStack 4.14: services/events/event_rule_engine.py]
"""

import ipaddress
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from localstack.services.events.event_rule_engine import EventRuleEngine

from wavetank.emulator.patches import patch_of

ABSENT = object()
"""Stands for the value of a field that an event does not have."""
COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


def matches_document(pattern: Mapping[str, Any], document: Mapping[str, Any]) -> bool:
    """Whether the document has a value of each field in the pattern that one condition accepts.

    The values of several fields must be in the same element of an array.
    """
    if not pattern:
        return True
    alternatives = EventRuleEngine.flatten_pattern(dict(pattern))
    candidates = EventRuleEngine.flatten_payload(dict(document), alternatives)
    return any(_matches_one(fields, candidates) for fields in alternatives)


def _matches_one(
    fields: Mapping[str, Sequence[Any]], candidates: Sequence[Mapping[str, Any]]
) -> bool:
    present = {name for candidate in candidates for name in candidate}
    return any(
        all(
            any(
                _accepts(condition, candidate.get(name, ABSENT), is_present=name in present)
                for condition in conditions
            )
            for name, conditions in fields.items()
        )
        for candidate in candidates
    )


def _accepts(condition: Any, value: Any, *, is_present: bool) -> bool:
    """Whether the condition accepts the value; `is_present` is for the whole document."""
    if isinstance(condition, dict) and "exists" in condition:
        return condition["exists"] is is_present
    return matches_value(condition, value)


def matches_value(condition: Any, value: Any) -> bool:
    """Whether one condition of a pattern accepts a value that is no object; ABSENT is no value."""
    if not isinstance(condition, dict):
        return value is not ABSENT and _equal(condition, value)
    ((name, operand),) = condition.items()
    if name == "exists":
        return (value is not ABSENT) is operand
    if value is ABSENT:
        return False
    test = OPERATORS.get(name)
    return test is not None and test(operand, value)


def _equal(expected: Any, value: Any) -> bool:
    """JSON's equality: `true` is not 1."""
    return isinstance(expected, bool) is isinstance(value, bool) and bool(expected == value)


def _anything_but(operand: Any, value: Any) -> bool:
    if isinstance(operand, dict):
        ((name, excluded),) = operand.items()
        listed = excluded if isinstance(excluded, list) else [excluded]
        return not any(OPERATORS[name](each, value) for each in listed)
    listed = operand if isinstance(operand, list) else [operand]
    return not any(_equal(each, value) for each in listed)


def _prefix(operand: Any, value: Any) -> bool:
    text, start = _same_case(operand, value)
    return text is not None and text.startswith(start)


def _suffix(operand: Any, value: Any) -> bool:
    text, end = _same_case(operand, value)
    return text is not None and text.endswith(end)


def _same_case(operand: Any, value: Any) -> tuple[str | None, str]:
    """The value and the operand, in one case if the operand is `equals-ignore-case`."""
    if not isinstance(value, str):
        return None, ""
    if isinstance(operand, dict):
        return value.casefold(), str(operand.get("equals-ignore-case", "")).casefold()
    return value, str(operand)


def _equals_ignore_case(operand: Any, value: Any) -> bool:
    return isinstance(value, str) and value.casefold() == str(operand).casefold()


def _numeric(operand: Sequence[Any], value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    pairs = zip(operand[::2], operand[1::2], strict=False)
    return all(COMPARISONS[name](value, limit) for name, limit in pairs)


def _cidr(operand: str, value: Any) -> bool:
    try:
        return ipaddress.ip_address(str(value)) in ipaddress.ip_network(operand, strict=False)
    except ValueError:
        return False


def _wildcard(operand: str, value: Any) -> bool:
    return isinstance(value, str) and _wildcard_expression(operand).fullmatch(value) is not None


@lru_cache(maxsize=1024)
def _wildcard_expression(text: str) -> re.Pattern[str]:
    """An asterisk is any text, also none; a backslash escapes an asterisk or a backslash."""
    parts = re.findall(r"\\[*\\]|.", text, re.DOTALL)
    found = [".*" if part == "*" else re.escape(part[-1]) for part in parts]
    return re.compile("".join(found), re.DOTALL)


OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "anything-but": _anything_but,
    "cidr": _cidr,
    "equals-ignore-case": _equals_ignore_case,
    "numeric": _numeric,
    "prefix": _prefix,
    "suffix": _suffix,
    "wildcard": _wildcard,
}
"""By name: whether the operand accepts the value of an event. `exists` concerns the whole event."""


def replace_pattern_engine() -> None:
    """Replace the evaluation in LocalStack's engine, which also filters event source mappings."""
    patch_of(
        "localstack.services.events.event_rule_engine"
        ":EventRuleEngine._evaluate_nested_event_pattern_on_dict"
    ).apply(lambda _, event_pattern, payload: matches_document(event_pattern, payload))
