"""Requests of the operations on items: validated, and normalized in place, before moto sees them.

Messages are AWS's where its documents or its SDKs' users quote them.
[DynamoDB API reference: BatchGetItem, BatchWriteItem, TransactGetItems, TransactWriteItems;
developer guide: ServiceQuotas]
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from moto.dynamodb.comparisons import create_condition_expression_parser
from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.parsing.expressions import UpdateExpressionParser

from wavetank.emulator.dynamodb.attribute_values import (
    AttributeValueError,
    item_size,
    normalize,
    normalize_all,
)
from wavetank.emulator.dynamodb.expression_parameters import (
    NAMES,
    USES,
    VALUES,
    ExpressionUse,
    check_all_defined,
    check_all_used,
    check_combination,
    check_expression_parameters,
    check_not_empty,
)
from wavetank.emulator.dynamodb.partiql import StatementError, prepare_statement
from wavetank.emulator.dynamodb.projections import projected_paths

ITEM_BYTES_MAX = 400 * 1024
BATCH_WRITES_MAX = 25
BATCH_READS_MAX = 100
TRANSACTION_ITEMS_MAX = 100
ITEM_TOO_LARGE = "Item size has exceeded the maximum allowed size"
OTHER_KEY = "The provided key element does not match the schema"
EMPTY_KEYS = {"B": "binary", "S": "string"}
EMPTY_KEY = (
    "One or more parameter values are not valid. The AttributeValue for a key attribute cannot "
    "contain an empty {} value. Key: {}"
)
ONE_ACTION = "TransactItems can only contain one of Check, Put, Update or Delete"
SAME_ITEM = "Transaction request cannot include multiple operations on one item"
DUPLICATES = "Provided list of item keys contains duplicates"
TOO_LONG = (
    "1 validation error detected: Value '[...]' at '{member}' failed to satisfy constraint: Member "
    "must have length less than or equal to {limit}"
)
TOO_MANY_WRITES = (
    "1 validation error detected: Value '{{{table}=[...]}}' at 'requestItems' failed to satisfy "
    "constraint: Map value must satisfy constraint: [Member must have length less than or equal to "
    "25, Member must have length greater than or equal to 1]"
)
TOO_MANY = "Too many items requested for the {operation} call"
MAPS = ("Item", "Key", "ExclusiveStartKey")
LEGACY = ("AttributeUpdates", "Expected", "KeyConditions", "QueryFilter", "ScanFilter")
CONDITIONS = ("ConditionExpression", "FilterExpression")

type Parameters = dict[str, Any]
"""The parameters of a request, or of one of the operations in it."""
type KeySchema = Callable[[str], Mapping[str, str]]
"""The types of a table's key attributes by name; empty if it does not exist."""


class RequestError(ValueError):
    """A request that DynamoDB refuses with ValidationException; the text is its message."""


def prepare_request(operation: str, request: Parameters, key_schema: KeySchema) -> None:
    """Validate the request, and normalize all numbers in it.

    Raises:
        RequestError, MockValidationException: it is not valid. Moto finds further errors.
    """
    check_counts(operation, request)
    try:
        for name, parameters in _operations(operation, request):
            _prepare(name, parameters)
            schema = key_schema(parameters.get("TableName", ""))
            if schema and "Key" in parameters:
                _check_key(parameters["Key"], schema)
            _check_no_empty_key(parameters, schema)
            _check_return_values(name, parameters)
    except (AttributeValueError, StatementError) as error:
        raise RequestError(str(error)) from error
    if operation in {"BatchGetItem", "BatchWriteItem"}:
        _check_batch_keys(request["RequestItems"], key_schema)
    if operation == "TransactWriteItems":
        _check_transaction_keys(request["TransactItems"], key_schema)


def check_counts(operation: str, request: Parameters) -> None:
    """Check how many items the request has.

    Raises:
        RequestError: more than DynamoDB accepts.
    """
    if operation in {"TransactGetItems", "TransactWriteItems"}:
        if len(request["TransactItems"]) > TRANSACTION_ITEMS_MAX:
            raise RequestError(TOO_LONG.format(member="transactItems", limit=TRANSACTION_ITEMS_MAX))
        if any(len(item) != 1 for item in request["TransactItems"]):
            raise RequestError(ONE_ACTION)
    elif operation == "BatchWriteItem":
        _check_batch(operation, request, BATCH_WRITES_MAX, "")
    elif operation == "BatchGetItem":
        _check_batch(operation, request, BATCH_READS_MAX, ".keys")


def _check_batch(operation: str, request: Parameters, limit: int, part: str) -> None:
    counts = {
        table: len(entry["Keys"] if part else entry)
        for table, entry in request["RequestItems"].items()
    }
    for table, count in counts.items():
        if count > limit:
            member = f"requestItems.{table}.member{part}"
            long = TOO_LONG.format(member=member, limit=limit)
            raise RequestError(long if part else TOO_MANY_WRITES.format(table=table))
    if sum(counts.values()) > limit:
        raise RequestError(TOO_MANY.format(operation=operation))


