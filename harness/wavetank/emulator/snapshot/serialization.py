"""JSON with binary values: those of DynamoDB's attributes are bytes in the SDK, and in moto."""

import base64
import json
from typing import Any

BYTES = "$bytes"
"""The only member of an object that is a binary value; no attribute has a type of this name."""


def to_json(value: object) -> str:
    """The value as JSON."""
    return json.dumps(value, default=_marked_bytes)


def from_json(text: str) -> Any:
    """The value that `to_json` was given."""
    return json.loads(text, object_hook=_unmarked)


def _marked_bytes(value: object) -> dict[str, str]:
    if isinstance(value, bytes):
        return {BYTES: base64.b64encode(value).decode()}
    raise TypeError(f"a snapshot has no values of the type {type(value).__name__}")


def _unmarked(found: dict[str, Any]) -> Any:
    return base64.b64decode(found[BYTES]) if found.keys() == {BYTES} else found
