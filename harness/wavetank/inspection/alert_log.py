"""Published alerts and the failures that they report, from the notification function's log.

On AWS the addressees' mail cannot be read; the log exists on both targets. It shows that SNS
accepted an alert, not that it was received.
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
"""The message that `lambdas/notification` logs after SNS has answered."""


@dataclass(frozen=True, kw_only=True)
class PublishedAlert:
    """An alert that SNS accepted, read from the notification function's log.

    `invocation` is the notification function's own request; `request`, `condition` and `attempts`
    are those of the failure that it reports, empty and 0 if its text has no record of one.
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
    """The alerts published from about `since` on, in the order of the log."""
    return list(read_alerts(lines_of_log(aws, names.notification_function, since)))


def read_alerts(lines: Iterable[str]) -> Iterator[PublishedAlert]:
    """The alerts in these lines of the log; other lines are ignored."""
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
