"""Alerts as the notification function's log has them: what was published, about which failure.

On AWS nobody reads the addresses' mail; the log is there on both targets. It shows that SNS took
the alert, not that it came.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from wavetank.aws.clients import AwsClients
from wavetank.core.naming import Names
from wavetank.history.alert_text import failure_record
from wavetank.inspection.attempt_log import content_of, lines_of_log

PUBLISHED = "alert published"
"""What `lambdas/notification` logs once SNS has answered."""


@dataclass(frozen=True, kw_only=True)
class PublishedAlert:
    """An alert that SNS took.

    `invocation` is the notification function's own request; `request`, `condition` and `attempts`
    are of the failure that it tells of, empty and 0 where its text has no record of one.
    """

    at: datetime
    invocation: str
    message_id: str
    subject: str
    text: str
    request: str
    condition: str
    attempts: int


def alerts_in_log(aws: AwsClients, names: Names, since: datetime) -> list[PublishedAlert]:
    """Those published from about that instant on, in the order of the log."""
    return list(read_alerts(lines_of_log(aws, names.notification_function, since)))


def read_alerts(lines: Iterable[str]) -> Iterator[PublishedAlert]:
    """The alerts that these lines of the log tell of; all others are passed over."""
    for content in map(content_of, lines):
        if content.get("message") == PUBLISHED and "message_id" in content:
            text = str(content.get("text", ""))
            failed = _context(text)
            yield PublishedAlert(
                at=datetime.fromisoformat(content["timestamp"]).astimezone(UTC),
                invocation=content.get("requestId", ""),
                message_id=content["message_id"],
                subject=str(content.get("subject", "")),
                text=text,
                request=str(failed.get("requestId", "")),
                condition=str(failed.get("condition", "")),
                attempts=int(failed.get("approximateInvokeCount", 0)),
            )


def _context(text: str) -> Mapping[str, Any]:
    context = failure_record(text).get("requestContext")
    return context if isinstance(context, dict) else {}
