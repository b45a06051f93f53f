"""What SNS writes, as a reader's program would take it apart."""

from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import Parser

import pytest

from wavetank.emulator.sns.messages import (
    MessageType,
    MimeMessage,
    confirmation,
    notification,
    summary,
)

NOW = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
TOPIC = "arn:aws:sns:eu-west-1:000000000000:topic"
LINK = "http://127.0.0.1:4566/_wavetank/confirmation?TopicArn=arn%3Aaws&Token=abc"


def _parsed(message: MimeMessage) -> EmailMessage:
    parsed = Parser(policy=policy.default).parsestr(message.text)
    assert isinstance(parsed, EmailMessage)
    return parsed


def test_a_notification_has_what_was_published_and_the_link_that_ends_it() -> None:
    """Letters of any language survive seven bits."""
    made = notification("1", NOW, "a@example.com", "Failure: Żak", "Zażółć\nłąka", LINK, TOPIC)
    assert made.text.isascii()
    parsed = _parsed(made)
    assert (parsed["To"], parsed["Subject"]) == ("a@example.com", "Failure: Żak")
    assert parsed["Date"].datetime == NOW
    assert parsed.get_content().replace("\r\n", "\n").startswith("Zażółć\nłąka\n")
    assert summary(made)["link"] == LINK


def test_a_notification_without_a_subject_has_awss() -> None:
    """AWS Notification Message."""
    made = notification("1", NOW, "a@example.com", None, "text", LINK, TOPIC)
    assert summary(made)["subject"] == "AWS Notification MimeMessage"


def test_a_confirmation_names_its_topic_and_has_a_link() -> None:
    """And a program can distinguish it from a notification."""
    listed = summary(confirmation("1", NOW, "a@example.com", "arn:aws:sns:::topic", LINK))
    assert listed["type"] == "SubscriptionConfirmation"
    assert listed["subject"] == "AWS Notification - Subscription Confirmation"
    assert "arn:aws:sns:::topic" in listed["text"]
    assert listed["link"] == LINK


def test_a_link_in_what_was_published_is_not_taken_for_the_messages_own() -> None:
    """An alert may hold the address of a page."""
    made = notification(
        "1", NOW, "a@example.com", "s", "see\nhttp://example.com/run\n", LINK, TOPIC
    )
    assert summary(made)["link"] == LINK


@pytest.mark.parametrize("subject", ["s", "Failure: Żak " * 9, "a: =?x?= b", "x" * 100])
def test_a_list_shows_what_a_readers_program_would(subject: str) -> None:
    """It is parsed by a quicker way than the standard one, to the same end."""
    made = notification("1", NOW, "a@example.com", subject, "Zażółć\n  =20\n" * 40, LINK, TOPIC)
    listed, parsed = summary(made), _parsed(made)
    assert listed["subject"] == str(parsed["Subject"])
    assert listed["to"] == str(parsed["To"])
    assert listed["date"] == str(parsed["Date"])
    assert listed["type"] == made.type == MessageType.NOTIFICATION
    assert listed["text"] == parsed.get_content().replace("\r\n", "\n")


@pytest.mark.parametrize("name", ["topic", "t" * 256])
def test_a_message_has_the_arn_of_its_topic(name: str) -> None:
    """However long it is, in a notification and in a request for confirmation."""
    topic = f"arn:aws:sns:eu-west-1:000000000000:{name}"
    made = notification("1", NOW, "a@example.com", "s", "X-Amz-Sns-Topic-Arn: b", LINK, topic)
    assert made.topic == topic
    assert confirmation("1", NOW, "a@example.com", topic, LINK).topic == topic
