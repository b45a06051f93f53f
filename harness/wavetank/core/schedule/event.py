"""The event that EventBridge sends to the targets of a scheduled rule."""

import uuid
from datetime import datetime

from wavetank.core.clock import rfc3339


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
