"""Plans as JSON and back, in one format for histories, seeds.json and scenario files.

A fault is an object with its `kind` and its fields, in the order of its class. Durations are
strings such as `90s`, and `times` without a limit is `all`, since TOML has no null.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from datetime import timedelta
from enum import StrEnum
from types import UnionType
from typing import Any, get_args, get_type_hints

from wavetank.core.durations import duration_text
from wavetank.core.errors import UsageError
from wavetank.core.field_values import (
    FieldError,
    read_choice,
    read_duration,
    read_name,
    read_number,
    read_text,
)
from wavetank.core.suggestions import nearest, one_of, shown
from wavetank.faults.catalogue import KINDS_BY_NAME
from wavetank.faults.fault import Fault
from wavetank.faults.plan import FaultPlan
from wavetank.faults.references import UNLIMITED


def fault_to_dict(fault: Fault) -> dict[str, object]:
    """All fields, also defaults, so that a change of defaults does not affect a saved plan."""
    values = {field.name: getattr(fault, field.name) for field in fields(fault)}
    return {"kind": fault.kind} | {name: _plain(value) for name, value in values.items()}


def fault_from_dict(values: object) -> Fault:
    """The fault; a missing field has the default of its class.

    Raises:
        FieldError: a field is unknown, missing or invalid; says which, and what is expected.
    """
    if not isinstance(values, Mapping):
        raise FieldError(
            "", "a fault with its `kind`", shown(values), "see scenarios/ for examples"
        )
    kind = _kind(values)
    types = get_type_hints(kind)
    names = [field.name for field in fields(kind)]
    if unknown := [str(name) for name in values if name not in {*names, "kind"}]:
        expected = f"a field of {kind.kind}: one of"
        raise FieldError(unknown[0], *one_of(expected, unknown[0], ["kind", *names]))
    for field in fields(kind):
        if field.default is MISSING and field.name not in values:
            expected = f"`{field.name}` of {kind.kind}"
            raise FieldError("", expected, "none", f"write it, as in {field.name} = ...")
    return kind(
        **{name: _read(name, types[name], values[name]) for name in names if name in values}
    )


def describe(fault: Fault) -> str:
    """The fault in one line of text: `late-tick after 5m for 10m, delay 90s`."""
    values = fault_to_dict(fault)
    window = f"{values.pop('kind')} after {values.pop('after')} for {values.pop('lasts')}"
    return ", ".join([window, *(f"{name} {value}" for name, value in values.items())])


def plan_to_list(plan: FaultPlan) -> list[dict[str, object]]:
    """The faults in the order of the plan."""
    return [fault_to_dict(fault) for fault in plan.faults]


def plan_from_list(values: object) -> FaultPlan:
    """The plan of a list of faults.

    Raises:
        UsageError: it is not a list, or one of its faults is invalid.
    """
    if not isinstance(values, list):
        raise UsageError("a list of faults", shown(values), "save the plan again")
    return FaultPlan(tuple(fault_from_dict(fault) for fault in values))


def plan_to_json(plan: FaultPlan) -> str:
    """The plan as JSON; the same text for the same plan."""
    return json.dumps(plan_to_list(plan))


def plan_from_json(text: str) -> FaultPlan:
    """The plan of a JSON text.

    Raises:
        UsageError: the text is not a plan.
    """
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError("a plan in JSON", str(error), "save the plan again") from error
    return plan_from_list(values)


def _kind(values: Mapping[object, object]) -> type[Fault]:
    name = values.get("kind")
    if name is None:
        action = 'write it, as in kind = "missed-tick"'
        raise FieldError("", "a fault with its `kind`", "none", action)
    return KINDS_BY_NAME[read_name("kind", KINDS_BY_NAME, name)]


def _plain(value: object) -> object:
    match value:
        case None:
            return UNLIMITED
        case timedelta():
            return duration_text(value)
        case tuple():
            return list(value)
        case StrEnum():
            return value.value
    return value


def _read(name: str, annotation: object, value: object) -> Any:
    """The value of a field, by the type annotation in its class."""
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return read_choice(name, annotation, value)
    if annotation == (int | None) and value == UNLIMITED:
        return None
    readers: Mapping[object, Callable[[str, object], Any]] = {
        int: read_number,
        int | None: read_number,
        str: read_text,
        timedelta: read_duration,
        tuple[int, ...]: _numbers,
    }
    if annotation in readers:
        return readers[annotation](name, value)
    assert isinstance(annotation, UnionType)  # fields have no other types
    return _role_or_name(name, get_args(annotation)[0], value)


def _role_or_name(name: str, roles: type[StrEnum], value: object) -> StrEnum | str:
    """A role in the pipeline, or else a resource name. A near miss of a role is an error."""
    written = [role.value for role in roles]
    if not isinstance(value, str) or nearest(value, written, cutoff=0.8):
        return read_choice(name, roles, value)
    return value


def _numbers(name: str, value: object) -> tuple[int, ...]:
    if not isinstance(value, list):
        raise FieldError(name, f"`{name}` to be a list of numbers", shown(value), "correct it")
    return tuple(read_number(name, entry) for entry in value)
