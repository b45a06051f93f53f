"""When a rule is due, and the event that EventBridge then hands to its targets."""

import re
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from wavetank.clock import rfc3339

RATE = re.compile(r"rate\((\d+) (minute|hour|day)(s?)\)")
UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}


def scheduled_event(rule_arn: str, instant: datetime) -> dict[str, object]:
    """The event of one firing of the rule.

    [EventBridge user guide, eb-run-lambda-schedule]
    """
    _, _, _, region, account, _ = rule_arn.split(":", 5)
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": account,
        "time": rfc3339(instant),
        "region": region,
        "resources": [rule_arn],
        "detail": {},
    }


@dataclass(frozen=True)
class Rate:
    """`rate(5 minutes)`: due every so often, counted from when the rule was created."""

    period: timedelta

    def next_due(self, created: datetime, after: datetime) -> datetime:
        """The first due instant after `after`."""
        periods = max(0, (after - created) // self.period)
        return created + (periods + 1) * self.period


def parse_rate(expression: str) -> Rate | None:
    """The rate that the expression means; None where it is none, such as `cron(...)`.

    The unit is singular for one and plural for more, as EventBridge demands.
    [EventBridge user guide, eb-rate-expressions]
    """
    matched = RATE.fullmatch(expression.strip())
    if matched is None or (int(matched[1]) == 1) != (not matched[3]) or int(matched[1]) < 1:
        return None
    return Rate(int(matched[1]) * UNITS[matched[2]])
