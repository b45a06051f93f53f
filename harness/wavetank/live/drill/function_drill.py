"""The drill: the streaming function breaks, people hear of it, and it goes on as before.

A tick is fired while it is broken, its alert awaited, and the very state from before is put back,
whatever happens in between; then a tick is made, to see that it is.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from wavetank.aws.clients import AwsClients, ClientError, error_code
from wavetank.aws.invoker import StreamingInvoker
from wavetank.aws.observers import wait_until
from wavetank.core.clock import Clock, floor_to_minute, rfc3339
from wavetank.core.errors import InfrastructureError
from wavetank.core.naming import Names
from wavetank.inspection.alert_lookup import Alert, FindAlert
from wavetank.live.function_breaking import broken_code, no_concurrency
from wavetank.live.reverting import ChangedTarget

RETRIES_DELAY = 3
"""Lambda waits once and twice its base delay."""
DELIVERING_SECONDS_MAX = 60.0
"""AWS's Lambda takes some seconds until every part of it knows what was put back."""

type Breaking = Callable[[ChangedTarget], AbstractContextManager[None]]


class DrillKind(StrEnum):
    """What `drill --by` takes."""

    BROKEN_DEPLOYMENT = "broken-deployment"
    NO_CONCURRENCY = "no-concurrency"


BREAKING: Mapping[DrillKind, Breaking] = {
    DrillKind.BROKEN_DEPLOYMENT: broken_code,
    DrillKind.NO_CONCURRENCY: no_concurrency,
}
STEPS: Mapping[DrillKind, tuple[str, str]] = {
    DrillKind.BROKEN_DEPLOYMENT: (
        "commenting out a large portion of {}",
        "restored the code that was deployed before",
    ),
    DrillKind.NO_CONCURRENCY: (
        "reserving no concurrency for {}: nothing of it may run",
        "restored the concurrency that it had before",
    ),
}


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

    def patience_seconds(self, kind: DrillKind) -> float:
        """How long to wait for the alert; what may not run at all is not tried again."""
        retried = kind is not DrillKind.NO_CONCURRENCY
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


def perform_drill(site: DrillSite, kind: DrillKind, say: Callable[[str], None]) -> DrillResult:
    """Breaks, waits for the alert, restores, and sees the stream go on; `say` hears of each step.

    Raises:
        ConditionTimeoutError: no alert went out in time.
        InfrastructureError: the restored function fails, or could not be restored.
        UsageError: another drill or run is under way, or has left something changed.
    """
    clock, trigger = site.clock, StreamingInvoker(site.aws, site.names)
    marks = [clock.monotonic()]
    before, after = STEPS[kind]
    with site.target.journal.held():
        site.target.require_unchanged()
        say(before.format(site.names.streaming_function))
        with BREAKING[kind](site.target):
            marks.append(clock.monotonic())
            tick = floor_to_minute(clock.now())
            request = trigger.fire(tick)
            say(f"fired the tick of {rfc3339(tick)}; waiting for Lambda to give it up")
            alert = _wait_until_alerted(site, kind, request)
            marks.append(clock.monotonic())
        say(after)
        marks.append(clock.monotonic())
    _wait_until_delivering(site, trigger)
    marks.append(clock.monotonic())
    steps = [later - earlier for earlier, later in pairwise(marks)]
    return DrillResult(alert, DrillTimes(*steps))


def _wait_until_alerted(site: DrillSite, kind: DrillKind, request: str) -> Alert:
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
