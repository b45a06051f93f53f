"""Calls moto's response class directly, without an HTTP request.

LocalStack passes a call to moto as a request, which moto parses again, and parses moto's response
to serialize it again. Here the operations on items go straight to moto's method, and its JSON text
straight to the caller. One call runs at a time, so other calls see either all of a transaction or
nothing of it.
"""

import inspect
import json
from threading import RLock
from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.client import parse_response, raise_service_exception
from localstack.aws.skeleton import DispatchTable
from localstack.http import Response
from moto.core.exceptions import RESTError
from moto.dynamodb.responses import DynamoHandler

OPERATIONS = {
    "BatchGetItem": "batch_get_item",
    "BatchWriteItem": "batch_write_item",
    "DeleteItem": "delete_item",
    "GetItem": "get_item",
    "PutItem": "put_item",
    "Query": "query",
    "Scan": "scan",
    "TransactGetItems": "transact_get_items",
    "TransactWriteItems": "transact_write_items",
    "UpdateItem": "update_item",
}
"""The operations that read and write items, with the names of moto's methods."""
JSON = "application/x-amz-json-1.0"
ONE_AT_A_TIME = RLock()


def with_direct_answers(table: DispatchTable) -> DispatchTable:
    """The table, with direct answers to JSON callers for operations on items."""
    return {name: _directly(name, stock) for name, stock in table.items()}


def _directly(name: str, stock: Any) -> Any:
    if name not in OPERATIONS:
        return stock

    def answer(context: RequestContext, request: Any) -> Any:
        if context.request.headers.get("Content-Type") != JSON:
            return stock(context, request)
        with ONE_AT_A_TIME:
            return _answer(OPERATIONS[name], context)

    return answer


def _answer(method: str, context: RequestContext) -> Response:
    """The answer in the form that LocalStack would return.

    Raises:
        ServiceException: the service's error, as LocalStack reads it from moto's answer.
    """
    request = context.request
    body = request.get_json(force=True) if request.data else {}  # cached when LocalStack read it
    status, text, body = call_moto(method, body, context.account_id, context.region)
    headers = {"Content-Type": JSON, "x-amzn-requestid": str(context.request_id)}
    response = Response(text, status, headers)
    if body is None:
        assert context.operation is not None  # the call is already parsed
        assert context.protocol is not None
        error = parse_response(
            context.operation, context.protocol, response, include_response_metadata=False
        )
        raise_service_exception(response, error)
    context.service_response = body
    return response


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
    if not isinstance(answer, str):
        status, _, text = answer
        return status, text, None
    return 200, answer, json.loads(answer)
