"""The kinds of workload: what is sent, to which resource, how often, and with which body."""

import inspect
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from wavetank.core.durations import YEAR, duration_text
from wavetank.core.errors import UsageError
from wavetank.core.field_values import FieldError, read_name
from wavetank.core.suggestions import one_of, shown
from wavetank.scenario.workload.arrivals import Arrival, ArrivalRate
from wavetank.scenario.workload.body import ActionValues, check_text, render

COUNT_MAX = 1_000_000
METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
SAMPLE = ActionValues(1, datetime(2030, 1, 1, tzinfo=UTC), "key-1", random.Random(0))  # noqa: S311 - a simulation, not a secret

type BodySource = str | bytes | Callable[[int, random.Random], str | bytes]
"""A text with placeholders; bytes that are no text; or, in pytest, a function of the number and of
the random numbers."""


@dataclass(frozen=True, kw_only=True)
class WorkloadSpec:
    """Actions of one kind on one resource, during a window of the run.

    `target` is a logical id of the templates, or the name of a deployed resource. Without a `rate`
    all `count` actions come at once when the window `begins`. With one they come until the window
    ends, at most `count`; without a `duration` that is when the rules stop. The first paragraph of
    a kind's docstring is its description in the documents.

    Raises:
        FieldError: on construction, if a field has an invalid value.
    """

    kind: ClassVar[str]
    """Its name in files and histories."""
    resource: ClassVar[str]
    """What its target is, as in "a queue"."""
    needs_json: ClassVar[bool] = False
    needs_object: ClassVar[bool] = True
    needs_body: ClassVar[bool] = True
    takes_bytes: ClassVar[bool] = False
    """Whether its body can be other than text."""

    target: str
    rate: ArrivalRate | None = None
    arrival: Arrival = Arrival.CONSTANT
    burst: int = 10
    count: int | None = None
    begins: timedelta = timedelta()
    duration: timedelta | None = None
    keys: int | None = None
    body: BodySource = ""

    def __post_init__(self) -> None:
        if not self.target:
            raise FieldError("target", "`target` to name a resource", shown(""), "write it")
        self._check_numbers()
        self._check_window()
        for name in self.texts():
            _check_placeholders(name, getattr(self, name))
        if isinstance(self.body, str):
            self._check_body(self.body)
        elif isinstance(self.body, bytes) and not self.takes_bytes:
            expected, action = f"the `body` of {self.kind} to be text", "correct it"
            raise FieldError("body", expected, f"{len(self.body)} bytes that are none", action)

    @classmethod
    def summary(cls) -> str:
        """What it does, in a sentence or two."""
        return " ".join((inspect.getdoc(cls) or "").partition("\n\n")[0].split())

    @classmethod
    def texts(cls) -> tuple[str, ...]:
        """The fields that are texts with placeholders."""
        return ()

    @property
    def ends_after(self) -> timedelta:
        """The shortest run that has room for it."""
        return self.begins + (self.duration or timedelta(milliseconds=1))

    def _check_numbers(self) -> None:
        if self.rate is None and self.count is None:
            action = 'write it, as in count = 10 or rate = "6 per minute"'
            raise FieldError("", f"`count` or `rate` of {self.kind}", "neither", action)
        for name in ("burst", "count", "keys"):
            value = getattr(self, name)
            if value is not None and not 1 <= value <= COUNT_MAX:
                expected = f"`{name}` from 1 to {COUNT_MAX}"
                raise FieldError(name, expected, shown(value), "correct it")
        if self.rate is None and self.arrival is not Arrival.CONSTANT:
            expected, found = f"`rate` for arrival = {self.arrival.value}", "none"
            action = 'write it, as in rate = "6 per minute"'
            raise FieldError("arrival", expected, found, action)

    def _check_window(self) -> None:
        for name in ("begins", "duration"):
            value = getattr(self, name)
            if value is not None and not timedelta() <= value <= YEAR:
                expected = f"`{name}` between zero and {duration_text(YEAR)}"
                raise FieldError(name, expected, shown(value), "correct it")
        if self.duration == timedelta():
            raise FieldError("duration", "`duration` above zero", "0s", "correct it")

    def _check_body(self, body: str) -> None:
        _check_placeholders("body", body)
        if not body and self.needs_body:
            action = "write it; placeholders such as {{ number }} are replaced"
            raise FieldError("", f"`body` of {self.kind}", "none", action)
        if self.needs_json and body:
            self.check_json(render(body, SAMPLE))

    def check_json(self, text: str) -> None:
        """Check that a body is what the kind needs.

        Raises:
            FieldError: it is not JSON, or not an object.
        """
        try:
            value = json.loads(text)
        except ValueError as error:
            expected, found = f"the `body` of {self.kind} in JSON", f"{shown(text)} ({error})"
            raise FieldError("body", expected, found, "correct it") from error
        if self.needs_object and not isinstance(value, dict):
            expected = f"the `body` of {self.kind} to be an object in JSON"
            action = 'write it as in {"id": "{{ number }}"}'
            raise FieldError("body", expected, shown(value), action)