def _operations(operation: str, request: Parameters) -> Iterator[tuple[str, Parameters]]:
    """The request itself, or each operation that it consists of, with their names."""
    match operation:
        case "BatchWriteItem":
            for entries in request["RequestItems"].values():
                yield from (("PutItem", part) for entry in entries for part in entry.values())
        case "BatchGetItem":
            for entry in request["RequestItems"].values():
                yield from (("GetItem", {"Key": key}) for key in entry["Keys"])
                yield "GetItem", entry
        case "TransactGetItems" | "TransactWriteItems":
            for item in request["TransactItems"]:
                yield from ((f"{kind}Item", part) for kind, part in item.items())
        case "ExecuteTransaction" | "BatchExecuteStatement":
            statements = request.get("TransactStatements") or request.get("Statements", ())
            yield from (("ExecuteStatement", part) for part in statements)
        case _:
            yield operation, request


def _prepare(operation: str, parameters: Parameters) -> None:
    use = USES.get(operation, ExpressionUse(()))
    check_combination(use, parameters)
    for name in MAPS:
        if name in parameters:
            normalize_all(parameters[name])
    for value in parameters.get("Parameters", ()):
        normalize(value)
    prepare_statement(parameters)
    for name in LEGACY:
        _prepare_legacy(parameters.get(name) or {})
    check_expression_parameters(parameters)
    check_not_empty(use, parameters)
    projected_paths(parameters)
    for name in CONDITIONS:
        if parameters.get(name):
            check_all_defined(name, parameters)
            _check_condition(name, parameters)
    if parameters.get("UpdateExpression", "").strip():
        UpdateExpressionParser.make(parameters["UpdateExpression"])
    check_all_used(parameters)
    if "Item" in parameters and item_size(parameters["Item"]) > ITEM_BYTES_MAX:
        raise RequestError(ITEM_TOO_LARGE)


def _prepare_legacy(conditions: Mapping[str, Any]) -> None:
    """Normalize the values of a parameter from before expressions."""
    for condition in conditions.values():
        for value in (
            *((condition["Value"],) if "Value" in condition else ()),
            *condition.get("AttributeValueList", ()),
        ):
            normalize(value)


def _check_condition(name: str, parameters: Parameters) -> None:
    """Parse the condition, for which moto raises errors of any kind.

    AWS's message goes on with the token at fault, which moto's parser does not name.
    """
    parser = create_condition_expression_parser(
        parameters[name], parameters.get(NAMES), parameters.get(VALUES)
    )
    try:
        parser.parse()
    except MockValidationException as error:  # it names a condition, also of a filter
        message = str(error.exception_msg).replace("ConditionExpression", name)
        raise RequestError(message) from error
    except Exception as error:
        raise RequestError(f"Invalid {name}: Syntax error; {error}") from error


def _check_batch_keys(tables: Mapping[str, Any], key_schema: KeySchema) -> None:
    for table, entry in tables.items():
        schema = key_schema(table)
        keys = list(_keys_of(entry, schema)) if schema else []
        for key in keys:
            _check_key(key, schema)
        if _has_duplicates(keys):
            raise RequestError(DUPLICATES)


def _check_return_values(operation: str, parameters: Parameters) -> None:
    wanted = parameters.get("ReturnValues", "NONE")
    if operation in {"DeleteItem", "PutItem"} and wanted not in {"ALL_OLD", "NONE"}:
        raise RequestError("ReturnValues can only be ALL_OLD or NONE")


def _check_no_empty_key(parameters: Parameters, schema: Mapping[str, str]) -> None:
    attributes = parameters.get("Key") or parameters.get("Item") or {}
    for name in schema:
        for kind, content in attributes.get(name, {}).items():
            if content == "" and kind in EMPTY_KEYS:
                raise RequestError(EMPTY_KEY.format(EMPTY_KEYS[kind], name))


def _check_key(key: Mapping[str, Any], schema: Mapping[str, str]) -> None:
    types = {name: next(iter(value), None) for name, value in key.items()}
    if types != schema:
        raise RequestError(OTHER_KEY)


def _check_transaction_keys(items: Iterable[Parameters], key_schema: KeySchema) -> None:
    keys: dict[str, list[Mapping[str, Any]]] = {}
    for part in (part for item in items for part in item.values()):
        attributes = part.get("Key") or part.get("Item", {})
        key = {name: attributes.get(name) for name in key_schema(part["TableName"])}
        keys.setdefault(part["TableName"], []).append(key)
    for table, found in keys.items():
        if key_schema(table) and _has_duplicates(found):
            raise RequestError(SAME_ITEM)


def _keys_of(entry: Any, schema: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    """The keys of the items that a batch reads or writes in one table."""
    if isinstance(entry, dict):
        yield from entry["Keys"]
        return
    for request in entry:
        for part in request.values():
            item = part.get("Item")
            yield part["Key"] if item is None else {n: item[n] for n in schema if n in item}


def _has_duplicates(keys: Iterable[Mapping[str, Any]]) -> bool:
    texts = [json.dumps(key, sort_keys=True) for key in keys]
    return len(set(texts)) < len(texts)
