"""Reads the mailbox of a running sandbox, page by page.

A mailbox holds up to 10,000 messages, so a later reader requests only the messages since then.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wavetank.aws.sandbox_http import request_sandbox

PAGE_MESSAGES = 500
CONFIRMATION = "SubscriptionConfirmation"
ALERT = "Notification"


@dataclass(frozen=True)
class MailboxMessage:
    """An e-mail in the sandbox's mailbox; its link confirms, or unsubscribes from, the topic."""

    id: str
    asks_for_confirmation: bool
    address: str
    subject: str
    text: str
    link: str


@dataclass(frozen=True, kw_only=True)
class MailboxPage:
    """A page of messages, oldest first.

    `next` is the next value of `since`, and `more` whether there are messages after it. `continues`
    is False if the mailbox no longer has the message that `since` names: the page then begins with
    the oldest message. `newest` is the last message's id, empty if there is none; `alerts` counts
    all notifications in the mailbox, by the ARN of the topic.
    """

    messages: tuple[MailboxMessage, ...]
    next: str
    more: bool
    continues: bool
    newest: str
    alerts: Mapping[str, int]


def mailbox_page(
    endpoint: str, since: str = "", *, kind: str = "", limit: int = PAGE_MESSAGES
) -> MailboxPage:
    """The messages after the one whose id is `since`, of one kind or of both.

    Raises:
        InfrastructureError: the sandbox does not answer.
    """
    parameters = {"since": since, "type": kind, "limit": limit}
    answer = request_sandbox("GET", endpoint, "_wavetank/mailbox", parameters=parameters)
    return MailboxPage(
        messages=tuple(_message(entry) for entry in answer["messages"]),
        next=answer["next"],
        more=answer["more"],
        continues=answer["continues"],
        newest=answer["newest"],
        alerts=answer["alerts"],
    )


def messages_since(endpoint: str, since: str = "", *, kind: str = "") -> Iterator[MailboxPage]:
    """All pages after that message, each fetched when it is asked for.

    Raises:
        InfrastructureError: the sandbox does not answer.
    """
    page = mailbox_page(endpoint, since, kind=kind)
    yield page
    while page.more:
        page = mailbox_page(endpoint, page.next, kind=kind)
        yield page


def mailbox(endpoint: str, kind: str = "") -> list[MailboxMessage]:
    """All e-mails of the sandbox, or those of one kind, oldest first.

    Raises:
        InfrastructureError: the sandbox does not answer.
    """
    return [message for page in messages_since(endpoint, kind=kind) for message in page.messages]


def alerts(endpoint: str) -> list[MailboxMessage]:
    """The messages published to the sandbox's topics, without confirmation requests.

    Raises:
        InfrastructureError: the sandbox does not answer.
    """
    return mailbox(endpoint, ALERT)


def count_alerts(endpoint: str, topic: str) -> int:
    """The number of alerts of the topic with that ARN, without reading them.

    Raises:
        InfrastructureError: the sandbox does not answer.
    """
    return mailbox_page(endpoint, limit=0).alerts.get(topic, 0)


def _message(entry: dict[str, Any]) -> MailboxMessage:
    return MailboxMessage(
        id=entry["id"],
        asks_for_confirmation=entry["type"] == CONFIRMATION,
        address=entry["to"],
        subject=entry["subject"],
        text=entry["text"],
        link=entry["link"],
    )
