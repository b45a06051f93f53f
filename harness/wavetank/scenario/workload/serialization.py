"""Workloads as tables of a scenario file and as JSON, and back.

A workload is a table with its `kind` and the fields of its class; fields at their defaults are left
out. Its body is a text, or in a file that `body_file` names, relative to the scenario's, or other
than text, in Base64.
"""

import binascii
import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from typing import Any, get_type_hints

from wavetank.core.durations import duration_text
from wavetank.core.field_values import (
    FieldError,
    read_choice,
    read_duration,
    read_number,
    read_text,
)
from wavetank.core.suggestions import shown
from wavetank.scenario.workload.arrivals import Arrival, ArrivalRate
from wavetank.scenario.workload.kinds import (
    WorkloadSpec,
    check_field_names,
    kind_named,
)

BODY, BODY_FILE, BODY_BASE64 = "body", "body_file", "body_base64"
BODIES = (BODY, BODY_FILE, BODY_BASE64)
IN_CODE = "of a function"
"""What is recorded in place of a body that a test computes."""


def workload_to_dict(workload: WorkloadSpec) -> dict[str, object]:
    """The workload as a table."""
    values: dict[str, Any] = {
        field.name: _plain(value)
        for field in fields(workload)
        if (value := getattr(workload, field.name)) != field.default
    }
    if isinstance(workload.body, bytes):
        values[BODY_BASE64] = b64encode(values.pop(BODY)).decode()
    return {"kind": workload.kind} | values


def describe_workload(workload: WorkloadSpec) -> str:
    """The workload in one line, without its body: `send-message to Orders, rate 6 per minute`."""
    values = workload_to_dict(workload)
    head = f"{values.pop('kind')} to {values.pop('target')}"
    for name in BODIES:
        values.pop(name, None)
    return ", ".join([head, *(f"{name} {value}" for name, value in values.items())])


def workloads_to_json(workloads: Iterable[WorkloadSpec]) -> str:
    """The workloads as JSON; the same text for the same workloads."""
    return json.dumps([workload_to_dict(each) for each in workloads])


def workload_from_dict(values: object, folder: Path | None = None) -> WorkloadSpec:
    """The workload of a table; its `body_file` is relative to the folder.

    Raises:
        FieldError: a field is unknown, missing or invalid; says which, and what is expected.
    """
    if not isinstance(values, Mapping):
        expected, action = "a workload with its `kind`", "see docs/scenarios.md for examples"
        raise FieldError("", expected, shown(values), action)
    kind = kind_named(values.get("kind"))
    check_field_names(kind, [str(name) for name in values], ("kind", *BODIES))
    if "target" not in values:
        action = 'write it, as in target = "Orders"'
        raise FieldError("", f"`target` of {kind.kind}: a {kind.resource}", "none", action)
    hints = get_type_hints(kind)
    read = {
        name: _read(name, hints[name], value)
        for name, value in values.items()
        if name not in {"kind", BODY_FILE, BODY_BASE64}
    }
    given = [name for name in BODIES if name in values]
    if given[1:]:
        expected = f"one of `{BODY}`, `{BODY_FILE}` and `{BODY_BASE64}`"
        raise FieldError(given[1], expected, " and ".join(given), "write only one of them")
    if BODY_FILE in values:
        read[BODY] = _body_of_file(values, folder)
    if BODY_BASE64 in values:
        read[BODY] = _decoded(values[BODY_BASE64])
    return kind(**read)


def _decoded(value: object) -> bytes:
    text = read_text(BODY_BASE64, value)
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        expected = f"`{BODY_BASE64}` in Base64"
        raise FieldError(BODY_BASE64, expected, f"{shown(text)} ({error})", "correct it") from error


def _body_of_file(values: Mapping[str, object], folder: Path | None) -> str:
    name = read_text(BODY_FILE, values[BODY_FILE])
    path = (folder or Path()) / name
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        expected = f"`{BODY_FILE}` to be a text file, relative to the scenario's folder"
        reason = getattr(error, "strerror", None) or str(error)
        raise FieldError(BODY_FILE, expected, f"{name} ({reason})", "check it") from error


def _plain(value: object) -> object:
    match value:
        case timedelta():
            return duration_text(value)
        case ArrivalRate():
            return value.text
        case Arrival():
            return value.value
        case _ if callable(value):
            return IN_CODE
    return value


def _read(name: str, annotation: Any, value: object) -> Any:
    """The value of a field, by the type annotation in its class."""
    if annotation in {int, int | None}:
        return read_number(name, value)
    if annotation in {timedelta, timedelta | None}:
        return read_duration(name, value)
    if annotation == ArrivalRate | None:
        return _rate(name, value)
    if annotation is Arrival:
        return read_choice(name, Arrival, value)
    if name == BODY and callable(value):  # only in pytest: TOML has no functions
        return value
    return read_text(name, value)


def _rate(name: str, value: object) -> ArrivalRate:
    rate = ArrivalRate(value if isinstance(value, str) else "")
    try:
        _ = rate.interval
    except ValueError as error:
        expected = f"`{name}` to be a number per second, minute, hour or day"
        action = 'write it as in "6 per minute", at most 1000 per second'
        raise FieldError(name, expected, shown(value), action) from error
    return rate
