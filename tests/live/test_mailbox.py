"""E-mail of a topic: asked first, and then as its readers would find it."""

from email import policy
from email.parser import Parser
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.live.hosts import Host
from tests.live.mail import confirm, messages_to, open_link, questions_to
from tests.live.names import unique_letters
from tests.waiting import wait_until_true
from wavetank.aws.clients import AwsClients, ClientError, error_code
from wavetank.aws.observers import subscriptions
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.aws.sandbox_mailbox import MailboxMessage
from wavetank.emulator.sns.subscriptions import MESSAGES_MAX, TOKEN_LIFE


@pytest.fixture
def address() -> str:
    """One that no other test writes to."""
    return f"{unique_letters()}@example.com"


@pytest.fixture
def unconfirmed(aws: AwsClients, address: str) -> str:
    """A topic with the address as its only subscriber, who was asked and has not answered."""
    arn = aws.sns.create_topic(Name=f"test-{unique_letters()}")["TopicArn"]
    answer = aws.sns.subscribe(TopicArn=arn, Protocol="email", Endpoint=address)
    assert answer["SubscriptionArn"] == "pending confirmation"
    return arn


@pytest.fixture
def topic(localstack: Host, unconfirmed: str, address: str) -> str:
    """The same, after the address has said yes."""
    confirm(localstack.endpoint, address)
    return unconfirmed


def _confirmed(aws: AwsClients, topic: str) -> list[bool]:
    return [entry.confirmed for entry in subscriptions(aws, topic)]


def _token(message: MailboxMessage) -> str:
    return parse_qs(urlsplit(message.link).query)["Token"][0]


def _raw(localstack: Host, message: MailboxMessage) -> Any:
    answer = requests.get(f"{localstack.endpoint}/_wavetank/mailbox/{message.id}", timeout=10)
    assert answer.headers["Content-Type"].startswith("message/rfc822")
    return Parser(policy=policy.default).parsestr(answer.text)


def test_an_address_gets_nothing_until_its_link_is_opened(
    localstack: Host, aws: AwsClients, unconfirmed: str, address: str
) -> None:
    """Messages published before the confirmation are never sent; later ones are."""
    assert _confirmed(aws, unconfirmed) == [False]
    aws.sns.publish(TopicArn=unconfirmed, Message="too early")
    (question,) = questions_to(localstack.endpoint, address)
    assert unconfirmed in question.text
    page = open_link(localstack.endpoint, question)
    assert (page.status_code, "Subscription confirmed!" in page.text) == (200, True)
    assert _confirmed(aws, unconfirmed) == [True]
    aws.sns.publish(TopicArn=unconfirmed, Message="in time")
    assert [m.text.split("\n")[0] for m in messages_to(localstack.endpoint, address)] == ["in time"]


def test_a_program_confirms_by_the_token_and_twice_is_no_error(
    localstack: Host, aws: AwsClients, unconfirmed: str, address: str
) -> None:
    """ConfirmSubscription answers with the subscription's ARN."""
    token = _token(questions_to(localstack.endpoint, address)[0])
    for _ in range(2):
        arn = aws.sns.confirm_subscription(TopicArn=unconfirmed, Token=token)["SubscriptionArn"]
        assert arn.startswith(f"{unconfirmed}:")
    assert _confirmed(aws, unconfirmed) == [True]


@pytest.mark.parametrize("change", [{"Token": "00"}, {"TopicArn": "no-arn"}, {"Token": ""}])
def test_an_invented_link_confirms_nothing(
    localstack: Host,
    aws: AwsClients,
    unconfirmed: str,
    address: str,
    change: dict[str, str],
) -> None:
    """Its page says what is wrong with it."""
    link = urlsplit(questions_to(localstack.endpoint, address)[0].link)
    found = {name: values[0] for name, values in parse_qs(link.query).items()}
    page = requests.get(f"{localstack.endpoint}{link.path}", params=found | change, timeout=10)
    assert page.status_code == 400
    assert "Invalid parameter" in page.text
    assert _confirmed(aws, unconfirmed) == [False]


