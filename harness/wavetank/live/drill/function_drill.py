"""A drill of the streaming function: break it, wait for the alert, restore it, and time each step.

A tick is fired while the function is broken. The state from before is restored whatever happens in
between; then another tick shows that it is.
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
"""Lambda waits once and twice its base delay."""
DELIVERING_SECONDS_MAX = 60.0
"""AWS's Lambda takes some seconds until every part of it knows what was put back."""

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
    """Where a drill is made, and how it is seen that its alert went out.

    `margin_seconds` is how long that may take beside Lambda's own retries.
    """

    target: ChangedTarget
    find_alert: FindAlert
    retry_base_delay_seconds: int
    margin_seconds: float

    @property
    def aws(self) -> AwsClients:
        """The clients."""
        return self.target.aws

    @property
    def names(self) -> Names:
        """Of the pipeline."""
        return self.target.names

    @property
    def clock(self) -> Clock:
        """What waits go by."""
        return self.target.clock

    def patience_seconds(self, kind: type[StateFault]) -> float:
        """How long to wait for the alert; what may not run at all is not tried again."""
        retried = kind is not NoConcurrency
        return RETRIES_DELAY * self.retry_base_delay_seconds * retried + self.margin_seconds


@dataclass(frozen=True)
class DrillTimes:
    """How long each step took, in seconds from the one before."""

    broken: float
    alerted: float
    restored: float
    delivering: float


@dataclass(frozen=True)
class DrillResult:
    """The alert that went out, and the times."""

    alert: Alert
    times: DrillTimes


def perform_drill(
    site: DrillSite, kind: type[StateFault], say: Callable[[str], None]
) -> DrillResult:
    """Breaks, waits for the alert, restores, and sees the stream go on; `say` hears of each step.

    Raises:
        ConditionTimeoutError: no alert went out in time.
        InfrastructureError: the restored function fails, or could not be restored.
        UsageError: another drill or run is under way, or has left something changed.
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
            say(f"fired the tick of {rfc3339(tick)}; waiting for Lambda to give it up")
            alert = _wait_until_alerted(site, kind, request)
            marks.append(clock.monotonic())
        say(f"{site.names.streaming_function} is as it was deployed")
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
        hint="look at the logs of both functions, and whether an address is on the topic",
        within_seconds=site.patience_seconds(kind),
        clock=site.clock,
        pace_seconds=0.2 if site.aws.endpoint else 2.0,
    )
    assert alert is not None  # as was waited for
    return alert


def _wait_until_delivering(site: DrillSite, trigger: StreamingInvoker) -> None:
    def trouble() -> Exception | None:
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
        trouble,
        lambda found: found is None,
        expected="the restored function to make a tick",
        hint=f"look at the log group /aws/lambda/{site.names.streaming_function}",
        within_seconds=DELIVERING_SECONDS_MAX,
        clock=site.clock,
        pace_seconds=1.0,
    )
