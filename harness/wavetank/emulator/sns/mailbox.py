"""The mailbox of all addresses, and its routes.

`GET /_wavetank/mailbox` lists messages, oldest first, including confirmation requests, in pages:
`since` is the id of the last message that the reader has, `limit` the maximum number, `type` the
only kind to list. `GET /_wavetank/mailbox/ID` is one message as it would arrive, RFC 5322. Links
have the address under which the reader reached the sandbox.
"""

import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from localstack import config
from localstack.http import Request, Response, route
from localstack.utils.urls import localstack_host

from wavetank.emulator.sns.messages import MessageType, MimeMessage, rebased, summary
from wavetank.emulator.sns.relay import Relay

MESSAGES_MAX = 10_000
"""The maximum number of messages: the oldest is removed first."""
PAGE_MESSAGES_MAX = 500
BAD_REQUEST = 400
NOT_FOUND = 404


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page of mailbox messages, oldest first.

    `next` is the id of the last message that was read, `more` whether there are any after it;
    `continues` is False if the mailbox does not have the message named by `since`.
    """

    messages: list[MimeMessage]
    next: str
    more: bool
    continues: bool


class Mailbox:
    """The messages that a sandbox sent, which it also forwards to a mail server if there is one."""

    def __init__(self, relay: Relay | None = None) -> None:
        self._lock = threading.Lock()
        self._messages: dict[str, MimeMessage] = {}
        self._numbers: dict[str, int] = {}
        self._order: list[str] = []
        self._dropped = 0
        self._counts: Counter[MessageType] = Counter()
        self._alerts: Counter[str] = Counter()
        self._relay = relay

    def deliver(self, message: MimeMessage) -> None:
        """Add a new message, and forward it."""
        self.restore([message])
        if self._relay is not None:
            self._relay.send(message)

    def restore(self, messages: Iterable[MimeMessage]) -> None:
        """Add messages that were delivered before."""
        with self._lock:
            self._add(messages)

    def replace(self, messages: Iterable[MimeMessage]) -> None:
        """Replace all messages."""
        with self._lock:
            self._messages, self._numbers, self._order = {}, {}, []
            self._dropped, self._counts, self._alerts = 0, Counter(), Counter()
            self._add(messages)

    def all(self) -> list[MimeMessage]:
        """All messages, oldest first."""
        with self._lock:
            return list(self._messages.values())

    def get(self, name: str) -> MimeMessage | None:
        """The message with the id; None if it does not exist."""
        return self._messages.get(name)

    def count(self, kind: MessageType | None = None) -> int:
        """The number of messages, of one kind or of both."""
        return len(self._messages) if kind is None else self._counts[kind]

    def newest(self, count: int) -> list[MimeMessage]:
        """The last messages, newest first."""
        with self._lock:
            return [self._messages[name] for name in reversed(self._order[-count:])]

    def page(self, since: str, limit: int, kind: MessageType | None = None) -> Page:
        """At most `limit` messages after the one with id `since`; from the oldest if empty."""
        with self._lock:
            number = self._numbers.get(since)
            begin = 0 if number is None else number - self._dropped + 1
            found: list[MimeMessage] = []
            end = begin
            for message in self._from(begin):
                if len(found) == limit:
                    break
                end += 1
                if kind is None or message.type is kind:
                    found.append(message)
            return Page(
                messages=found,
                next=self._order[end - 1] if end > begin else since,
                more=end < len(self._order),
                continues=number is not None or not since,
            )

    @route("/_wavetank/mailbox", methods=["GET"])
    def on_list(self, request: Request, **__: object) -> dict[str, Any] | Response:
        """Lists a page of the mailbox's messages, oldest first."""
        arguments = request.args
        try:
            kind = MessageType(arguments["type"]) if arguments.get("type") else None
            limit = int(arguments.get("limit", PAGE_MESSAGES_MAX))
        except ValueError as error:
            return Response(f"{error}\n", BAD_REQUEST)
        limit = max(0, min(limit, PAGE_MESSAGES_MAX))
        page, base = self.page(arguments.get("since", ""), limit, kind), base_of(request)
        return {
            "messages": [self._listed(message, base) for message in page.messages],
            "next": page.next,
            "more": page.more,
            "continues": page.continues,
            "newest": self._order[-1] if self._order else "",
            "counts": {kind: self._counts[kind] for kind in MessageType},
            "alerts": dict(self._alerts),
        }

    @route("/_wavetank/mailbox/<name>", methods=["GET"])
    def on_get(self, request: Request, name: str, **__: object) -> Response:
        """Returns one message as it would arrive, RFC 5322."""
        message = self.get(name)
        if message is None:
            return Response(f"no message {name}\n", NOT_FOUND)
        return Response(rebased(message, base_of(request)).text, content_type="message/rfc822")

    def _add(self, messages: Iterable[MimeMessage]) -> None:
        for message in messages:
            self._numbers[message.id] = self._dropped + len(self._order)
            self._messages[message.id] = message
            self._order.append(message.id)
            self._count(message, 1)
            if len(self._order) > MESSAGES_MAX:
                self._drop_oldest()

    def _drop_oldest(self) -> None:
        name = self._order.pop(0)
        self._dropped += 1
        del self._numbers[name]
        self._count(self._messages.pop(name), -1)

    def _count(self, message: MimeMessage, change: int) -> None:
        self._counts[message.type] += change
        if message.type is MessageType.NOTIFICATION:
            self._alerts[message.topic] += change

    def _from(self, begin: int) -> Iterator[MimeMessage]:
        return (self._messages[name] for name in islice(self._order, begin, None))

    def _listed(self, message: MimeMessage, base: str) -> dict[str, str]:
        relayed = {} if self._relay is None else {"relay": self._relay.state(message.id)}
        return summary(message, base) | relayed


def base_of(request: Request) -> str:
    """The sandbox's address as the request's sender knows it, without a trailing slash.

    A request to the very port that LocalStack listens on may come from inside its container, where
    the port differs from outside; LocalStack's configured external address is right for both then.
    """
    port = urlsplit(request.host_url).port
    if port in {listening.port for listening in config.GATEWAY_LISTEN}:
        return f"http://{localstack_host().host_and_port()}"
    return request.host_url.rstrip("/")
