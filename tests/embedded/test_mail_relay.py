"""Messages handed on to a real mail server."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from aiosmtpd.controller import Controller

from tests.live.names import unique_letters
from tests.waiting import wait_until_seen, wait_until_true
from wavetank.aws.clients import sandbox_clients
from wavetank.core.clock import WallClock
from wavetank.core.errors import UsageError
from wavetank.core.settings import read_settings
from wavetank.emulator.sns.messages import MimeMessage, notification
from wavetank.emulator.sns.relay import MailServer, Relay, parse_mail_server
from wavetank.engines.embedded import SandboxFolder, start_localstack
from wavetank.engines.localstack_child import LocalStackOptions

NOW = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
REFUSED = "nobody@example.com"


class Inbox:
    """What the server has taken."""

    def __init__(self) -> None:
        self.received: list[tuple[list[str], str]] = []

    async def handle_RCPT(self, _: Any, __: Any, envelope: Any, address: str, ___: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if address == REFUSED:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _: Any, __: Any, envelope: Any) -> str:  # noqa: N802 - as above
        self.received.append((envelope.rcpt_tos, envelope.content.decode()))
        return "250 OK"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def server() -> Iterator[Controller]:
    """A mail server that is not started yet."""
    controller = Controller(Inbox(), hostname="127.0.0.1", port=_free_port())
    yield controller
    controller.stop()


def _message(address: str = "a@example.com") -> MimeMessage:
    return notification("1", NOW, address, "Failure: Żak", "Zażółć", "http://127.0.0.1/", "arn")


def _relay(server: Controller) -> Relay:
    return Relay(MailServer("127.0.0.1", server.port), WallClock())


def test_a_sandbox_hands_on_what_it_would_send(server: Controller, tmp_path: Path) -> None:
    """The confirmation request and, since this sandbox sends none, the messages after it."""
    server.start()
    folder = SandboxFolder(tmp_path)
    options = LocalStackOptions(
        folder=folder.path / "localstack",
        path=read_settings().path,
        confirm_emails=True,
        mail_server=f"127.0.0.1:{server.port}",
    )
    with folder.owned():
        child = start_localstack(folder, options, WallClock())
        try:
            aws = sandbox_clients(child.endpoint)
            topic = aws.sns.create_topic(Name=unique_letters())["TopicArn"]
            aws.sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="a@example.com")
            aws.sns.publish(TopicArn=topic, Message="hello")
            received = server.handler.received
            wait_until_true(lambda: len(received) == 2, "two messages")
            listed = requests.get(f"{child.endpoint}/_wavetank/mailbox", timeout=10).json()
            assert [message["relay"] for message in listed["messages"]] == ["sent", "sent"]
        finally:
            child.stop()
    assert "Confirmation" in received[0][1]
    assert "hello" in received[1][1]


def test_an_invalid_mail_server_is_reported_before_anything_starts(tmp_path: Path) -> None:
    """By the name of the variable."""
    with pytest.raises(UsageError, match="correct WAVETANK_SMTP"):
        LocalStackOptions(folder=tmp_path, path="", mail_server="mailpit")


def _wait_until(relay: Relay, beginning: str) -> str:
    return wait_until_seen(
        lambda: relay.state("1"), lambda state: state.startswith(beginning), beginning
    )


def test_the_server_gets_the_message_as_it_is(server: Controller) -> None:
    """To its address, with its subject."""
    server.start()
    relay = _relay(server)
    relay.send(_message())
    _wait_until(relay, "sent")
    ((addresses, text),) = server.handler.received
    assert addresses == ["a@example.com"]
    assert text.replace("\r\n", "\n").strip() == _message().text.replace("\r\n", "\n").strip()


def test_a_server_that_starts_late_gets_it_too(server: Controller) -> None:
    """It is tried again."""
    relay = _relay(server)
    relay.send(_message())
    assert relay.state("1") == "waiting"
    server.start()
    _wait_until(relay, "sent")


def test_a_refused_message_is_reported_and_delays_no_other(server: Controller) -> None:
    """The next message goes through."""
    server.start()
    relay = _relay(server)
    relay.send(_message(REFUSED))
    assert "no such mailbox" in _wait_until(relay, "failed")
    relay.send(_message())
    _wait_until(relay, "sent")


@pytest.mark.parametrize(
    ("text", "host"),
    [("localhost:1025", "localhost"), ("127.0.0.1:1025", "127.0.0.1"), ("[::1]:1025", "::1")],
)
def test_a_mail_server_is_written_as_host_and_port(text: str, host: str) -> None:
    """As everywhere."""
    assert parse_mail_server(text) == MailServer(host, 1025)


@pytest.mark.parametrize("text", ["localhost", ":1025", "localhost:", "localhost:x", "h:70000"])
def test_an_invalid_mail_server_is_reported(text: str) -> None:
    """With what was expected."""
    with pytest.raises(ValueError, match="expected a mail server as host:port"):
        parse_mail_server(text)
