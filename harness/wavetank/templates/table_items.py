"""Items that tables contain when a run begins, from a file; by default `seed.json` by the code.

    {"Gauges": [{"GaugeId": "bridge", "Level": 212}, {"GaugeId": "mill", "Level": 148}]}

By the table's logical id in either template, a list of items in plain JSON. Strings, numbers,
booleans and null become DynamoDB's types, lists and objects within an item its lists and maps.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wavetank.core.errors import UsageError

SEED_FILE = "seed.json"

type Item = Mapping[str, Any]
"""In the form of DynamoDB's API: each attribute an object with its type as the only key."""


def read_items(path: Path) -> dict[str, list[Item]]:
    """The items of each table, by its logical id; empty without the file.

    Raises:
        UsageError: the file has another form.
    """
    if not path.is_file():
        return {}
    try:
        # Numbers keep their notation: DynamoDB's are decimals.
        content = json.loads(
            path.read_text(encoding="utf-8"),
            parse_int=_Number,
            parse_float=_Number,
            parse_constant=_refuse_constant,
        )
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError("items in JSON", f"{error} in {path}", "correct the file") from error
    if not isinstance(content, dict):
        raise _other_form(path, "no object with tables")
    for table, items in content.items():
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise _other_form(path, f"something else under {table}")
    return {table: [_item(item) for item in items] for table, items in content.items()}


class _Number(str):
    """A number in its JSON notation."""

    __slots__ = ()


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name}, which is not a number of DynamoDB,")


def _other_form(path: Path, found: str) -> UsageError:
    expected = 'a list of items for each table, as in {"Gauges": [{"GaugeId": "mill"}]}'
    return UsageError(expected, f"{found} in {path}", "correct the file")


def _item(written: Mapping[str, Any]) -> Item:
    return {name: _attribute(value) for name, value in written.items()}


def _attribute(value: Any) -> dict[str, Any]:
    match value:
        case _Number():
            return {"N": str(value)}
        case str():
            return {"S": value}
        case bool():
            return {"BOOL": value}
        case None:
            return {"NULL": True}
        case list():
            return {"L": [_attribute(part) for part in value]}
    return {"M": _item(value)}
