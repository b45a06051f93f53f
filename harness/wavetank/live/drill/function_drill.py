"""A drill of the streaming function: break it, wait for the alert, restore it, and time each step.

A tick is fired while the function is broken. The previous state is restored whatever happens in
between; then another tick shows that the function works.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from wavetank.aws.clients import AwsClients, ClientError, error_code
from wavetank.aws.invoker import StreamingInvoker
from wavetank.aws.observers import wait_until
from wavetank.core.clock import Clock, floor_to_minute, rfc3339
from wavetank.core.errors import InfrastructureError
from wavetank.core.naming import Names
from wavetank.faults.capabilities import Capability
from wavetank.faults.catalogue import ALL_KINDS
from wavetank.faults.fault import StateFault
from wavetank.faults.functions import NoConcurrency
from wavetank.inspection.alert_lookup import Alert, FindAlert
from wavetank.live.changed_target import ChangedTarget

RETRIES_DELAY = 3
"""In base delays: Lambda's two retries wait one and two of them."""
DELIVERING_SECONDS_MAX = 60.0
"""Lambda on AWS takes some seconds until the restored state is in effect everywhere."""

FUNCTION_KINDS: tuple[type[StateFault], ...] = tuple(
    kind
    for kind in ALL_KINDS
    if kind.needs is Capability.FUNCTIONS and issubclass(kind, StateFault)
)
"""The kinds of fault for which a drill waits for an alert."""
DRILL = "drill"
"""The name of a drill's fault in the journal."""


@dataclass(frozen=True, kw_only=True)
class DrillSite:
    """The deployed pipeline of a drill, and how its alert is found.

    `margin_seconds` is how long an alert may take in addition to Lambda's retries.
    """

    target: ChangedTarget
    find_alert: FindAlert
    retry_base_delay_seconds: int
    margin_seconds: float

    @property
    def aws(self) -> AwsClients:
        """Clients of the target."""
        return self.target.aws

    @property
    def names(self) -> Names:
        """Names of the pipeline's resources."""
        return self.target.names

    @property
    def clock(self) -> Clock:
        """The clock of all waits."""
        return self.target.clock

    def timeout_seconds(self, kind: type[StateFault]) -> float:
        """The time-out of the wait for the alert; a function without concurrency is not retried."""
        retried = kind is not NoConcurrency
        return RETRIES_DELAY * self.retry_base_delay_seconds * retried + self.margin_seconds


@dataclass(frozen=True)
class DrillTimes:
    """How long each step of a drill took, in seconds."""

    broken: float
    alerted: float
    restored: float
    delivering: float


@dataclass(frozen=True)
class DrillResult:
    """The result of a drill: the alert that was sent, and the times."""

    alert: Alert
    times: DrillTimes


def run_drill(site: DrillSite, kind: type[StateFault], say: Callable[[str], None]) -> DrillResult:
    """Breaks the function, waits for the alert, restores it and waits for a successful tick.

    `say` is called with each step.

    Raises:
        ConditionTimeoutError: no alert was sent in time.
        InfrastructureError: the restored function fails, or could not be restored.
        UsageError: another drill or run is in progress, or has left a change.
    """
    clock, trigger = site.clock, StreamingInvoker(site.aws, site.names)
    marks = [clock.monotonic()]
    with site.target.journal.held():
        site.target.require_unchanged()
        with site.target.injected(DRILL, kind(after=timedelta())) as changes:
            say("; ".join(change.describe() for change in changes))
            marks.append(clock.monotonic())
            tick = floor_to_minute(clock.now())
            request = trigger.fire(tick)
            say(f"fired the tick of {rfc3339(tick)}; waiting for the alert")
            alert = _wait_until_alerted(site, kind, request)
            marks.append(clock.monotonic())
        say(f"restored {site.names.streaming_function} as it was deployed")
        marks.append(clock.monotonic())
    _wait_until_delivering(site, trigger)
    marks.append(clock.monotonic())
    steps = [later - earlier for earlier, later in pairwise(marks)]
    return DrillResult(alert, DrillTimes(*steps))


def _wait_until_alerted(site: DrillSite, kind: type[StateFault], request: str) -> Alert:
    alert = wait_until(
        lambda: site.find_alert(request),
        lambda found: found is not None,
        expected=f"an alert of request {request}",
        hint="read the logs of both functions, and check that the topic has an address",
        within_seconds=site.timeout_seconds(kind),
        clock=site.clock,
        pace_seconds=0.2 if site.aws.endpoint else 2.0,
    )
    assert alert is not None  # the condition of the wait
    return alert


def _wait_until_delivering(site: DrillSite, trigger: StreamingInvoker) -> None:
    def failure() -> Exception | None:
        try:
            trigger.fire_and_wait(floor_to_minute(site.clock.now()))
        except InfrastructureError as error:
            return error
        except ClientError as error:
            if error_code(error) != "TooManyRequestsException":
                raise
            return error
        return None

    wait_until(
        failure,
        lambda found: found is None,
        expected="a successful tick of the restored function",
        hint=f"read the log group /aws/lambda/{site.names.streaming_function}",
        within_seconds=DELIVERING_SECONDS_MAX,
        clock=site.clock,
        pace_seconds=1.0,
    )
