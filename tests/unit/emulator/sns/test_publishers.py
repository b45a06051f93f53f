"""How the messages of topics are delivered: their order, and what a dead-letter queue gets."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from localstack.services.sns.models import SnsMessage, SnsMessageType, SnsStore
from localstack.services.sns.publisher import SnsPublishContext

from tests.unit.emulator.recorded_log import record_log
from wavetank.core.clock import WallClock
from wavetank.emulator.sns import delivery_status, publishers
from wavetank.emulator.sns.publishers import QueuePublisher, TopicDeliveries, TopicMessage
from wavetank.emulator.target_delivery.deliveries import TargetDeliveries
from wavetank.emulator.target_delivery.failures import FailureCode, TargetError

PREFIX = "arn:aws:sqs:eu-west-1:000000000000:"
DEAD_LETTERS = f"{PREFIX}dead.fifo"
LOGGED = {"SQSSuccessFeedbackRoleArn": "role", "SQSFailureFeedbackRoleArn": "role"}


class StoppedClock(WallClock):
    """A clock that the test advances."""

    time = datetime(2026, 11, 30, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


def _subscriber(topic: str, queue: str) -> Any:
    return {
        "TopicArn": f"arn:aws:sns:eu-west-1:000000000000:{topic}",
        "SubscriptionArn": f"arn:aws:sns:eu-west-1:000000000000:{topic}:1",
        "Protocol": "sqs",
        "Endpoint": PREFIX + queue,
        "RawMessageDelivery": "true",
        "RedrivePolicy": f'{{"deadLetterTargetArn": "{DEAD_LETTERS}"}}',
    }


def _context(text: str, group: str = "a") -> Any:
    kind = SnsMessageType.Notification
    message = SnsMessage(type=kind, message=text, message_group_id=group)
    return SnsPublishContext(message, SnsStore(), {}, LOGGED)


class Topic:
    """Begins deliveries, of which the first attempts at `retried` fail, and all at `refused`."""

    def __init__(self, name: str, retried: str = "", refused: str = "") -> None:
        self.subscriber = _subscriber(name, "in.fifo")
        self.retried, self.refused, self.delivered = retried, refused, ""
        self.clock = StoppedClock()
        self.retries = TargetDeliveries(self.clock, has_thread=False)
        self._deliveries = TopicDeliveries(self.retries, self.clock)

    def publish(self, text: str, group: str = "a") -> None:
        """Begin the delivery of that message."""
        self._deliveries.begin(_context(text, group), self.subscriber, self._send)

    def _send(self, message: TopicMessage) -> None:
        if message.body in self.refused:
            raise TargetError(FailureCode.NO_PERMISSIONS, "on purpose")
        if message.body in self.retried:
            self.retried = self.retried.replace(message.body, "")
            raise TargetError(FailureCode.THROTTLING, "on purpose")
        self.delivered += message.body


@pytest.mark.parametrize(
    ("name", "groups", "delivered"),
    [("t.fifo", "aaa", "123"), ("t.fifo", "aba", "213"), ("t", "aaa", "231")],
)
def test_a_fifo_topic_keeps_the_order_of_each_group(
    monkeypatch: pytest.MonkeyPatch, name: str, groups: str, delivered: str
) -> None:
    """While a message is retried, later ones of its group wait; a standard topic has no order."""
    monkeypatch.setattr(publishers, "log_delivery_status", lambda *_: None)
    topic = Topic(name, retried="1")
    for text, group in zip("123", groups, strict=True):
        topic.publish(text, group)
    topic.retries.run_due()
    assert topic.delivered == delivered


def test_a_dead_letter_queue_gets_the_parameters_of_its_own_type(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A FIFO one needs a group and a deduplication id, which the subscribed queue does not get."""
    sent: list[dict[str, Any]] = []
    client = SimpleNamespace(send_message=lambda **given: sent.append(given))
    monkeypatch.setattr(publishers, "service_client", lambda *_: client)
    monkeypatch.setattr(publishers, "sqs_queue_url_for_arn", str)
    message = TopicMessage(
        subscriber=_subscriber("t.fifo", "in"), published=_context("1").message, body="1"
    )
    assert message.parameters(message.endpoint) == {}
    assert publishers.send_to_dead_letters(message)
    assert (sent[0]["MessageBody"], sent[0]["MessageGroupId"]) == ("1", "a")
    assert sent[0]["MessageDeduplicationId"]


@pytest.mark.parametrize(("refused", "sent", "dead"), [("", "1", 0), ("1", "", 1)])
def test_an_error_of_the_delivery_status_log_changes_no_delivery(
    monkeypatch: pytest.MonkeyPatch, refused: str, sent: str, dead: int
) -> None:
    """The message is sent once, or is in the dead-letter queue, as without a log."""
    dead_letters = list[str]()

    def take(message: TopicMessage) -> bool:
        dead_letters.append(message.id)
        return True

    monkeypatch.setattr(delivery_status, "service_client", lambda *_: object())
    monkeypatch.setattr(publishers, "send_to_dead_letters", take)
    log = record_log(monkeypatch, delivery_status)
    topic = Topic("t", refused=refused)
    topic.publish("1")
    assert topic.retries.next_due() is None
    assert (topic.delivered, len(dead_letters)) == (sent, dead)
    assert "no delivery status is logged" in log.text


def test_a_raw_message_with_too_many_attributes_is_a_client_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is not sent, nor retried; with ten it is sent."""
    sent: list[dict[str, Any]] = []
    client = SimpleNamespace(send_message=lambda **given: sent.append(given))
    monkeypatch.setattr(publishers, "service_client", lambda *_: client)
    monkeypatch.setattr(publishers, "sqs_queue_url_for_arn", str)
    monkeypatch.setattr(publishers, "log_delivery_status", lambda *_: None)
    monkeypatch.setattr(publishers, "send_to_dead_letters", lambda _: True)
    topic, context = Topic("t"), _context("1")
    value = {"DataType": "String", "StringValue": "x"}
    context.message.message_attributes = {str(number): value for number in range(11)}
    publisher = QueuePublisher(TopicDeliveries(topic.retries, topic.clock))
    publisher.publish(context, topic.subscriber)
    assert (sent, topic.retries.next_due()) == ([], None)
    context.message.message_attributes.popitem()
    publisher.publish(context, topic.subscriber)
    assert len(sent) == 1
