"""Forwards messages to the user's mail server, such as Mailpit, one after the other.

The mailbox has every message whether or not the server accepts it. A message that a server refuses
is not retried; an unreachable server is retried for about a minute.
"""

import logging
import queue
import smtplib
import threading
from dataclasses import dataclass
from email import message_from_string, policy

from wavetank.core.clock import Clock
from wavetank.emulator.sns.messages import MimeMessage

LOG = logging.getLogger(__name__)
CONNECT_SECONDS_MAX = 10.0
WAITS_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds before each retry; after the last the message is discarded."""
STATES_MAX = 10_000


@dataclass(frozen=True)
class MailServer:
    """The host and port of a mail server."""

    host: str
    port: int


def parse_mail_server(text: str) -> MailServer:
    """Parse `host:port`, with an IPv6 address in brackets.

    Raises:
        ValueError: it has another form.
    """
    host, colon, port = text.rpartition(":")
    if not (colon and host and port.isdecimal() and 0 < int(port) < 1 << 16):
        raise ValueError(f"expected a mail server as host:port; found {text!r}")
    return MailServer(host.removeprefix("[").removesuffix("]"), int(port))


class Relay:
    """Forwards e-mails to a mail server from a queue, and keeps the state of each."""

    def __init__(self, server: MailServer, clock: Clock) -> None:
        self._server = server
        self._clock = clock
        self._waiting: queue.Queue[MimeMessage] = queue.Queue()
        self._states: dict[str, str] = {}
        threading.Thread(target=self._run, name="mail-relay", daemon=True).start()

    def send(self, message: MimeMessage) -> None:
        """Queue the message; it is sent in the background."""
        self._note(message, "waiting")
        self._waiting.put(message)

    def state(self, name: str) -> str:
        """`waiting`, `sent`, `failed: ...`, or `not relayed` for one from before a restart."""
        return self._states.get(name, "not relayed")

    def _run(self) -> None:
        while True:
            message = self._waiting.get()
            self._note(message, self._deliver(message))

    def _deliver(self, message: MimeMessage) -> str:
        for wait in (*WAITS_SECONDS, None):
            try:
                self._hand_over(message)
            except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
                return self._failed(message, error)
            except (OSError, smtplib.SMTPException) as error:
                if wait is None:
                    return self._failed(message, error)
                self._clock.sleep(wait)
            else:
                return "sent"
        raise AssertionError("the last round returns")

    def _hand_over(self, message: MimeMessage) -> None:
        server = self._server
        with smtplib.SMTP(server.host, server.port, timeout=CONNECT_SECONDS_MAX) as connection:
            connection.send_message(message_from_string(message.text, policy=policy.SMTP))

    def _failed(self, message: MimeMessage, error: Exception) -> str:
        LOG.warning("%s did not take message %s: %s", self._server, message.id, error)
        return f"failed: {error}"

    def _note(self, message: MimeMessage, state: str) -> None:
        self._states[message.id] = state
        while len(self._states) > STATES_MAX:
            del self._states[next(iter(self._states))]
