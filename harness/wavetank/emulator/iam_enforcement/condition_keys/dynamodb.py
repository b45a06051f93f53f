"""The condition keys of DynamoDB: the items and attributes that a call concerns.

[DynamoDB developer guide, specifying-conditions]
"""

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any

from moto.dynamodb.models import dynamodb_backends

from wavetank.emulator.iam_enforcement.condition_keys.action_context import (
    ABSENT,
    ActionContext,
    Values,
)
from wavetank.emulator.iam_enforcement.operations.partiql import PartiqlStatement

NAME = r"[#A-Za-z_][\w#-]*"
EQUALS = re.compile(rf"\(?\s*({NAME})\s*=\s*(:\w+)\s*\)?")
EQUALS_REVERSED = re.compile(rf"(:\w+)\s*=\s*({NAME})")
PATH = re.compile(rf"(?<![\w:.#]){NAME}")
WORDS = frozenset(
    {
        *("ADD", "AND", "BETWEEN", "DELETE", "IN", "NOT", "OR", "REMOVE", "SET"),
        *("ATTRIBUTE_EXISTS", "ATTRIBUTE_NOT_EXISTS", "ATTRIBUTE_TYPE", "BEGINS_WITH"),
        *("CONTAINS", "IF_NOT_EXISTS", "LIST_APPEND", "SIZE"),
    }
)
"""Words of an expression that are not attributes. [DynamoDB developer guide, Expressions]"""
EXPRESSIONS = (
    *("ProjectionExpression", "UpdateExpression", "ConditionExpression", "FilterExpression"),
    "KeyConditionExpression",
)
STRUCTURES = ("Key", "Item", "AttributeUpdates", "Expected", "KeyConditions", "QueryFilter")
STRUCTURES_OF_SCANS = ("ScanFilter",)


def leading_keys(context: ActionContext) -> Values:
    """The partition keys of the items; None for PartiQL, which is not parsed that far."""
    detail = context.required.detail
    if isinstance(detail, PartiqlStatement):
        return None
    name = _partition_key(context)
    if name is None:
        return ABSENT
    if "KeyConditionExpression" in context.parameters or "KeyConditions" in context.parameters:
        return _of_query(context.parameters, name)
    items = list(_items(detail if detail is not None else context.call.parameters))
    return tuple(_text(item[name]) for item in items if name in item)


def attributes(context: ActionContext) -> Values:
    """The top-level attributes that the call names; None for a PartiQL statement."""
    detail = context.required.detail
    if isinstance(detail, PartiqlStatement):
        return None
    names = dict.fromkeys(_attributes(detail if detail is not None else context.call.parameters))
    return tuple(names)


def _partition_key(context: ActionContext) -> str | None:
    """The partition key of the table or, if the action concerns an index, of the index."""
    _, _, _, region, account, resource = context.required.resource.split(":", 5)
    _, table_name, *rest = resource.split("/")
    table: Any = dynamodb_backends[account][region].tables.get(table_name)
    if table is None:
        return None
    schemas = [table.schema]
    if rest[:1] == ["index"]:
        schemas = [
            index.schema
            for index in (*table.global_indexes, *table.indexes)
            if index.name == rest[1]
        ]
    keys = (
        key["AttributeName"] for schema in schemas for key in schema if key["KeyType"] == "HASH"
    )
    return next(keys, None)


def _items(detail: Any) -> Iterator[Mapping[str, Any]]:
    """Keys and items, of a call on one item or of one table's part of a batch."""
    if isinstance(detail, list):
        for request in detail:
            for entry in request.values():
                yield from _items(entry)
        return
    yield from (detail[name] for name in ("Key", "Item") if isinstance(detail.get(name), Mapping))
    yield from detail.get("Keys") or ()


def _of_query(parameters: Mapping[str, Any], name: str) -> Values:
    if conditions := parameters.get("KeyConditions"):
        values = conditions.get(name, {}).get("AttributeValueList", ())
        return tuple(_text(value) for value in values)
    names = parameters.get("ExpressionAttributeNames") or {}
    values = parameters.get("ExpressionAttributeValues") or {}
    expression = str(parameters["KeyConditionExpression"])
    pairs = [(one, other) for one, other in EQUALS.findall(expression)]
    pairs += [(one, other) for other, one in EQUALS_REVERSED.findall(expression)]
    found = [values[value] for key, value in pairs if names.get(key, key) == name]
    return tuple(_text(value) for value in found) or None


def _attributes(detail: Any) -> Iterator[str]:
    if isinstance(detail, list):
        for request in detail:
            for entry in request.values():
                yield from _attributes(entry)
        return
    for name in (*STRUCTURES, *STRUCTURES_OF_SCANS):
        yield from detail.get(name) or ()
    for key in detail.get("Keys") or ():
        yield from key
    yield from detail.get("AttributesToGet") or ()
    names = detail.get("ExpressionAttributeNames") or {}
    for expression in EXPRESSIONS:
        for path in PATH.findall(str(detail.get(expression) or "")):
            if path.upper() not in WORDS:
                yield names.get(path, path)


def _text(value: Mapping[str, Any]) -> str:
    """A key's value: a string, a number, or bytes in base64."""
    ((_, content),) = value.items()
    return base64.b64encode(content).decode() if isinstance(content, bytes) else str(content)
