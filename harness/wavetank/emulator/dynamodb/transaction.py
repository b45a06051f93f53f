"""TransactWriteItems, atomic, with a cost that depends only on the items that it touches.

To be able to roll back, moto copies every table of the transaction once for each of its items. Here
only the touched items are copied, each before it is changed.
"""

from collections.abc import Mapping
from typing import Any

from moto.dynamodb.comparisons import get_filter_expression
from moto.dynamodb.exceptions import (
    ConditionalCheckFailed,
    ItemSizeTooLarge,
    ItemSizeToUpdateTooLarge,
    MockValidationException,
    MultipleTransactionsException,
    TooManyTransactionsException,
    TransactionCanceledException,
    TransactWriteSingleOpException,
)
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import Table
from moto.dynamodb.parsing.expressions import UpdateExpressionParser

from wavetank.emulator.dynamodb.rollback import Rollback
from wavetank.emulator.dynamodb.time_to_live import note_written
from wavetank.emulator.dynamodb.updates import Executor, Validator

ITEMS_MAX = 100
BYTES_MAX = 4 * 1024 * 1024
SMALL_ITEMS_MAX = BYTES_MAX // (400 * 1024)
"""So many items, of at most 400 KB each, are never too large together."""
TOO_LARGE = "Transaction request size exceeds the limit of 4 MB"
KINDS = frozenset({"ConditionCheck", "Put", "Delete", "Update"})

type Reason = tuple[str | None, str | None, dict[str, Any] | None]
"""Why an item cancels the transaction: code, message, and the item if it was requested."""
NONE: Reason = (None, None, None)


def transact_write_items(
    backend: DynamoDBBackend, transact_items: list[dict[str, dict[str, Any]]]
) -> None:
    """`DynamoDBBackend.transact_write_items`.

    Raises:
        TransactionCanceledException: with a reason for each item.
        MockValidationException: the transaction itself is not valid.
    """
    if len(transact_items) > ITEMS_MAX:
        raise TooManyTransactionsException
    transaction = _Transaction(backend)
    with transaction.rollback.all_or_nothing():
        reasons = [transaction.reason(item) for item in transact_items]
        if any(code is not None for code, _, _ in reasons):
            raise TransactionCanceledException(reasons)
        if len(transact_items) > SMALL_ITEMS_MAX and transaction.size() > BYTES_MAX:
            raise MockValidationException(TOO_LARGE)


class _Transaction:
    """One transaction in progress."""

    def __init__(self, backend: DynamoDBBackend) -> None:
        self._backend = backend
        self._touched: set[tuple[str, str]] = set()
        self.rollback = Rollback()

    def size(self) -> int:
        """The size in bytes of the items that are written."""
        return sum(before.size() for before in self.rollback.items)

    def reason(self, item: Mapping[str, dict[str, Any]]) -> Reason:
        """Execute the item; returns the reason if it cannot be executed."""
        if len(item) > 1:
            raise TransactWriteSingleOpException
        old: dict[str, Any] | None = None
        try:
            kind, operation = next(iter(item.items()))
            current = self._touch(kind, operation)
            if not self._condition_is_met(operation, current):
                if operation.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" and current:
                    old = current.to_json()["Attributes"]
                return "ConditionalCheckFailed", ConditionalCheckFailed(item=old).message, old
            self._execute(kind, operation, current)
        except (MultipleTransactionsException, MockValidationException):
            raise
        except Exception as error:  # noqa: BLE001 - as moto does: whatever it is cancels
            return type(error).__name__, str(error), old
        return NONE

    def _touch(self, kind: str, operation: dict[str, Any]) -> Item | None:
        """The item that the operation addresses; a copy of it is stored for a rollback."""
        if kind not in KINDS:
            raise ValueError("Unsupported transaction operation")
        name = operation["TableName"]
        key = self._key_of_put(name, operation) if kind == "Put" else operation["Key"]
        touched = (str(name), str(key))
        if touched in self._touched:
            raise MultipleTransactionsException
        self._touched.add(touched)
        table = self._backend.get_table(name)
        hash_key, range_key = self._backend.get_keys_value(table, key)
        current = table.get_item(hash_key, range_key)
        if kind != "ConditionCheck":
            self.rollback.remember(table, hash_key, range_key)
        return current

    def _key_of_put(self, name: str, operation: dict[str, Any]) -> dict[str, Any]:
        attributes = operation["Item"]
        table = self._backend.get_table(name)
        key = {table.hash_key_attr: attributes[table.hash_key_attr]}
        if table.range_key_attr is not None:
            key[table.range_key_attr] = attributes[table.range_key_attr]
        return key

    def _condition_is_met(self, operation: dict[str, Any], current: Item | None) -> bool:
        condition = operation.get("ConditionExpression")
        if condition is None:
            return True
        parsed = get_filter_expression(condition, *_names_and_values(operation))
        return bool(parsed.expr(current))

    def _execute(self, kind: str, operation: dict[str, Any], current: Item | None) -> None:
        """Execute the operation; its condition was checked already."""
        name = operation["TableName"]
        match kind:
            case "Put":
                self._backend.put_item(name, operation["Item"])
            case "Delete":
                self._backend.delete_item(name, operation["Key"])
            case "Update":
                self._update(self._backend.get_table(name), operation, current)

    def _update(self, table: Table, operation: dict[str, Any], current: Item | None) -> None:
        """Like `update_item`, which would copy the item again and check the condition again."""
        names, values = _names_and_values(operation)
        text = operation["UpdateExpression"]
        if current is None or table.stream_shard is not None or not text:
            self._backend.update_item(table.name, operation["Key"], text, names, values)
            return
        tree = UpdateExpressionParser.make(text)
        changes = Validator(tree, names, values, current, table).validate()
        changes.normalize()
        try:
            Executor(changes, current, names).execute()
        except ItemSizeTooLarge:
            raise ItemSizeToUpdateTooLarge from None
        note_written(table, current)


def _names_and_values(operation: dict[str, Any]) -> tuple[Any, Any]:
    return operation.get("ExpressionAttributeNames"), operation.get("ExpressionAttributeValues")
