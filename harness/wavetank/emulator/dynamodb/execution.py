"""Executes one operation on items with moto, and converts the response to AWS's form.

[LocalStack 4.14: services/moto.py; moto 5.1.24: dynamodb/responses.py]
"""

import inspect
import json
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.client import parse_response, raise_service_exception
from localstack.http import Response
from moto.core.exceptions import RESTError
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.responses import DynamoHandler

from wavetank.emulator.dynamodb.answers import corrected_answer, read_size
from wavetank.emulator.dynamodb.capacity import (
    Sizes,
    consumed_capacity,
    read_sizes,
    wants_capacity,
    written_parts,
)
from wavetank.emulator.dynamodb.legacy_conditions import is_expected, without_expected
from wavetank.emulator.dynamodb.partiql import unreadable_statement
from wavetank.emulator.dynamodb.reads import projected_answer, whole_items
from wavetank.emulator.dynamodb.returned_values import only_updated, with_all_values
from wavetank.emulator.dynamodb.transaction import BYTES_MAX, TOO_LARGE

JSON = "application/x-amz-json-1.0"
BAD_REQUEST = 400
OPERATIONS = {
    "BatchExecuteStatement": "batch_execute_statement",
    "BatchGetItem": "batch_get_item",
    "BatchWriteItem": "batch_write_item",
    "DeleteItem": "delete_item",
    "ExecuteStatement": "execute_statement",
    "ExecuteTransaction": "execute_transaction",
    "GetItem": "get_item",
    "PutItem": "put_item",
    "Query": "query",
    "Scan": "scan",
    "TransactGetItems": "transact_get_items",
    "TransactWriteItems": "transact_write_items",
    "UpdateItem": "update_item",
}
"""The operations that read and write items, with the names of moto's methods."""

STATEMENTS = frozenset({"batch_execute_statement", "execute_statement", "execute_transaction"})
"""Methods whose parser raises errors of any kind."""

type Json = dict[str, Any]


def execute(operation: str, request: Json, context: RequestContext) -> tuple[str, Json]:
    """The answer as text and parsed.

    Raises:
        ServiceException: the service's error.
    """
    backend = dynamodb_backends[context.account_id][context.region]
    updates = operation == "UpdateItem"
    if not is_expected(request, backend):
        raise refusal("ConditionalCheckFailedException", "The conditional request failed")
    plain = without_expected(request)
    asked = with_all_values(plain) if updates else whole_items(operation, plain)
    before = _written_sizes(operation, request, backend)
    text, body = _moto_answer(operation, asked, context)
    if operation == "TransactGetItems" and read_size(body) > BYTES_MAX:
        raise refusal("ValidationException", TOO_LARGE)
    answer = corrected_answer(request, only_updated(request, body) if updates else body)
    if wants_capacity(request) and "Execute" not in operation:
        pairs = zip(before, _written_sizes(operation, request, backend), strict=True)
        sizes = [max(pair) for pair in pairs] or read_sizes(operation, request, body)
        consumed = consumed_capacity(operation, request, sizes)
        answer = {**answer, "ConsumedCapacity": consumed}
    if asked is not plain and not updates:
        answer = dict(answer)
        projected_answer(operation, request, answer)
    return text if answer is body else json.dumps(answer), answer


def refusal(code: str, message: str) -> CommonServiceException:
    """An error of the caller's."""
    return CommonServiceException(code, message, BAD_REQUEST, sender_fault=True)


def _written_sizes(operation: str, request: Json, backend: DynamoDBBackend) -> Sizes:
    """The sizes of the stored items that a call writes; none unless its capacity is asked for.

    Moto refuses calls with tables that do not exist, or other keys.
    """
    found: Sizes = []
    for name, part in written_parts(operation, request) if wants_capacity(request) else ():
        table = backend.tables.get(name)
        attributes = part.get("Key") or part.get("Item", {})
        if table is not None and all(key in attributes for key in table.table_key_attrs):
            item = table.get_item(*backend.get_keys_value(table, attributes))
            found.append((name, 0 if item is None else item.size()))
    return found


def _moto_answer(operation: str, request: Json, context: RequestContext) -> tuple[str, Json]:
    """Moto's answer as text and parsed.

    Raises:
        ServiceException: the service's error, as LocalStack reads it from moto's answer.
    """
    method = OPERATIONS[operation]
    status, text, body = call_moto(method, request, context.account_id, context.region)
    if body is None:
        response = Response(text, status, {"Content-Type": JSON})
        assert context.operation is not None  # the call is already parsed
        assert context.protocol is not None
        error = parse_response(
            context.operation, context.protocol, response, include_response_metadata=False
        )
        raise_service_exception(response, error)
    return text, body


def call_moto(method: str, body: dict[str, Any], account: str, region: str) -> tuple[int, str, Any]:
    """Status and text of moto's answer, and the parsed text; None instead of that for an error."""
    handler = DynamoHandler()
    handler.body, handler.current_account, handler.region = body, account, region
    handler.response_headers = {}
    operation = getattr(DynamoHandler, method)
    if "ReturnConsumedCapacity" not in body:  # moto's HTTP wrapper adds nothing else
        operation = inspect.unwrap(operation)
    try:
        answer = operation(handler)
    except RESTError as error:
        return error.code, error.get_body(), None
    except Exception as error:
        if method not in STATEMENTS:
            raise
        raise refusal("ValidationException", unreadable_statement(error)) from error
    if not isinstance(answer, str):
        status, _, text = answer
        return status, text, None
    return 200, answer, json.loads(answer)
