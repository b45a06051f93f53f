"""AWS's Service Authorization Reference for the services that a sandbox runs.

The table beside this module is written by `tests.authorization`. It contains each action's resource
types, the format of their ARNs, and the condition keys that a request for the action may have.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

TABLE = "authorization.json"


@dataclass(frozen=True)
class IamResourceType:
    """A type of resource that an IAM action applies to; AWS checks each required one."""

    name: str
    arn: str
    is_required: bool


@dataclass(frozen=True)
class IamAction:
    """An IAM action with its resource types and condition keys.

    `keys` are in lower case, and end with `/` if a user-defined name follows.
    """

    name: str
    types: tuple[IamResourceType, ...]
    keys: frozenset[str]


@cache
def find_action(name: str) -> IamAction | None:
    """The action, such as `s3:GetObject`; None if the table does not have it."""
    prefix, _, action = name.partition(":")
    service = _table().get(prefix)
    if service is None or action not in service["actions"]:
        return None
    types, keys = service["actions"][action]
    return IamAction(
        name=name,
        types=tuple(_type(text, service["resources"]) for text in types.split(", ") if text),
        keys=frozenset(map(general_key, keys.split())),
    )


def has_actions(prefix: str) -> bool:
    """Whether the table has actions with that prefix."""
    return prefix in _table()


@cache
def known_keys() -> frozenset[str]:
    """Every condition key that the table names for any action."""
    return frozenset(
        general_key(key)
        for service in _table().values()
        for _, keys in service["actions"].values()
        for key in keys.split()
    )


def general_key(key: str) -> str:
    """The key in lower case; if it contains a user-defined name, the part before that."""
    before, slash, _ = key.partition("/")
    return f"{before}{slash}".lower()


def _type(text: str, formats: Mapping[str, str]) -> IamResourceType:
    name = text.rstrip("*")
    return IamResourceType(name, formats[name], is_required=text.endswith("*"))


@cache
def _table() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    text = files(__package__).joinpath(TABLE).read_text(encoding="utf-8")
    table: Mapping[str, Mapping[str, Mapping[str, Any]]] = json.loads(text)
    return table
