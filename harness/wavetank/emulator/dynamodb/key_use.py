"""Which requests are checked against the keys of their table, and where moto has these keys."""

from collections.abc import Iterator, Mapping
from typing import Any

from moto.dynamodb.models import DynamoDBBackend

from wavetank.emulator.dynamodb.index_keys import (
    TableKeys,
    check_index,
    check_item,
    check_query,
)


def check_key_use(operation: str, request: Mapping[str, Any], backend: DynamoDBBackend) -> None:
    """Check a query, a scan, or the items that are put; tables that do not exist are moto's matter.

    Raises:
        KeyUseError: DynamoDB refuses the request.
    """
    if operation in {"Query", "Scan"}:
        table = backend.tables.get(request.get("TableName", ""))
        if table is not None:
            check = check_query if operation == "Query" else check_index
            check(request, table_keys(table))
    for name, item in _put_items(operation, request):
        table = backend.tables.get(name)
        if table is not None and (table.indexes or table.global_indexes):
            check_item(item, table_keys(table))


def table_keys(table: Any) -> TableKeys:
    """The keys of a table of moto's."""
    types = {each["AttributeName"]: each["AttributeType"] for each in table.attr}
    return TableKeys(
        own=_typed(table.schema, types),
        indexes={
            index.name: _typed(index.schema, types)
            for index in (*table.indexes, *table.global_indexes)
        },
    )


def _typed(schema: Any, types: Mapping[str, str]) -> dict[str, str]:
    return {key["AttributeName"]: types[key["AttributeName"]] for key in schema}


def _put_items(operation: str, request: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    match operation:
        case "PutItem":
            yield request["TableName"], request["Item"]
        case "BatchWriteItem":
            for table, entries in request["RequestItems"].items():
                for entry in entries:
                    if "PutRequest" in entry:
                        yield table, entry["PutRequest"]["Item"]
        case "TransactWriteItems":
            for entry in request["TransactItems"]:
                if "Put" in entry:
                    yield entry["Put"]["TableName"], entry["Put"]["Item"]
