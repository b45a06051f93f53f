"""The conditions of a statement: parsed once, and evaluated for each request.

A condition on a key that the request does not have is evaluated as AWS documents it: a negated
operator, `...IfExists` and `ForAllValues:` hold, all others do not.

[IAM user guide, reference_policies_elements_condition_operators,
reference_policies_condition-single-vs-multi-valued-context-keys]
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from wavetank.iam.operators import OPERATORS, Test, read_bool
from wavetank.iam.patterns import Variable
from wavetank.iam.policy_document import (
    Json,
    MalformedPolicyError,
    Number,
    as_list,
    as_object,
)
from wavetank.iam.request_context import (
    Context,
    Unknown,
    Verdict,
    all_of,
    any_of,
    look_up,
    negation,
)

IF_EXISTS = "IfExists"
NULL = "Null"


class Quantifier(StrEnum):
    """The set operator of a condition: how many of a key's values must match."""

    NONE = ""
    ANY = "ForAnyValue"
    ALL = "ForAllValues"


@dataclass(frozen=True, kw_only=True)
class PolicyCondition:
    """A condition of a statement on one key; `values` are as written in the policy."""

    operator: str
    key: str
    values: tuple[str, ...]
    quantifier: Quantifier = Quantifier.NONE
    if_exists: bool = False
    tests: tuple[Test, ...] = field(default=(), repr=False, compare=False)

    @property
    def variables(self) -> tuple[Variable, ...]:
        return tuple(variable for test in self.tests for variable in test.variables)

    def holds(self, context: Context) -> Verdict:
        """Whether the request meets the condition."""
        found = look_up(context, self.key)
        if isinstance(found, Unknown):
            return found
        if self.operator == NULL:
            return any(read_bool(value) is not bool(found) for value in self.values)
        if not found:
            return self._holds_if_absent()
        verdicts = (self._holds_for_value(text, context) for text in found)
        if self.quantifier is Quantifier.NONE:
            return (all_of if self._is_negated else any_of)(verdicts)
        return (all_of if self.quantifier is Quantifier.ALL else any_of)(verdicts)

    @property
    def _is_negated(self) -> bool:
        return OPERATORS[self.operator].negated

    def _holds_if_absent(self) -> bool:
        """Whether it holds for a request without the key."""
        if self.if_exists or self.quantifier is not Quantifier.NONE:
            return self.if_exists or self.quantifier is Quantifier.ALL
        return self._is_negated

    def _holds_for_value(self, text: str, context: Context) -> Verdict:
        matched = any_of(test.matches(text, context) for test in self.tests)
        return negation(matched) if self._is_negated else matched


def read_conditions(element: Json, *, variables: bool) -> tuple[PolicyCondition, ...]:
    """The conditions of a statement's `Condition`, which must all hold.

    `variables` says whether the policy's version supports policy variables.

    Raises:
        MalformedPolicyError: an operator is unknown, or a value has the wrong type.
    """
    return tuple(_read_all(as_object(element, "Condition"), variables=variables))


def _read_all(element: dict[str, Json], *, variables: bool) -> Iterator[PolicyCondition]:
    for operator, keys in element.items():
        for key, value in as_object(keys, f"Condition {operator!r}").items():
            yield _read(operator, key, _texts(value, key), variables=variables)


def _read(operator: str, key: str, values: tuple[str, ...], *, variables: bool) -> PolicyCondition:
    if ":" not in key:
        raise MalformedPolicyError(
            f"Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.: {key}."
        )
    quantifier, name, if_exists = _parts(operator)
    try:
        tests = _tests(name, values, variables=variables)
    except MalformedPolicyError:
        raise
    except ValueError as error:
        raise MalformedPolicyError(f"Invalid value for {operator} of {key!r}: {error}.") from error
    return PolicyCondition(
        operator=name,
        key=key,
        values=values,
        quantifier=quantifier,
        if_exists=if_exists,
        tests=tests,
    )


def _parts(operator: str) -> tuple[Quantifier, str, bool]:
    """The operator's quantifier, its name, and whether it is an `...IfExists`."""
    if operator == NULL:
        return Quantifier.NONE, NULL, False
    quantifier, colon, rest = operator.rpartition(":")
    name = rest.removesuffix(IF_EXISTS)
    if (
        name not in OPERATORS
        or quantifier not in set(Quantifier)
        or bool(colon) != bool(quantifier)
    ):
        raise MalformedPolicyError(f"Invalid Condition type : {operator}.")
    return Quantifier(quantifier), name, name != rest


def _tests(name: str, values: tuple[str, ...], *, variables: bool) -> tuple[Test, ...]:
    if name == NULL:
        for value in values:
            read_bool(value)
        return ()
    return tuple(OPERATORS[name].read(value, variables) for value in values)


def _texts(value: Json, key: str) -> tuple[str, ...]:
    """The values as text: JSON numbers and booleans are compared as they are written."""
    texts = tuple(_text(entry, key) for entry in as_list(value))
    if not texts:
        raise MalformedPolicyError(f"Syntax errors in policy. Condition {key!r} has no values.")
    return texts


def _text(value: Json, key: str) -> str:
    match value:
        case str():
            return value
        case bool():
            return str(value).lower()
        case Number(text):
            return text
    raise MalformedPolicyError(
        f"Syntax errors in policy. Condition {key!r} must be of strings, numbers or booleans."
    )
