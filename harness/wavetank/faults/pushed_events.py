"""Faults of events that services push to functions: S3, EventBridge, SNS, CloudWatch Logs."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar

from wavetank.faults.capabilities import Capability
from wavetank.faults.choices import SECOND, Choose
from wavetank.faults.event_sources import EventSourceFault
from wavetank.faults.fault import CountedFault, names
from wavetank.faults.references import UNLIMITED, Resource
from wavetank.faults.targets import FaultTarget


@dataclass(frozen=True, kw_only=True)
class PushedEventFault(EventSourceFault, CountedFault):
    """Base of faults of the events of one bucket, rule, topic or log group, or of `all` of them.

    `event_source` is its logical id or its name. An event counts once for each function. In a
    sandbox the events of a rule with a schedule count too.
    """

    needs: ClassVar[Capability] = Capability.PUSHED_EVENTS

    event_source: str = field(default=UNLIMITED, metadata=names(Resource.ASYNC_SOURCE))


@dataclass(frozen=True, kw_only=True)
class DuplicateEvent(PushedEventFault):
    """A pushed event arrives again, `copies` times, `gap` apart, as the same event.

    All these services deliver at least once, and so does Lambda's own queue.
    [S3 user guide: EventNotifications; EventBridge user guide: eb-rule-retry-policy; SNS developer
    guide: sns-message-delivery-retries; Lambda developer guide: invocation-async-error-handling]
    """

    kind: ClassVar[str] = "duplicate-event"
    title: ClassVar[str] = "A pushed event arrives twice"
    finds: ClassVar[str] = "an event that arrives twice counts twice"

    copies: int = 1
    gap: timedelta = timedelta(seconds=1)

    @property
    def target(self) -> str:
        return f"copies of events of {self.event_source}"

    @classmethod
    def generate(cls, choose: Choose, named: FaultTarget) -> dict[str, Any]:
        values = super().generate(choose, named)
        return values | {"copies": choose(1, 3), "gap": choose(0, 120) * SECOND}


@dataclass(frozen=True, kw_only=True)
class LateEvent(PushedEventFault):
    """A pushed event arrives `delay` later, after others that were caused later.

    S3 notifications, for example, take a minute or longer at times. [S3 user guide:
    EventNotifications]
    """

    kind: ClassVar[str] = "late-event"
    title: ClassVar[str] = "A pushed event is late"
    finds: ClassVar[str] = "the last event is taken for the newest"

    delay: timedelta = timedelta(seconds=90)

    @property
    def target(self) -> str:
        return f"the delay of events of {self.event_source}"

    @classmethod
    def generate(cls, choose: Choose, named: FaultTarget) -> dict[str, Any]:
        return super().generate(choose, named) | {"delay": choose(1, 300) * SECOND}
