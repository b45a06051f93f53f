"""Calls moto's response class directly, without an HTTP request.

LocalStack passes a call to moto as a request, which moto parses again, and parses moto's response
to serialize it again. Here the operations on items go straight to moto's method, and its JSON text
straight to the caller. One call runs at a time, so other calls see either all of a transaction or
nothing of it.

Requests are validated and normalized before moto sees them, and its answers corrected. A
transaction that was sent with the same token within ten minutes is not executed again.
"""

import json
from threading import RLock
from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.skeleton import DispatchTable
from localstack.http import Response
from moto.core.exceptions import RESTError
from moto.dynamodb.models import dynamodb_backends

from wavetank.core.clock import Clock
from wavetank.emulator.dynamodb.answers import replayed_answer
from wavetank.emulator.dynamodb.execution import JSON, OPERATIONS, execute, refusal
from wavetank.emulator.dynamodb.idempotency import (
    OPERATIONS as IDEMPOTENT,
)
from wavetank.emulator.dynamodb.idempotency import (
    TOKEN,
    IdempotentRequests,
    ParameterMismatchError,
    RequestToken,
)
from wavetank.emulator.dynamodb.index_keys import KeyUseError
from wavetank.emulator.dynamodb.key_use import check_key_use
from wavetank.emulator.dynamodb.requests import RequestError, prepare_request
from wavetank.emulator.dynamodb.time_to_live import delete_expired_items, is_time_to_live

MISMATCH = (
    "The request uses the same client token as a previous, but non-identical request. Do not reuse "
    "a client token with different requests, unless the requests are identical"
)
ONE_AT_A_TIME = RLock()
COMPLETED = IdempotentRequests()
"""The requests with tokens, of all accounts and regions."""


class DirectAnswers:
    """Executes operations on items directly in moto, and passes on all other operations."""

    def __init__(self, table: DispatchTable, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    def dispatch_table(self) -> DispatchTable:
        """The table, with direct answers to JSON callers for operations on items."""
        return {name: self._handler(name, stock) for name, stock in self._table.items()}

    def _handler(self, name: str, stock: Any) -> Any:
        def serve(context: RequestContext, request: Any) -> Any:
            with ONE_AT_A_TIME:
                backend = dynamodb_backends[context.account_id][context.region]
                delete_expired_items(backend, self._clock.now())
                if name in OPERATIONS and context.request.headers.get("Content-Type") == JSON:
                    return self._answer(name, context)
            if name == "UpdateTable" and not context.is_internal_call:
                _check_stream(backend, request)
            # LocalStack's CloudFormation switches TTL on twice
            if name == "UpdateTimeToLive" and context.is_internal_call:
                wanted = request["TimeToLiveSpecification"]
                if is_time_to_live(backend, request["TableName"], wanted):
                    return {"TimeToLiveSpecification": wanted}
            return stock(context, request)

        return serve

    def _answer(self, operation: str, context: RequestContext) -> Response:
        """The answer in the form that LocalStack would return.

        Raises:
            ServiceException: the service's error.
        """
        http = context.request
        request = http.get_json(force=True) if http.data else {}  # cached when LocalStack read it
        _prepare(operation, request, context)
        token = _token(operation, request, context)
        if token is None:
            text, answer = execute(operation, request, context)
        else:
            text, answer = self._execute_once(token, request, context)
        context.service_response = answer
        headers = {"Content-Type": JSON, "x-amzn-requestid": str(context.request_id)}
        return Response(text, 200, headers)

    def _execute_once(
        self, token: RequestToken, request: dict[str, Any], context: RequestContext
    ) -> tuple[str, dict[str, Any]]:
        """The answer as text and parsed; the request is not executed if it was already.

        Raises:
            ServiceException: the service's error; also, another request was sent with the token.
        """
        sent = _without_token(request)
        try:
            known = COMPLETED.find(token, sent, self._clock.now())
        except ParameterMismatchError as error:
            raise refusal("IdempotentParameterMismatchException", MISMATCH) from error
        if known is not None:
            answer = replayed_answer(request, json.loads(known))
            return json.dumps(answer), answer
        text, answer = execute(token.operation, request, context)
        COMPLETED.add(token, sent, text, self._clock.now())
        return text, answer


def _check_stream(backend: Any, request: dict[str, Any]) -> None:
    """Check that the table's stream is switched on or off once.

    Raises:
        ServiceException: ValidationException. [DynamoDB API: UpdateTable, StreamSpecification]
    """
    table = backend.tables.get(request["TableName"])
    wanted = request.get("StreamSpecification")
    if table is None or not wanted:
        return
    is_on, switches_on = bool(table.latest_stream_label), bool(wanted.get("StreamEnabled"))
    if is_on and switches_on:
        message = f"Table already has an enabled stream: TableName: {table.name}"
        raise refusal("ValidationException", message)
    if not is_on and not switches_on:
        message = f"Table is already disabled for streams: TableName: {table.name}"
        raise refusal("ValidationException", message)


def _prepare(operation: str, request: dict[str, Any], context: RequestContext) -> None:
    backend = dynamodb_backends[context.account_id][context.region]

    def key_schema(table: str) -> dict[str, str]:
        found = backend.tables.get(table)
        types = {} if found is None else {found.hash_key_attr: found.hash_key_type}
        if found is not None and found.range_key_attr:
            types[found.range_key_attr] = str(found.range_key_type)
        return types

    try:
        prepare_request(operation, request, key_schema)
        check_key_use(operation, request, backend)
    except RESTError as error:
        raise refusal("ValidationException", str(error.message)) from error
    except (KeyUseError, RequestError) as error:
        raise refusal("ValidationException", str(error)) from error


def _token(operation: str, request: dict[str, Any], context: RequestContext) -> RequestToken | None:
    text = request.get(TOKEN)
    if operation not in IDEMPOTENT or not text:
        return None
    return RequestToken(context.account_id, context.region, operation, text)


def _without_token(request: dict[str, Any]) -> str:
    """The request as text that is equal for equal requests."""
    rest = {name: value for name, value in request.items() if name != TOKEN}
    return json.dumps(rest, sort_keys=True)
