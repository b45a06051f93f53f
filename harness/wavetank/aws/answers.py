"""Answers of a test to calls of handlers, for operations that no emulator serves.

An answer is checked against the SDK's model of the operation, so that a handler gets what the real
service could send. It is a response, an error, or a function that returns or raises one.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wavetank.aws.clients import ClientError, error_code
from wavetank.aws.response_validation import response_problems
from wavetank.aws.service_models import find_operation
from wavetank.aws.web_answers import WebAnswers
from wavetank.core.errors import UsageError
from wavetank.core.http_types import Refused, UnsupportedCall
from wavetank.core.suggestions import nearest_of, shown

type Response = Mapping[str, Any] | ClientError
type Respond = Callable[..., Response]
"""A function of the call's parameters and, if it has a second parameter, the virtual time."""

METADATA = "ResponseMetadata"
"""What the SDK adds to a response: an answer that was recorded with it has it too."""
COMMON_ERRORS = frozenset(
    {
        *("AccessDenied", "AccessDeniedException", "ExpiredToken", "ExpiredTokenException"),
        *("IncompleteSignature", "InternalError", "InternalFailure", "InternalServerError"),
        *("InvalidClientTokenId", "MissingAuthenticationToken", "RequestExpired", "Throttling"),
        *("RequestLimitExceeded", "ServiceUnavailable", "ServiceUnavailableException"),
        *("SlowDown", "ThrottlingException", "TooManyRequestsException", "UnrecognizedClient"),
        *("UnrecognizedClientException", "ValidationError", "ValidationException"),
    }
)
"""Errors of every operation, which the SDK's model does not list. [AWS: Common Errors]"""
CLIENT_ERROR, SERVER_ERROR = 400, 500
SERVER_ERRORS = frozenset({"InternalError", "InternalFailure", "InternalServerError"})


@dataclass(frozen=True)
class Answer:
    """The answer to an operation; `operation` is the SDK's model of it."""

    operation: Any
    given: Response | Respond

    def to(self, parameters: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """The response to the call.

        Raises:
            Refused: the answer is an error.
            UnsupportedCall: the function fails, or its result is not one of the operation.
        """
        if not callable(self.given):
            return self._checked(self.given)
        arguments = (_plain(parameters), now)[: _positional_count(self.given)]
        try:
            return self._checked(_result(self.given, arguments))
        except Refused:
            raise
        except Exception as error:
            # The test's own mistake, or its assertion: a handler must not catch it.
            raise UnsupportedCall(error) from error

    def check(self) -> None:
        """Return if the operation has that response or error; a function is not called for it.

        Raises:
            UsageError: it has not.
        """
        if not callable(self.given):
            with suppress(Refused):
                self._checked(self.given)

    def _checked(self, response: Response) -> dict[str, Any]:
        """The response with its streams read.

        Raises:
            Refused: it is an error.
            UsageError: the operation has no such response or error.
        """
        if isinstance(response, ClientError):
            raise self._refusal(response)
        if not isinstance(response, Mapping):
            raise self._invalid([f"a dict or a ClientError, where it is {shown(response)}"])
        made = {name: value for name, value in _plain(response).items() if name != METADATA}
        if problems := response_problems(made, self.operation.output_shape):
            raise self._invalid(problems)
        return made

    def _refusal(self, error: ClientError) -> Refused:
        """The error as the service sends it.

        Raises:
            UsageError: the operation has no such error.
        """
        code, shapes = error_code(error), self.operation.error_shapes
        known = {_code_of(shape): shape for shape in shapes}
        if known and code not in known and code not in COMMON_ERRORS:
            expected = f"an error of {_name(self.operation)}: {', '.join(sorted(known))}"
            raise UsageError(expected, *nearest_of(code, known, "or one that all services have"))
        shape = known.get(code)
        members = _members(error, shape)
        if shape is not None and (problems := response_problems(members, shape)):
            raise self._invalid(problems)
        return Refused(code, _message(error), _status(error, code, shape), members)

    def _invalid(self, problems: Iterable[str]) -> UsageError:
        return UsageError(
            f"an answer to {_name(self.operation)} as the SDK's model has it",
            "; ".join(f"expected {problem}" for problem in problems),
            "correct the answer",
        )


class Answers:
    """The answers of a test; the latest one to an operation counts. `web` has those to URLs."""

    def __init__(self) -> None:
        self._answers: dict[tuple[str, str], Answer] = {}
        self.web = WebAnswers()

    def add(self, service: str, operation: str, given: Response | Respond) -> None:
        """Answer the operation from now on.

        Raises:
            UsageError: there is no such operation, or it has no such response or error.
        """
        # A stream is read once, and every call gets what was in it.
        kept = _plain(given) if isinstance(given, Mapping) else given
        answer = Answer(find_operation(service, operation), kept)
        answer.check()
        self._answers[service, operation] = answer

    def find(self, service: str, operation: str) -> Answer | None:
        """The answer to the operation; None if it has none."""
        return self._answers.get((service, operation))


def how_to_answer(service: str, operation: str) -> str:
    """The message for a call that nothing serves: what to write in the test."""
    error = UsageError(
        f"an answer to {service} {operation}, which no emulator serves",
        "none",
        f'write simulator.answers("{service}", "{operation}", ...) in the test',
    )
    return str(error)


def _name(operation: Any) -> str:
    return f"{operation.service_model.service_name} {operation.name}"


def _result(function: Respond, arguments: tuple[Any, ...]) -> Response:
    """What the function returns, or the error of the service that it raises."""
    try:
        return function(*arguments)
    except ClientError as error:
        return error


def _positional_count(function: Respond) -> int:
    """How many of the two arguments the function takes: the parameters, or the time as well."""
    kinds = [each.kind for each in inspect.signature(function).parameters.values()]
    if inspect.Parameter.VAR_POSITIONAL in kinds:
        return 2
    positional = {
        inspect.Parameter.POSITIONAL_ONLY,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
    }
    return sum(kind in positional for kind in kinds)


def _plain(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters or the response, with the content of each stream."""
    return {name: _read(value) for name, value in parameters.items()}


def _read(value: Any) -> Any:
    """The value; of a stream its content, of an iterator or another iterable of events a list."""
    if hasattr(value, "read"):
        return value.read()
    if isinstance(value, str | bytes | bytearray | Mapping | list) or value is None:
        return value
    return list(value) if isinstance(value, Iterable) else value


def _code_of(shape: Any) -> str:
    return str(shape.metadata.get("error", {}).get("code", shape.name))


def _members(error: ClientError, shape: Any) -> dict[str, Any]:
    """The error's own members, which the SDK puts beside `Error` and its metadata."""
    response: Mapping[str, Any] = error.response
    names = () if shape is None else shape.members
    message = {name: _message(error) for name in names if name.lower() == "message"}
    own = {name: each for name, each in response.items() if name not in {"Error", METADATA}}
    return message | own


def _message(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Message", ""))


def _status(error: ClientError, code: str, shape: Any) -> int:
    """The HTTP status: the one that is given, or the model's, or that of the kind of error."""
    response: Mapping[str, Any] = error.response
    metadata = response.get(METADATA, {})
    modelled = {} if shape is None else shape.metadata.get("error", {})
    otherwise = SERVER_ERROR if code in SERVER_ERRORS else CLIENT_ERROR
    if shape is not None and shape.metadata.get("fault"):
        otherwise = SERVER_ERROR
    return int(metadata.get("HTTPStatusCode") or modelled.get("httpStatusCode") or otherwise)
