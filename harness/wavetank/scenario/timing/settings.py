"""The table `[durations]` of a scenario: read, written, and looked up by function and call.

A key is `handler` or `cold_start`, a service such as `dynamodb`, a call such as `s3:PutObject`, or
`other`. `functions` has tables of the first two for single functions. What has no key takes its
default, or nothing with `defaults = "none"`.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from wavetank.core.errors import UsageError
from wavetank.core.field_values import FieldError, read_choice
from wavetank.core.suggestions import one_of, shown
from wavetank.scenario.timing.defaults import (
    COLD_START,
    HANDLER,
    OTHER,
    SERVICES,
    default_call,
    on_memory,
)
from wavetank.scenario.timing.distribution import FORMS, Distribution, parse_distribution

DEFAULTS, FUNCTIONS = "defaults", "functions"
OF_FUNCTIONS = ("handler", "cold_start")


class Defaults(StrEnum):
    """What everything takes that a scenario does not mention."""

    AWS = "aws"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class FunctionDurations:
    """What a handler itself takes, without its calls, and its cold starts; None is the default."""

    handler: Distribution | None = None
    cold_start: Distribution | None = None


@dataclass(frozen=True, kw_only=True)
class Durations:
    """What calls and handlers take, by service or call, and by a function's name or role.

    Scenarios are keys of mappings: mappings themselves are left out of their hash.
    """

    defaults: Defaults = Defaults.AWS
    calls: Mapping[str, Distribution] = field(default_factory=dict, hash=False)
    all_functions: FunctionDurations = FunctionDurations()
    functions: Mapping[str, FunctionDurations] = field(default_factory=dict, hash=False)

    def call(self, service: str, operation: str, quantile: float) -> timedelta:
        """What a call takes, of all such calls at this quantile."""
        known = self.calls.get(f"{service}:{operation}") or self.calls.get(service)
        if known is None and service not in SERVICES:
            known = self.calls.get(OTHER)
        if known is not None:
            return known.at(quantile)
        is_free = self.defaults is Defaults.NONE
        return timedelta() if is_free else default_call(service, operation).at(quantile)

    def cold_start(self, function: str, quantile: float) -> timedelta:
        """What a new execution environment of the function takes to be ready."""
        known = self._of(function).cold_start or self.all_functions.cold_start
        if known is not None:
            return known.at(quantile)
        return timedelta() if self.defaults is Defaults.NONE else COLD_START.at(quantile)

    def handler(self, function: str, memory_mb: int, quantile: float) -> timedelta:
        """What the function's own code takes, without its calls and sleeps."""
        known = self._of(function).handler or self.all_functions.handler
        if known is not None:
            return known.at(quantile)
        if self.defaults is Defaults.NONE:
            return timedelta()
        return on_memory(HANDLER.at(quantile), memory_mb)

    def _of(self, function: str) -> FunctionDurations:
        return self.functions.get(function) or FunctionDurations()


def durations_from_dict(values: object) -> Durations:
    """The durations of a table.

    Raises:
        FieldError: a key is unknown or its value invalid; says which, and what is expected.
    """
    if not isinstance(values, Mapping):
        expected = "`durations` to be a table, under a line [durations]"
        action = 'write it as in handler = "200ms"'
        raise FieldError("", expected, shown(values), action)
    calls = {
        name: _distribution(name, value)
        for name, value in values.items()
        if name not in {DEFAULTS, FUNCTIONS, *OF_FUNCTIONS} and _is_call(name)
    }
    return Durations(
        defaults=read_choice(DEFAULTS, Defaults, values.get(DEFAULTS, Defaults.AWS.value)),
        calls=calls,
        all_functions=_function({each: values[each] for each in OF_FUNCTIONS if each in values}),
        functions=_functions(values.get(FUNCTIONS, {})),
    )


def durations_to_dict(durations: Durations) -> dict[str, object]:
    """The durations as a table, without what is a default."""
    values: dict[str, object] = {}
    if durations.defaults is not Defaults.AWS:
        values[DEFAULTS] = durations.defaults.value
    values |= dict(_texts(durations.all_functions))
    values |= {name: each.text for name, each in durations.calls.items()}
    if durations.functions:
        values[FUNCTIONS] = {name: dict(_texts(each)) for name, each in durations.functions.items()}
    return values


def durations_to_json(durations: Durations) -> str:
    """The durations as JSON; the same text for the same durations."""
    return json.dumps(durations_to_dict(durations), sort_keys=True)


def _texts(durations: FunctionDurations) -> Iterator[tuple[str, str]]:
    for name in OF_FUNCTIONS:
        distribution: Distribution | None = getattr(durations, name)
        if distribution is not None:
            yield name, distribution.text


def _functions(values: object) -> dict[str, FunctionDurations]:
    if not isinstance(values, Mapping):
        expected = f"`{FUNCTIONS}` to be a table of functions, by name"
        action = f"write it under a line such as [durations.{FUNCTIONS}.Importer]"
        raise FieldError(FUNCTIONS, expected, shown(values), action)
    return {name: _function(value) for name, value in values.items()}


def _function(values: object) -> FunctionDurations:
    if not isinstance(values, Mapping):
        expected = f"each of `{FUNCTIONS}` to be a table with handler or cold_start"
        raise FieldError(FUNCTIONS, expected, shown(values), 'write it as in handler = "200ms"')
    for name in values:
        if name not in OF_FUNCTIONS:
            raise FieldError(FUNCTIONS, *one_of("one of the keys", str(name), OF_FUNCTIONS))
    return FunctionDurations(**{name: _distribution(name, value) for name, value in values.items()})


def _is_call(name: str) -> bool:
    """Whether it is a service or a call of one.

    Raises:
        FieldError: it is neither.
    """
    service, _, operation = name.partition(":")
    if service not in SERVICES or name == f"{OTHER}:{operation}":
        keys = [*SERVICES, *OF_FUNCTIONS, DEFAULTS, FUNCTIONS]
        raise FieldError(name, *one_of("one of the keys", name, keys))
    if operation:
        from wavetank.aws.service_models import find_operation  # noqa: PLC0415 - imports the SDK

        try:
            find_operation(service, operation)
        except UsageError as error:
            raise FieldError(name, error.expected, error.found, error.action) from error
    return True


def _distribution(name: str, value: object) -> Distribution:
    try:
        return parse_distribution(value if isinstance(value, str) else "")
    except ValueError as error:
        expected = f"`{name}` to be a duration, such as {FORMS}"
        action = "write whole numbers with their units, the shorter one first"
        raise FieldError(name, expected, shown(value), action) from error
