"""Faults in a running sandbox: what they change in LocalStack, and where they intercept calls.

They are not saved: after a restart LocalStack has what was deployed.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from types import SimpleNamespace

from wavetank.core.clock import Clock
from wavetank.emulator.clock import WRONG_CLOCK
from wavetank.emulator.firehose.observing import ObjectRefusedError
from wavetank.emulator.in_process.functions import packaged_code
from wavetank.emulator.request_interceptor import ApiCall, InterceptionHandlers
from wavetank.emulator.services import clients, deliverer, delivery_streams
from wavetank.emulator.sns.confirmation import set_confirmed
from wavetank.emulator.target_delivery.function_invoker import FUNCTIONS, EventOrigin
from wavetank.faults.injectors.api_resources import ApiResources
from wavetank.faults.injectors.decisions import (
    check_refused,
    delivery_copies,
    delivery_refusal,
    event_delays,
    latency,
    refused_entries,
)
from wavetank.faults.injectors.matcher import FaultMatcher
from wavetank.faults.resources import DeployedCode, StoredPackages

UPDATE_WAIT = {"Delay": 0.2, "MaxAttempts": 150}
"""How often the waiter polls, and how many times; Lambda accepts one update at a time."""


class SandboxResources(StoredPackages, ApiResources):
    """Resources of this LocalStack that faults change, through LocalStack's own clients."""

    def __init__(self) -> None:
        StoredPackages.__init__(self)
        own = clients()
        ApiResources.__init__(
            self,
            SimpleNamespace(
                awslambda=own.lambda_,
                events=own.events,
                firehose=own.firehose,
                iam=own.iam,
                sns=own.sns,
            ),
        )

    def deployed_code(self, function: str) -> DeployedCode:
        """What the stack deployed as the function's code."""
        found = self._configuration(function)
        return DeployedCode(packaged_code(found["FunctionArn"]), found["Handler"])

    def update_code(self, function: str, archive: bytes) -> None:
        """Deploy the zip, and return when the function runs it."""
        awslambda = self._clients.awslambda
        awslambda.update_function_code(FunctionName=function, ZipFile=archive)
        waiter = awslambda.get_waiter("function_updated_v2")
        waiter.wait(FunctionName=function, WaiterConfig=UPDATE_WAIT)

    def set_confirmed(self, subscription: str, *, confirmed: bool) -> bool:
        """Set whether the address has confirmed; returns False if the subscription is gone."""
        try:
            set_confirmed(subscription, confirmed=confirmed)
        except LookupError:
            return False
        return True

    def move_clock(self, offset_seconds: float) -> None:
        """Set the clock of LocalStack that far from the host's."""
        WRONG_CLOCK.move(offset_seconds)


class FaultInterception:
    """Intercepts calls that a fault matches: before every service, and in Firehose.

    LocalStack's own calls pass, including those of its services on behalf of others. So the SDK's
    retries, a handler's and Lambda's happen as they would in an outage.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._matcher: FaultMatcher | None = None

    def start(self, matcher: FaultMatcher) -> None:
        """Consult the matcher from now on. Called with each fault, it acts only the first time."""
        if self._matcher is not None:
            return
        self._matcher = matcher
        InterceptionHandlers(self).install()
        streams = delivery_streams()
        streams.refuses = self.refuses
        deliverer().context.observer = self
        FUNCTIONS.delays = self.delays

    def before(self, call: ApiCall) -> None:
        """Delay or refuse the call, if a fault matches it.

        Raises:
            Refused: a fault makes it fail.
        """
        if call.by_service is not None:
            return
        name = f"{call.service}:{call.operation}"
        if slower := latency(self._started, name, name):
            self._clock.sleep(slower.total_seconds())
        check_refused(self._started, name)

    def after(self, call: ApiCall, error: str | None) -> None:
        """Does nothing: no fault of a sandbox matches the response of a call."""

    def refuses(self, stream: str, count: int) -> Mapping[int, str]:
        """The entries of a batch that a fault makes Firehose refuse."""
        return refused_entries(self._started, stream, count)

    def delays(self, source: EventOrigin) -> Iterable[timedelta]:
        """How much later an event that a service pushes arrives; faults delay and repeat it."""
        return event_delays(self._started, source.arn, source.ids)

    def accepted(self, stream: str, records: Sequence[bytes], first: int) -> None:
        """Does nothing: no fault matches what Firehose accepts."""

    def replaced(
        self, stream: str, before: Sequence[int], after: Mapping[int, bytes], *, is_failed: bool
    ) -> None:
        """Does nothing: no fault matches what Firehose processes."""

    def delivering(self, stream: str) -> int:
        """How many objects to write of the same records.

        Raises:
            ObjectRefusedError: a fault makes S3 refuse them.
        """
        if code := delivery_refusal(self._started, stream):
            raise ObjectRefusedError(code, "injected by wavetank")
        return delivery_copies(self._started, stream)

    def delivered(
        self, stream: str, bucket: str, keys: Sequence[str], numbers: Sequence[int]
    ) -> None:
        """Does nothing: an object that was written needs no interception."""

    def lost(self, stream: str, numbers: Sequence[int], reason: str) -> None:
        """Does nothing: records that Firehose discarded need no interception."""

    @property
    def _started(self) -> FaultMatcher:
        assert self._matcher is not None  # calls are intercepted only after `start`
        return self._matcher
