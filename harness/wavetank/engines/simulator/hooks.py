"""The hooks by which a simulation observes and controls the simulator."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from wavetank.engines.simulator.handler_threads import ThreadScheduler

if TYPE_CHECKING:
    from wavetank.core.http_call import HttpAnswer
    from wavetank.core.http_types import HttpRequest, Refused
    from wavetank.emulator.firehose.functions import Invoke
    from wavetank.emulator.firehose.observing import DeliveryObserver
    from wavetank.emulator.lambda_.outcome import ExitStatus
    from wavetank.emulator.request_interceptor import ApiCall
    from wavetank.emulator.sns.confirmation import SentMessage
    from wavetank.emulator.sqs.queue_hooks import QueueObserver, WaitForMessage
    from wavetank.emulator.stream_observer import OnRecord
    from wavetank.emulator.target_delivery.deliveries import OnGivenUp, WithCurrentCause
    from wavetank.emulator.target_delivery.function_invoker import CallFunction, OfferedEvent


class HandlerInterceptor(ThreadScheduler, Protocol):
    """Interface that intercepts handlers' API calls and waits, in the handlers' threads."""

    def before(self, call: "ApiCall") -> None:
        """Called before the call is served.

        Raises:
            Refused: it must not be served.
        """
        ...

    def after(self, call: "ApiCall", error: str | None) -> None:
        """Called after it was served; `error` is the service's error code, None on success."""
        ...

    def answered(self, timeout_seconds: float | None) -> None:
        """Called when the response is ready; the caller waits for it for `timeout_seconds`.

        Raises:
            ConnectionLostError: the response never arrives.
            AnswerTooLateError: it does not arrive in time.
        """
        ...

    def slept(self, seconds: float) -> None:
        """The handler sleeps."""
        ...

    def exited(self, status: "ExitStatus") -> None:
        """The handler ends its own process; does not return to it."""
        ...

    def stopped(self) -> None:
        """The handler stops its own process, which no other process continues."""
        ...

    def answer(self, call: "ApiCall") -> Mapping[str, Any] | None:
        """The response to a call that its service is not to serve; else None.

        Raises:
            Refused: the response is an error.
        """
        ...

    def web_answer(self, request: "HttpRequest") -> "HttpAnswer":
        """The answer to a request to the web.

        Raises:
            UnsupportedCall: there is none.
        """
        ...

    def unanswered(self, call: "ApiCall") -> "Refused | None":
        """The error for a call that no service serves; None for LocalStack's own."""
        ...

    def refuses(self, stream: str, count: int) -> Mapping[int, str]:
        """The entries of a batch that the stream refuses, by number, with their error codes."""
        ...


@dataclass(frozen=True, kw_only=True)
class SimulatorHooks:
    """The callbacks by which a simulation observes and controls a simulator.

    `call` gets a handler's synchronous invocations of functions.
    `queue` gets every event for which a service invokes a function asynchronously, and `given_up`
    every one that its target refuses for good; `with_current_cause` binds the retries of an event
    to what caused it. `service_id` gives the ids of events and messages. `invoke_processor` invokes
    the functions that transform records of delivery streams. `messages` observes queues, and
    `on_record` gets each record of a stream; `wait` lets a handler wait for messages, and returns
    False for any other caller, who gets its answer at once.
    """

    interceptor: HandlerInterceptor
    deliveries: "DeliveryObserver"
    sent: "Callable[[SentMessage], None]"
    new_id: Callable[[], str]
    queue: "Callable[[OfferedEvent], object]"
    call: "CallFunction"
    given_up: "OnGivenUp"
    with_current_cause: "WithCurrentCause"
    service_id: Callable[[], str]
    invoke_processor: "Invoke"
    messages: "QueueObserver"
    on_record: "OnRecord"
    wait: "WaitForMessage"
