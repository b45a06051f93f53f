"""The messages of SNS: notifications and confirmation requests.

[Amazon SNS developer guide: sns-email-notifications, "Subscribe to a topic"]
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import Parser
from email.utils import format_datetime
from enum import StrEnum
from typing import Any

SENDER = "AWS Notifications <no-reply@sns.example.com>"
"""AWS's sender name, with a reserved domain: a sandbox does not send as AWS."""
DEFAULT_SUBJECT = "AWS Notification MimeMessage"
CONFIRMATION_SUBJECT = "AWS Notification - Subscription Confirmation"
TYPE_HEADER = "X-Amz-Sns-Message-Type"
"""SNS's header in its messages over HTTP; AWS's e-mail does not have it."""
TOPIC_HEADER = "X-Amz-Sns-Topic-Arn"
"""Header with the ARN of the topic in stored e-mails; a name exists in each account and region."""
TOPIC = re.compile(rf"^{TOPIC_HEADER}:((?:.*\n?)(?:[ \t].*\n?)*)", re.MULTILINE)
LINK = re.compile(r"^https?://\S+$", re.MULTILINE)
BASE = re.compile(r"^https?://[^/]+")
SEVEN_BIT = policy.SMTP.clone(cte_type="7bit")
FOOTER = """

--
If you wish to stop receiving notifications from this topic, please click or visit the link below to
unsubscribe:
{link}

Please do not reply directly to this email.
"""
CONFIRMATION = """You have chosen to subscribe to the topic:
{topic}

To confirm this subscription, click or visit the link below (If this was in error no action is
necessary):
{link}

Please do not reply directly to this email.
"""


class MessageType(StrEnum):
    """The kinds of message that SNS sends."""

    NOTIFICATION = "Notification"
    CONFIRMATION = "SubscriptionConfirmation"


@dataclass(frozen=True)
class MimeMessage:
    """An e-mail: its id, and its text in the format of RFC 5322."""

    id: str
    text: str

    @property
    def type(self) -> MessageType:
        """The kind, read from its header only, because a whole mailbox is counted by it."""
        head = self.text.partition("\n\n")[0]
        is_confirmation = f"{TYPE_HEADER}: {MessageType.CONFIRMATION}" in head
        return MessageType.CONFIRMATION if is_confirmation else MessageType.NOTIFICATION

    @property
    def topic(self) -> str:
        """The ARN of the topic, read from its header; empty in messages of older versions."""
        found = TOPIC.search(self.text.partition("\n\n")[0])
        return _unfolded(found[1]).strip() if found else ""


def notification(
    name: str,
    now: datetime,
    address: str,
    subject: str | None,
    text: str,
    unsubscribe: str,
    topic: str,
) -> MimeMessage:
    """A published message, with the link to unsubscribe."""
    body, subject = text + FOOTER.format(link=unsubscribe), subject or DEFAULT_SUBJECT
    return _message(name, now, address, subject, body, MessageType.NOTIFICATION, topic)


def confirmation(name: str, now: datetime, address: str, topic: str, link: str) -> MimeMessage:
    """A request to confirm the subscription."""
    body = CONFIRMATION.format(topic=topic, link=link)
    kind = MessageType.CONFIRMATION
    return _message(name, now, address, CONFIRMATION_SUBJECT, body, kind, topic)


def summary(message: MimeMessage, base: str | None = None) -> dict[str, str]:
    """The message's entry in a list; `link` confirms or unsubscribes, depending on its type.

    `base` is the sandbox's address for the reader: an old message may have a link with another
    port.
    """
    # The default (compat32) policy: `policy.default` takes 25 times as long.
    parsed: Any = Parser(policy=policy.compat32).parsestr(message.text)
    text = parsed.get_payload(decode=True).decode("utf-8").replace("\r\n", "\n")
    stored = LINK.findall(text)[-1]
    link = stored if base is None else _at(base, stored)
    before, _, after = text.rpartition(stored)
    return {
        "id": message.id,
        "type": parsed[TYPE_HEADER],
        "to": _unfolded(parsed["To"]),
        "subject": _unfolded(parsed["Subject"]),
        "date": parsed["Date"],
        "text": f"{before}{link}{after}",
        "link": link,
    }


def rebased(message: MimeMessage, base: str) -> MimeMessage:
    """The message with its own link at that address of the sandbox."""
    parsed: Any = Parser(policy=SEVEN_BIT).parsestr(message.text)
    listed = summary(message, base)
    if listed["link"] == summary(message)["link"]:
        return message
    parsed.set_content(listed["text"])
    return replace(message, text=parsed.as_string())


def _at(base: str, link: str) -> str:
    return BASE.sub(lambda _: base, link, count=1)


def _unfolded(header: str) -> str:
    return str(make_header(decode_header(header.replace("\n", ""))))


def _message(
    name: str,
    now: datetime,
    address: str,
    subject: str,
    body: str,
    kind: MessageType,
    topic: str,
) -> MimeMessage:
    message = EmailMessage(policy=SEVEN_BIT)
    message["From"] = SENDER
    message["To"] = address
    message["Subject"] = subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{name}@sns.example.com>"
    message[TYPE_HEADER] = kind.value
    message[TOPIC_HEADER] = topic
    message.set_content(body)
    return MimeMessage(name, message.as_string())
