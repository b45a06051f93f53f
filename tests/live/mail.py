"""What a reader of the sandbox's mail does: waits for it, and clicks."""

from urllib.parse import urlsplit

import requests

from tests.waiting import wait_until_seen
from wavetank.aws.sandbox_mailbox import MailboxMessage, alerts, mailbox

HTTP_SECONDS = 10


def messages_to(endpoint: str, address: str, count: int = 1) -> list[MailboxMessage]:
    """The notifications of the address, once it has received this number."""

    def found() -> list[MailboxMessage]:
        return [message for message in alerts(endpoint) if message.address == address]

    return wait_until_seen(found, lambda messages: len(messages) >= count, f"{count} messages")


def questions_to(endpoint: str, address: str) -> list[MailboxMessage]:
    """The messages that ask the address for confirmation."""
    return [
        message
        for message in mailbox(endpoint)
        if message.address == address and message.asks_for_confirmation
    ]


def open_link(endpoint: str, message: MailboxMessage) -> requests.Response:
    """Opens the message's link; LocalStack names itself by a port that a test may not have."""
    parts = urlsplit(message.link)
    return requests.get(f"{endpoint}{parts.path}?{parts.query}", timeout=HTTP_SECONDS)


def confirm(endpoint: str, address: str) -> None:
    """Opens the link of the last message that asked the address."""
    open_link(endpoint, questions_to(endpoint, address)[-1]).raise_for_status()
