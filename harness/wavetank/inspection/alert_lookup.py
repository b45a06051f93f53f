"""Find the alert of a failed request.

In a sandbox it is searched for in the mailbox. On AWS no mailbox can be read, but the log of the
notification function has each alert that SNS accepted, with the failed request's id in its text.
Whether it was received only its readers know.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from wavetank.aws.clients import AwsClients, ClientError, error_code
from wavetank.aws.observers import subscriptions
from wavetank.aws.sandbox_mailbox import ALERT, MailboxMessage, messages_since
from wavetank.core.naming import Names

PUBLISHED = "alert published"
"""The message that the notification function logs."""
MAILBOX = "mailbox"


@dataclass(frozen=True)
class Alert:
    """The alert of a certain failure; `seen_in` is a log group, or the sandbox's mailbox.

    `addresses` are those that received it or, from a log, those that it was sent to.
    """

    id: str
    addresses: tuple[str, ...]
    subject: str
    text: str
    seen_in: str


@dataclass(frozen=True, kw_only=True)
class Published:
    """An alert in the notification function's log; `at` is in RFC 3339."""

    at: str
    message_id: str
    subject: str
    text: str


type FindAlert = Callable[[str], Alert | None]
"""Finds the alert of the failed request with that id; None if there is none yet."""


def alert_in_mailbox(endpoint: str) -> FindAlert:
    """Searches the sandbox's mailbox; each call reads the messages since the one before."""
    seen: list[MailboxMessage] = []
    last = ""

    def find(request: str) -> Alert | None:
        nonlocal last
        for page in messages_since(endpoint, last, kind=ALERT):
            if not page.continues:
                seen.clear()
            seen.extend(page.messages)
            last = page.next
        found = [message for message in seen if request in message.text]
        if not found:
            return None
        first = found[0]
        addresses = tuple(sorted({message.address for message in found}))
        return Alert(first.id, addresses, first.subject, first.text, MAILBOX)

    return find


def alert_in_log(aws: AwsClients, names: Names, topic_arn: str, since: datetime) -> FindAlert:
    """Searches the notification function's log from `since` on."""

    def find(request: str) -> Alert | None:
        for line in published_alerts(aws, names, since):
            if request in line.text:
                found = subscriptions(aws, topic_arn)
                addresses = tuple(sorted(entry.address for entry in found if entry.confirmed))
                return Alert(line.message_id, addresses, line.subject, line.text, _group(names))
        return None

    return find


def published_alerts(aws: AwsClients, names: Names, since: datetime) -> Iterator[Published]:
    """The alerts in the log, oldest first; empty if the log does not exist."""
    pages = aws.logs.get_paginator("filter_log_events").paginate(
        logGroupName=_group(names), startTime=int(since.timestamp() * 1000)
    )
    try:
        for page in pages:
            for event in page["events"]:
                content = _content(event["message"])
                if content.get("message") == PUBLISHED:
                    yield Published(
                        at=str(content.get("timestamp")),
                        message_id=str(content.get("message_id")),
                        subject=str(content.get("subject", "")),
                        text=str(content.get("text", "")),
                    )
    except ClientError as error:
        if error_code(error) != "ResourceNotFoundException":
            raise


def _content(line: str) -> Mapping[str, object]:
    """The line's JSON object; empty if it is other text."""
    try:
        content = json.loads(line)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _group(names: Names) -> str:
    return f"/aws/lambda/{names.notification_function}"
