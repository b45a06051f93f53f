"""E-mail of a topic, as its readers would find it."""

import re
from email import policy
from email.parser import Parser
from typing import Any

import pytest
import requests

from tests.live.hosts import Host
from tests.live.names import unique_letters
from tests.waiting import wait_until_seen
from wavetank.clients import AwsClients
from wavetank.probes import Message, mailbox, subscriptions

LINK = re.compile(r"https?://\S+Unsubscribe\S+")


@pytest.fixture
def address() -> str:
    """One that no other test writes to."""
    return f"{unique_letters()}@example.com"


@pytest.fixture
def topic(aws: AwsClients, address: str) -> str:
    """A topic with the address as its only subscriber."""
    arn = aws.sns.create_topic(Name=f"test-{unique_letters()}")["TopicArn"]
    aws.sns.subscribe(TopicArn=arn, Protocol="email", Endpoint=address)
    return arn


def _messages(localstack: Host, address: str, count: int = 1) -> list[Message]:
    def found() -> list[Message]:
        return [m for m in mailbox(localstack.endpoint) if m.address == address]

    return wait_until_seen(found, lambda messages: len(messages) >= count, f"{count} messages")


def _raw(localstack: Host, message: Message) -> Any:
    answer = requests.get(f"{localstack.endpoint}/_wavetank/mailbox/{message.id}", timeout=10)
    assert answer.headers["Content-Type"].startswith("message/rfc822")
    return Parser(policy=policy.default).parsestr(answer.text)


def test_a_message_has_the_subject_and_the_text_that_were_published(
    localstack: Host, aws: AwsClients, topic: str, address: str
) -> None:
    """As a list, and as the mail itself; letters of any language survive."""
    text = "Zażółć gęślą jaźń\nsecond line"
    aws.sns.publish(TopicArn=topic, Subject="Failure: somebody", Message=text)
    (message,) = _messages(localstack, address)
    assert message.subject == "Failure: somebody"
    assert message.text.replace("\r\n", "\n").startswith(text)
    raw = _raw(localstack, message)
    assert (raw["To"], raw["Subject"]) == (address, "Failure: somebody")
    assert raw["Date"].datetime.tzinfo is not None


def test_a_message_without_a_subject_has_awss(
    localstack: Host, aws: AwsClients, topic: str, address: str
) -> None:
    """AWS Notification Message."""
    aws.sns.publish(TopicArn=topic, Message="no subject")
    (message,) = _messages(localstack, address)
    assert message.subject == "AWS Notification Message"


def test_the_link_at_its_end_unsubscribes(
    localstack: Host, aws: AwsClients, topic: str, address: str
) -> None:
    """Whoever opens it gets no more mail of the topic."""
    aws.sns.publish(TopicArn=topic, Message="one")
    (message,) = _messages(localstack, address)
    link = LINK.search(message.text.replace("\r\n", "\n"))
    assert link is not None
    path = link.group().partition("/?")[2]
    requests.get(f"{localstack.endpoint}/?{path}", timeout=10).raise_for_status()
    assert subscriptions(aws, topic) == []


def test_a_message_that_is_not_there_is_404(localstack: Host) -> None:
    """And says which."""
    answer = requests.get(f"{localstack.endpoint}/_wavetank/mailbox/none", timeout=10)
    assert (answer.status_code, answer.text.strip()) == (404, "no message none")
