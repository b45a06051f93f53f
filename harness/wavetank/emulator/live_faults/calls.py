"""Calls to AWS that fail or are slow, whoever makes them but LocalStack itself.

They are struck at the gate before every service, so that the SDK's retries, a handler's and
Lambda's happen as they would in an outage.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from wavetank.core.clock import Clock
from wavetank.core.errors import UsageError
from wavetank.core.http_types import Refused
from wavetank.emulator.live_faults.kind import Given, Parameter, RevertCallback
from wavetank.emulator.request_interceptor import ApiCall, Gate
from wavetank.emulator.stack_index import DeployedStack
from wavetank.faults.calls import CALLS

STATUS_OF = {
    "ThrottlingException": 400,
    "InternalServerError": 500,
    "ServiceUnavailableException": 503,
}
"""Codes that an SDK tries again, with the status that goes with each."""
LATENCY_SECONDS_MAX = 60


@dataclass(frozen=True, kw_only=True)
class CallDisturbance:
    """What befalls a call: it takes so much longer, and then fails with `code`, or does not."""

    seconds: float = 0.0
    code: str | None = None


class CallKeeper:
    """Stands at the gate; it is put up with the first fault, and stays."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._strikes: dict[tuple[str, str], CallDisturbance] = {}
        self._gate: Gate | None = None

    def begin(self, kind: str, call: str, strike: CallDisturbance) -> RevertCallback:
        """From now on the call is struck.

        Raises:
            UsageError: it is already, by a fault of the same kind.
        """
        with self._lock:
            if (kind, call) in self._strikes:
                raise UsageError(f"a call that no {kind} strikes", call, "heal that one first")
            self._strikes[kind, call] = strike
            if self._gate is None:
                self._gate = Gate(self)
                self._gate.open()
        return lambda: self._heal(kind, call)

    def before(self, call: ApiCall) -> None:
        """Strikes it; LocalStack's own calls pass, those of its services for others among them.

        Raises:
            Refused: a fault has it fail.
        """
        if call.by_service is not None:
            return
        name = f"{call.service}:{call.operation}"
        for (_, struck), strike in list(self._strikes.items()):
            if struck == name:
                self._befall(strike)

    def after(self, call: ApiCall, error: str | None) -> None:
        """Nothing comes after a call."""

    def _befall(self, strike: CallDisturbance) -> None:
        if strike.seconds:
            self._clock.sleep(strike.seconds)
        if strike.code:
            why = "refused by a fault that is switched on"
            raise Refused(strike.code, why, STATUS_OF[strike.code])

    def _heal(self, kind: str, call: str) -> None:
        with self._lock:
            self._strikes.pop((kind, call), None)


@dataclass(frozen=True)
class ApiErrorSwitch:
    """Calls of an operation fail."""

    keeper: CallKeeper
    name: ClassVar[str] = "api-error"
    title: ClassVar[str] = "A call to AWS fails"
    does: ClassVar[str] = (
        "Every call of the operation fails with the code, and has no effect, whoever makes it. "
        "The SDK tries again, and so do handlers and Lambda."
    )

    def parameters(self, _: Sequence[DeployedStack]) -> tuple[Parameter, ...]:
        codes = tuple(STATUS_OF)
        return (
            Parameter(name="call", title="Call", choices=CALLS, default="firehose:PutRecordBatch"),
            Parameter(name="code", title="Error code", choices=codes, default=codes[0]),
        )

    def begin(self, given: Given) -> RevertCallback:
        return self.keeper.begin(self.name, given["call"], CallDisturbance(code=given["code"]))


@dataclass(frozen=True)
class ApiLatencySwitch:
    """Calls of an operation are slow."""

    keeper: CallKeeper
    name: ClassVar[str] = "api-latency"
    title: ClassVar[str] = "A call to AWS is slow"
    does: ClassVar[str] = (
        "Every call of the operation takes so much longer. Where that is longer than the "
        "function's time-out, the invocation fails."
    )

    def parameters(self, _: Sequence[DeployedStack]) -> tuple[Parameter, ...]:
        return (
            Parameter(name="call", title="Call", choices=CALLS, default="dynamodb:Scan"),
            Parameter(
                name="seconds", title="Seconds", least=1, most=LATENCY_SECONDS_MAX, default="5"
            ),
        )

    def begin(self, given: Given) -> RevertCallback:
        return self.keeper.begin(
            self.name, given["call"], CallDisturbance(seconds=float(given["seconds"]))
        )
