"""E-mail of SNS topics: whole messages, with the subject that was published, in a mailbox to read.

LocalStack hands e-mail to its SES under one fixed subject. Here each becomes a message as it would
arrive. `GET /_wavetank/mailbox` lists them, oldest first; `GET /_wavetank/mailbox/ID` is one as it
is, RFC 5322; the link at its end unsubscribes, as on AWS.
[Amazon SNS developer guide, sns-email-notifications; LocalStack 4.14: services/sns/publisher.py]
"""

import threading
import uuid
from collections import deque
from collections.abc import Iterable
from email import policy
from email.message import EmailMessage
from email.parser import Parser
from email.utils import format_datetime
from typing import Any

from localstack.http import Request, Response, route
from localstack.runtime import hooks
from localstack.services.edge import ROUTER
from localstack.services.sns.publisher import (
    EmailJsonTopicPublisher,
    EmailTopicPublisher,
    PublishDispatcher,
    create_unsubscribe_url,
)
from localstack.utils.urls import localstack_host

from wavetank.clock import Clock, WallClock

MESSAGES_MAX = 10_000
"""More are not kept: the oldest goes first."""
SENDER = "AWS Notifications <no-reply@sns.example.com>"
"""AWS's own name, and a reserved domain: a sandbox does not write in AWS's."""
DEFAULT_SUBJECT = "AWS Notification Message"
SEVEN_BIT = policy.SMTP.clone(cte_type="7bit")
FOOTER = """

--
If you wish to stop receiving notifications from this topic, please click or visit the link below to
unsubscribe:
{link}

Please do not reply directly to this email.
"""


class Mailbox:
    """The messages of all addresses, each as (id, text of RFC 5322)."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._messages: deque[tuple[str, str]] = deque(maxlen=MESSAGES_MAX)

    def deliver(self, address: str, subject: str, text: str, unsubscribe: str) -> None:
        """Puts a new message into it."""
        message = EmailMessage(policy=SEVEN_BIT)
        message["From"] = SENDER
        message["To"] = address
        message["Subject"] = subject
        message["Date"] = format_datetime(self._clock.now())
        message["Message-ID"] = f"<{uuid.uuid4()}@sns.example.com>"
        message.set_content(text + FOOTER.format(link=unsubscribe))
        self.take_up([(str(uuid.uuid4()), message.as_string())])

    def take_up(self, messages: Iterable[tuple[str, str]]) -> None:
        """Adds messages that exist already."""
        with self._lock:
            self._messages.extend(messages)

    def all(self) -> list[tuple[str, str]]:
        """All messages, oldest first."""
        with self._lock:
            return list(self._messages)

    @route("/_wavetank/mailbox", methods=["GET"])
    def on_list(self, _: Request, **__: object) -> dict[str, Any]:
        """The route that lists."""
        return {"messages": [_summary(name, text) for name, text in self.all()]}

    @route("/_wavetank/mailbox/<name>", methods=["GET"])
    def on_get(self, _: Request, name: str, **__: object) -> Response:
        """The route that gives one message as it is."""
        text = dict(self.all()).get(name)
        if text is None:
            return Response(f"no message {name}\n", 404)
        return Response(text, 200, content_type="message/rfc822")


MAILBOX = Mailbox(WallClock())
"""The one of this LocalStack."""


class _IntoMailbox:
    """Publishes to e-mail subscribers; what the body is, the publisher it is mixed into knows."""

    def _publish(self, context: Any, subscriber: Any) -> None:
        publisher: Any = self
        text = publisher.prepare_message(
            context.message, subscriber, topic_attributes=context.topic_attributes
        )
        MAILBOX.deliver(
            address=subscriber["Endpoint"],
            subject=context.message.subject or DEFAULT_SUBJECT,
            text=text,
            unsubscribe=create_unsubscribe_url(
                f"http://{localstack_host().host_and_port()}", subscriber["SubscriptionArn"]
            ),
        )


class _Text(_IntoMailbox, EmailTopicPublisher):
    """Protocol `email`: the message alone."""


class _Json(_IntoMailbox, EmailJsonTopicPublisher):
    """Protocol `email-json`: the message and what belongs to it, as JSON."""


@hooks.on_infra_start()  # type: ignore[untyped-decorator]  # LocalStack's
def offer_mailbox() -> None:
    """Puts our publishers in the place of LocalStack's, and adds the routes."""
    PublishDispatcher.topic_notifiers |= {"email": _Text(), "email-json": _Json()}
    ROUTER.add(MAILBOX)


def _summary(name: str, text: str) -> dict[str, str]:
    message: Any = Parser(policy=policy.default).parsestr(text)
    return {
        "id": name,
        "to": str(message["To"]),
        "subject": str(message["Subject"]),
        "date": str(message["Date"]),
        "text": message.get_content(),
    }