def test_a_second_subscription_must_be_confirmed_again(
    localstack: Host, aws: AwsClients, unconfirmed: str, address: str
) -> None:
    """The topic still has the address once."""
    aws.sns.subscribe(TopicArn=unconfirmed, Protocol="email", Endpoint=address)
    assert len(questions_to(localstack.endpoint, address)) == 2
    assert _confirmed(aws, unconfirmed) == [False]


def test_a_subscription_that_waits_cannot_be_ended_by_hand(
    aws: AwsClients, unconfirmed: str, address: str
) -> None:
    """Only AWS removes it, after two days."""
    arn = aws.sns.subscribe(
        TopicArn=unconfirmed, Protocol="email", Endpoint=address, ReturnSubscriptionArn=True
    )["SubscriptionArn"]
    with pytest.raises(ClientError) as refused:
        aws.sns.unsubscribe(SubscriptionArn=arn)
    assert error_code(refused.value) == "InvalidParameter"
    assert _confirmed(aws, unconfirmed) == [False]


def test_after_two_days_the_link_has_expired_and_the_address_is_removed(
    localstack: Host, aws: AwsClients, unconfirmed: str, address: str
) -> None:
    """Whoever wants the topic's mail has to be subscribed again."""
    (question,) = questions_to(localstack.endpoint, address)
    controls = SandboxControls(localstack.endpoint)
    controls.move_clock(TOKEN_LIFE.total_seconds() + 1)
    try:
        page = open_link(localstack.endpoint, question)
        assert (page.status_code, "Invalid parameter: Token" in page.text) == (400, True)
        assert subscriptions(aws, unconfirmed) == []
    finally:
        controls.reset_clock()


def test_what_is_no_address_is_refused(aws: AwsClients, unconfirmed: str) -> None:
    """As SNS does it."""
    with pytest.raises(ClientError, match="Invalid parameter: Email address"):
        aws.sns.subscribe(TopicArn=unconfirmed, Protocol="email", Endpoint="nobody")


def test_above_ten_messages_a_second_the_address_must_confirm_again(
    localstack: Host, aws: AwsClients, topic: str, address: str
) -> None:
    """SNS's hard limit of e-mail; published to in batches, since calls one by one are slower."""
    for batch in range(4):
        entries: list[Any] = [{"Id": f"{n}", "Message": f"{batch}-{n}"} for n in range(10)]
        aws.sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries)
    wait_until_true(lambda: _confirmed(aws, topic) == [False], "the address to wait again")
    assert len(questions_to(localstack.endpoint, address)) == 2
    assert MESSAGES_MAX <= len(messages_to(localstack.endpoint, address)) < 40


def test_a_message_has_the_subject_and_the_text_that_were_published(
    localstack: Host, aws: AwsClients, topic: str, address: str
) -> None:
    """Both the list and the raw e-mail have them, with letters of any language."""
    text = "Zażółć gęślą jaźń\nsecond line"
    aws.sns.publish(TopicArn=topic, Subject="Failure: somebody", Message=text)
    (message,) = messages_to(localstack.endpoint, address)
    assert message.subject == "Failure: somebody"
    assert message.text.startswith(text)
    raw = _raw(localstack, message)
    assert (raw["To"], raw["Subject"]) == (address, "Failure: somebody")
    assert raw["Date"].datetime.tzinfo is not None


def test_the_link_at_its_end_unsubscribes(
    localstack: Host, aws: AwsClients, topic: str, address: str
) -> None:
    """Whoever opens it gets no more mail of the topic."""
    aws.sns.publish(TopicArn=topic, Message="one")
    (message,) = messages_to(localstack.endpoint, address)
    open_link(localstack.endpoint, message).raise_for_status()
    assert subscriptions(aws, topic) == []


def test_a_message_that_is_not_there_is_404(localstack: Host) -> None:
    """And says which."""
    answer = requests.get(f"{localstack.endpoint}/_wavetank/mailbox/none", timeout=10)
    assert (answer.status_code, answer.text.strip()) == (404, "no message none")
