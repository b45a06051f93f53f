"""The mailbox of all addresses, and its routes.

`GET /_wavetank/mailbox` lists the messages, oldest first, those that ask for confirmation among
them; `GET /_wavetank/mailbox/ID` is one as it would arrive, RFC 5322.
"""

import threading
from collections import deque
from collections.abc import Iterable
from typing import Any

from localstack.http import Request, Response, route

from wavetank.emulator.mailbox.messages import Message, summary
from wavetank.emulator.mailbox.relay import Relay

MESSAGES_MAX = 10_000
"""More are not kept: the oldest goes first."""
NOT_FOUND = 404


class Mailbox:
    """What was sent, and what became of it where a mail server is to have it too."""

    def __init__(self, relay: Relay | None = None) -> None:
        self._lock = threading.Lock()
        self._messages: deque[Message] = deque(maxlen=MESSAGES_MAX)
        self._relay = relay

    def deliver(self, message: Message) -> None:
        """Puts a new message into it, and hands it on."""
        self.take_up([message])
        if self._relay is not None:
            self._relay.send(message)

    def take_up(self, messages: Iterable[Message]) -> None:
        """Adds messages that were delivered before."""
        with self._lock:
            self._messages.extend(messages)

    def replace(self, messages: Iterable[Message]) -> None:
        """These are all that there are now."""
        with self._lock:
            self._messages.clear()
            self._messages.extend(messages)

    def all(self) -> list[Message]:
        """All messages, oldest first."""
        with self._lock:
            return list(self._messages)

    @route("/_wavetank/mailbox", methods=["GET"])
    def on_list(self, _: Request, **__: object) -> dict[str, Any]:
        """Lists the mailbox's messages, oldest first."""
        return {"messages": [self._listed(message) for message in self.all()]}

    @route("/_wavetank/mailbox/<name>", methods=["GET"])
    def on_get(self, _: Request, name: str, **__: object) -> Response:
        """Gives one message as it would arrive, RFC 5322."""
        text = next((message.text for message in self.all() if message.id == name), None)
        if text is None:
            return Response(f"no message {name}\n", NOT_FOUND)
        return Response(text, content_type="message/rfc822")

    def _listed(self, message: Message) -> dict[str, str]:
        relayed = {} if self._relay is None else {"relay": self._relay.state(message.id)}
        return summary(message) | relayed