@dataclass(frozen=True, kw_only=True)
class PutObject(WorkloadSpec):
    """Puts an object with that body and `key` into the bucket."""

    kind: ClassVar[str] = "put-object"
    resource: ClassVar[str] = "bucket"
    needs_body: ClassVar[bool] = False
    takes_bytes: ClassVar[bool] = True

    key: str = "{{ key }}"

    @classmethod
    def texts(cls) -> tuple[str, ...]:
        return ("key",)


@dataclass(frozen=True, kw_only=True)
class SendMessage(WorkloadSpec):
    """Sends a message to the queue. Its `key` is the message group of a FIFO queue."""

    kind: ClassVar[str] = "send-message"
    resource: ClassVar[str] = "queue"

    key: str = "{{ key }}"

    @classmethod
    def texts(cls) -> tuple[str, ...]:
        return ("key",)


@dataclass(frozen=True, kw_only=True)
class PutEvents(WorkloadSpec):
    """Sends an event to the event bus; the body is its detail, in JSON.

    A `source` such as aws.ec2 makes it an event of that service.
    """

    kind: ClassVar[str] = "put-events"
    resource: ClassVar[str] = "event bus"
    needs_json: ClassVar[bool] = True

    source: str = "wavetank.workload"
    detail_type: str = "workload"

    @classmethod
    def texts(cls) -> tuple[str, ...]:
        return ("source", "detail_type")


@dataclass(frozen=True, kw_only=True)
class PutRecord(WorkloadSpec):
    """Puts a record into the Firehose or Kinesis stream. Its `key` is Kinesis's partition key."""

    kind: ClassVar[str] = "put-record"
    resource: ClassVar[str] = "stream"
    takes_bytes: ClassVar[bool] = True

    key: str = "{{ key }}"

    @classmethod
    def texts(cls) -> tuple[str, ...]:
        return ("key",)


@dataclass(frozen=True, kw_only=True)
class PutItem(WorkloadSpec):
    """Puts an item into the table; the body is an object in JSON, without DynamoDB's types."""

    kind: ClassVar[str] = "put-item"
    resource: ClassVar[str] = "table"
    needs_json: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class PublishMessage(WorkloadSpec):
    """Publishes a message to the topic. Its `key` is the message group of a FIFO topic."""

    kind: ClassVar[str] = "publish"
    resource: ClassVar[str] = "topic"

    key: str = "{{ key }}"

    @classmethod
    def texts(cls) -> tuple[str, ...]:
        return ("key",)


@dataclass(frozen=True, kw_only=True)
class InvokeFunction(WorkloadSpec):
    """Invokes the function asynchronously; the body is its event, in JSON."""

    kind: ClassVar[str] = "invoke"
    resource: ClassVar[str] = "function"
    needs_json: ClassVar[bool] = True
    needs_object: ClassVar[bool] = False
    needs_body: ClassVar[bool] = False


@dataclass(frozen=True, kw_only=True)
class HttpRequests(WorkloadSpec):
    """Calls the URL of the function, or a stage of the API, with that `method`, `path` and body."""

    kind: ClassVar[str] = "http"
    resource: ClassVar[str] = "function with a URL, API"
    needs_body: ClassVar[bool] = False

    method: str = "POST"
    path: str = "/"
    content_type: str = "application/json"
    stage: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.method not in METHODS:
            raise FieldError("method", *one_of("`method` to be one of", self.method, METHODS))
        if not self.path.startswith("/"):
            raise FieldError("path", "`path` to begin with /", shown(self.path), "correct it")

    @classmethod
    def texts(cls) -> tuple[str, ...]:
        return ("path",)


WORKLOAD_KINDS: tuple[type[WorkloadSpec], ...] = (
    PutObject,
    SendMessage,
    PutEvents,
    PutRecord,
    PutItem,
    PublishMessage,
    InvokeFunction,
    HttpRequests,
)
WORKLOADS_BY_NAME = {kind.kind: kind for kind in WORKLOAD_KINDS}


def kind_named(name: object) -> type[WorkloadSpec]:
    """The kind of that name.

    Raises:
        FieldError: there is none.
    """
    if name is None:
        action = 'write it, as in kind = "send-message"'
        raise FieldError("", "a workload with its `kind`", "none", action)
    return WORKLOADS_BY_NAME[read_name("kind", WORKLOADS_BY_NAME, name)]


def check_field_names(kind: type[WorkloadSpec], names: list[str], more: tuple[str, ...]) -> None:
    """Check that the kind has these fields, or that they are among `more`.

    Raises:
        FieldError: it has not; names those that it has.
    """
    allowed = [*more, *(field.name for field in fields(kind))]
    for name in names:
        if name not in allowed:
            raise FieldError(name, *one_of(f"a field of {kind.kind}: one of", name, allowed))


def _check_placeholders(field: str, text: str) -> None:
    try:
        check_text(text)
    except UsageError as error:
        expected = f"{error.expected} in `{field}`"
        raise FieldError(field, expected, error.found, error.action) from error
