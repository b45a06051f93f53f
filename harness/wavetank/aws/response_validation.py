"""Validates a response of an AWS operation against the shapes of the SDK's model.

The SDK's own validator is for requests: it knows neither the events of a stream nor a body that is
read. Lengths, ranges and enumerations are not checked, because AWS changes them without notice.
[botocore: validate.py, stub.py]
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from wavetank.core.suggestions import did_you_mean, shown

KEYS_SHOWN_MAX = 12
TYPES: Mapping[str, tuple[str, tuple[type, ...]]] = {
    "blob": ("bytes or text", (bytes, bytearray, str)),
    "boolean": ("a bool", (bool,)),
    "double": ("a number", (float, int)),
    "float": ("a number", (float, int)),
    "integer": ("an int", (int,)),
    "list": ("a list", (list, tuple)),
    "long": ("an int", (int,)),
    "map": ("a dict", (dict,)),
    "string": ("a str", (str,)),
    "structure": ("a dict", (dict,)),
    "timestamp": ("a datetime", (datetime,)),
}
"""The Python types of each type of the model. A bool is no number, though Python says so."""


def response_problems(response: object, shape: Any) -> list[str]:
    """What the response has that the output shape does not allow, each with its path.

    `shape` is the SDK's; None is that of an operation without output.
    """
    if shape is None:
        return [f"no key, where the response has {shown(response)}"] if response else []
    return list(_problems(response, shape, "response"))


def _problems(value: Any, shape: Any, path: str) -> Iterator[str]:
    if shape.serialization.get("eventstream"):
        yield from _in_events(value, shape, path)
    elif getattr(shape, "is_document_type", False):
        return
    elif not _is_of(value, shape.type_name):
        yield f"{path} to be {_described(shape)}, where it is {shown(value)}"
    elif shape.type_name == "structure":
        yield from _in_structure(value, shape, path)
    elif shape.type_name == "list":
        for number, entry in enumerate(value):
            yield from _problems(entry, shape.member, f"{path}[{number}]")
    elif shape.type_name == "map":
        for key, entry in value.items():
            yield from _problems(key, shape.key, f"the key of {path}[{key!r}]")
            yield from _problems(entry, shape.value, f"{path}[{key!r}]")


def _in_structure(value: Any, shape: Any, path: str) -> Iterator[str]:
    for name in value:
        if name not in shape.members:
            yield f"{path} to be {_described(shape)}{_nearest(name, shape)}, where it has {name!r}"
    for name in shape.required_members:
        if name not in value:
            yield f"{path} to have {_described(shape.members[name])} as {name!r}, which it lacks"
    if getattr(shape, "is_tagged_union", False) and len(value) != 1:
        yield f"{path} to have exactly one of {_keys(shape)}, where it has {shown(list(value))}"
    for name, entry in value.items():
        if name in shape.members:
            yield from _problems(entry, shape.members[name], f"{path}.{name}")


def _in_events(value: object, shape: Any, path: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{path} to be a list of events, where it is {shown(value)}"
        return
    for number, event in enumerate(value):
        at = f"{path}[{number}]"
        if not isinstance(event, dict) or len(event) != 1:
            yield f"{at} to be a dict with one of {_keys(shape)}, where it is {shown(event)}"
        else:
            yield from _in_structure(event, shape, at)


def _is_of(value: object, type_name: str) -> bool:
    if isinstance(value, bool) and type_name != "boolean":
        return False
    return isinstance(value, TYPES[type_name][1] if type_name in TYPES else str)


def _described(shape: Any) -> str:
    """The shape's name with its type, and its keys if it is a structure."""
    text = f"{TYPES.get(shape.type_name, TYPES['string'])[0]} ({shape.name})"
    return f"{text} with {_keys(shape)}" if shape.type_name == "structure" else text


def _keys(shape: Any) -> str:
    names = list(shape.members)
    more = ", ..." if len(names) > KEYS_SHOWN_MAX else ""
    return ", ".join(names[:KEYS_SHOWN_MAX]) + more or "no key"


def _nearest(name: object, shape: Any) -> str:
    near = did_you_mean(str(name), shape.members)
    return f" ({near})" if near else ""
