"""What a driver sees of the simulator while it drives, and what it decides there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from wavetank.emulator.firehose.delivery import DeliveryObserver
    from wavetank.emulator.lambda_.outcome import ExitStatus
    from wavetank.emulator.request_interceptor import ApiCall
    from wavetank.emulator.sns.confirmation import SentMessage


class HandlerInterceptor(Protocol):
    """Who stands at the gate, and attends to handlers while they wait; called in their threads."""

    def before(self, call: "ApiCall") -> None:
        """The call is about to be served.

        Raises:
            Refused: it is not to be.
        """
        ...

    def after(self, call: "ApiCall", error: str | None) -> None:
        """It was served; `error` is the code of the service's error, None where all went well."""
        ...

    def answered(self, patience_seconds: float | None) -> None:
        """The call is answered; whoever made it waits so long for the answer.

        Raises:
            ConnectionLostError: the answer never arrives.
            AnswerTooLateError: nor does it in time.
        """
        ...

    def slept(self, seconds: float) -> None:
        """The handler sleeps."""
        ...

    def exited(self, status: "ExitStatus") -> None:
        """The handler ends its own process; does not return to it."""
        ...

    def stopped(self) -> None:
        """The handler stops its own process, which no one continues."""
        ...

    def refuses(self, stream: str, count: int) -> Mapping[int, str]:
        """Which entries of a batch the stream does not take, by number, and with which code."""
        ...


@dataclass(frozen=True, kw_only=True)
class SimulatorHooks:
    """Who attends, and who hears of records and e-mail; `new_id` names what is named at random."""

    interceptor: HandlerInterceptor
    deliveries: "DeliveryObserver"
    sent: "Callable[[SentMessage], None]"
    new_id: Callable[[], str]
