"""Responses to calls that no service of LocalStack serves, in the protocol of the service.

LocalStack's serializers know every protocol of the SDK. Of an event stream they serialize neither
exceptions nor what a response has beside the events.
[LocalStack 4.14: aws/protocol/serializer.py]
"""

from collections.abc import Iterator, Mapping
from typing import Any

from localstack.aws.protocol.serializer import create_serializer
from localstack.aws.spec import load_service
from localstack.http import Response
from localstack.services.plugins import SERVICE_PLUGINS


def answerable_service(name: str) -> Any:
    """The model of a service that LocalStack does not have; None for those that it has.

    LocalStack finds the service of a request by its signature and address, which are alike for
    some of the services that it does not have.
    """
    if not name or SERVICE_PLUGINS.exists(name):
        return None
    return load_service(name)


def serialized_answer(context: Any, answer: Mapping[str, Any]) -> Response:
    """The response to the call in this context."""
    if context.operation.has_event_stream_output:
        return _event_stream(context, answer)
    return _serialized(context, answer)


def serialized_error(context: Any, error: Any) -> Response:
    """The error response to the call in this context."""
    serializer = create_serializer(context.service, context.protocol)
    headers, request_id = context.request.headers, context.request_id
    made: Response = serializer.serialize_error_to_response(
        error, context.operation, headers, request_id
    )
    return made


def _serialized(context: Any, answer: Mapping[str, Any]) -> Response:
    serializer = create_serializer(context.service, context.protocol)
    headers, request_id = context.request.headers, context.request_id
    made: Response = serializer.serialize_to_response(
        dict(answer), context.operation, headers, request_id
    )
    return made


def _event_stream(context: Any, answer: Mapping[str, Any]) -> Response:
    shape = context.operation.output_shape
    events = answer.get(shape.event_stream_name, ())
    response = Response(b"".join(_encoded(context, event) for event in events))
    for name, value in answer.items():
        serialization = shape.members[name].serialization
        if serialization.get("location") == "header":
            response.headers[serialization["name"]] = str(value)
    return response


def _encoded(context: Any, event: Mapping[str, Any]) -> bytes:
    """The event; an exception ends the stream, and the SDK raises it for the reader."""
    ((name, value),) = event.items()
    stream = context.operation.get_event_stream_output()
    if not stream.members[name].serialization.get("event"):
        serializer = create_serializer(context.service, context.protocol)
        message = str(value.get("message", ""))
        return serializer._encode_event_payload(  # noqa: SLF001 - it has no public name for it
            name, error_code=name, error_message=message
        )
    member = context.operation.output_shape.event_stream_name
    events: Iterator[Mapping[str, Any]] = iter([event])
    return _serialized(context, {member: events}).get_data()
