"""The operators of conditions: how a value of the request is compared with one of the policy.

[IAM user guide, reference_policies_elements_condition_operators]
"""

import base64
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, Protocol

from wavetank.iam.patterns import ARN_PARTS, Pattern, Variable, read_pattern
from wavetank.iam.request_context import Context, Verdict, all_of

NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
EPOCH_SECONDS = re.compile(r"[0-9]{1,11}")
YEAR_AND_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
BOOLEANS = {"true": True, "false": False}

type Network = IPv4Network | IPv6Network


class Test(Protocol):
    """Interface of a parsed condition value that a value of the request is tested against."""

    @property
    def variables(self) -> tuple[Variable, ...]: ...

    def matches(self, text: str, context: Context) -> Verdict:
        """Whether a value of the request matches it."""


@dataclass(frozen=True)
class ArnTest:
    """Tests an ARN part by part, so that no wildcard matches a colon."""

    parts: tuple[Pattern, ...]

    @property
    def variables(self) -> tuple[Variable, ...]:
        return tuple(variable for part in self.parts for variable in part.variables)

    def matches(self, text: str, context: Context) -> Verdict:
        values = text.split(":", ARN_PARTS - 1)
        if len(values) != len(self.parts):
            return False
        return all_of(
            part.matches(value, context) for part, value in zip(self.parts, values, strict=True)
        )


@dataclass(frozen=True)
class OrderedComparison[T]:
    """Tests values that are not text, such as dates and numbers."""

    read: Callable[[str], T]
    holds: Callable[[T, T], bool]
    value: T
    variables: tuple[Variable, ...] = ()

    def matches(self, text: str, context: Context) -> Verdict:  # noqa: ARG002 - the signature of a Test
        try:
            return self.holds(self.read(text), self.value)
        except ValueError:
            return False


type Reader = Callable[[str, bool], Test]
"""Parses a policy's value for an operator; raises ValueError if it has the wrong type.

The flag says whether the policy's version supports policy variables.
"""


@dataclass(frozen=True)
class Operator:
    """A condition operator; a negated one is true if no value of the policy matches."""

    read: Reader
    negated: bool = False


def _string(*, wildcards: bool = False, ignores_case: bool = False) -> Reader:
    def read(text: str, variables: bool) -> Test:  # noqa: FBT001 - the form of every Reader
        return read_pattern(
            text, variables=variables, wildcards=wildcards, ignores_case=ignores_case
        )

    return read


def _arn(text: str, variables: bool) -> Test:  # noqa: FBT001 - the form of every Reader
    whole = ":".join("*" * ARN_PARTS) if text == "*" else text
    return ArnTest(read_pattern(whole, variables=variables).arn_parts())


def _compared[T](read: Callable[[str], T], holds: Callable[[Any, Any], bool]) -> Reader:
    return lambda text, _variables: OrderedComparison(read, holds, read(text))


def read_number(text: str) -> Decimal:
    """The integer or decimal number.

    Raises:
        ValueError: it is neither.
    """
    if not NUMBER.fullmatch(text):
        raise ValueError(f"{text!r} is not a number")
    return Decimal(text)


def read_date(text: str) -> datetime:
    """The instant, in ISO 8601 or as seconds since 1970; UTC if it has no zone.

    Raises:
        ValueError: it is neither.
    """
    if EPOCH_SECONDS.fullmatch(text):
        return datetime.fromtimestamp(int(text), UTC)
    instant = datetime.fromisoformat(f"{text}-01" if YEAR_AND_MONTH.fullmatch(text) else text)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def read_bool(text: str) -> bool:
    """The value of `true` or `false`, in any case.

    Raises:
        ValueError: it is something else.
    """
    if text.lower() not in BOOLEANS:
        raise ValueError(f"{text!r} is neither true nor false")
    return BOOLEANS[text.lower()]


def read_network(text: str) -> Network:
    """The range of addresses; a single address is a range of one.

    Raises:
        ValueError: it is neither.
    """
    return ip_network(text, strict=False)


def _is_inside(one: Network, other: Network) -> bool:
    match one, other:
        case (IPv4Network(), IPv4Network()) | (IPv6Network(), IPv6Network()):
            return one.subnet_of(other)  # type: ignore[arg-type]  # of one version, by the match
    return False


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _ordered[T](family: str, read: Callable[[str], T]) -> dict[str, Operator]:
    """The six operators of an ordered type."""
    equals = _compared(read, operator.eq)
    return {
        f"{family}Equals": Operator(equals),
        f"{family}NotEquals": Operator(equals, negated=True),
        f"{family}LessThan": Operator(_compared(read, operator.lt)),
        f"{family}LessThanEquals": Operator(_compared(read, operator.le)),
        f"{family}GreaterThan": Operator(_compared(read, operator.gt)),
        f"{family}GreaterThanEquals": Operator(_compared(read, operator.ge)),
    }


def _with_negation(name: str, negated_name: str, read: Reader) -> dict[str, Operator]:
    return {name: Operator(read), negated_name: Operator(read, negated=True)}


OPERATORS: Mapping[str, Operator] = {
    **_with_negation("StringEquals", "StringNotEquals", _string()),
    **_with_negation(
        "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", _string(ignores_case=True)
    ),
    **_with_negation("StringLike", "StringNotLike", _string(wildcards=True)),
    **_with_negation("ArnEquals", "ArnNotEquals", _arn),
    **_with_negation("ArnLike", "ArnNotLike", _arn),
    **_with_negation("IpAddress", "NotIpAddress", _compared(read_network, _is_inside)),
    **_ordered("Numeric", read_number),
    **_ordered("Date", read_date),
    "Bool": Operator(_compared(read_bool, operator.eq)),
    "BinaryEquals": Operator(_compared(_bytes, operator.eq)),
}
"""All operators except `Null`, which compares nothing."""
