"""E-mail of a topic: AWS's behaviours, as they are seen."""

from tests.fidelity.ground import Ground, answer_to, happens
from tests.fidelity.row import Area
from tests.live.names import unique_letters

AREA = Area("SNS e-mail")


@AREA.row(
    "Subscribe's answer for an address",
    aws="pending confirmation",
    localstack="the subscription's ARN",
    source="SNS API: Subscribe",
)
def _subscribe_gives_no_arn_yet(ground: Ground) -> str:
    topic, _ = ground.topic()
    address = f"{unique_letters()}@example.com"
    answer = ground.aws.sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=address)
    arn = answer["SubscriptionArn"]
    return "the subscription's ARN" if arn.startswith("arn:") else arn


@AREA.row(
    "publishing to an unconfirmed address",
    aws="not sent",
    localstack="sent",
    source="SNS developer guide: sns-email-notifications",
)
def _unconfirmed_addresses_get_nothing(ground: Ground) -> str:
    topic, address = ground.topic()
    before = len(ground.subjects(address))
    ground.aws.sns.publish(TopicArn=topic, Message="hello")
    sent = happens(lambda: len(ground.subjects(address)), lambda count: count > before)
    return "sent" if sent else "not sent"


@AREA.row(
    "an unconfirmed address in ListSubscriptionsByTopic",
    aws="PendingConfirmation",
    localstack="the subscription's ARN",
    source="SNS developer guide: sns-delete-subscription-topic",
)
def _lists_tell_who_waits(ground: Ground) -> str:
    topic, _ = ground.topic()
    (entry,) = ground.aws.sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    arn = entry["SubscriptionArn"]
    return "the subscription's ARN" if arn.startswith("arn:") else arn


@AREA.row(
    "the subject of a message",
    aws="as it was published",
    localstack="always the same",
    source="SNS API: Publish",
)
def _subjects_are_true(ground: Ground) -> str:
    topic, address = ground.topic()
    ground.confirm(address)
    before = len(ground.subjects(address))
    ground.aws.sns.publish(TopicArn=topic, Subject="Failure: somebody", Message="hello")
    assert happens(lambda: len(ground.subjects(address)), lambda count: count > before)
    subject = ground.subjects(address)[-1]
    return "as it was published" if subject == "Failure: somebody" else "always the same"


@AREA.row(
    "subscribing an invalid address",
    aws="InvalidParameter",
    localstack="done",
    source="SNS API: Subscribe",
)
def _addresses_are_checked(ground: Ground) -> str:
    topic, _ = ground.topic()
    return answer_to(
        lambda: ground.aws.sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="nobody")
    )


@AREA.row(
    "unsubscribing an unconfirmed address",
    aws="InvalidParameter",
    localstack="done",
    source="SNS developer guide: sns-delete-subscription-topic",
)
def _what_waits_cannot_be_ended(ground: Ground) -> str:
    topic, address = ground.topic()
    arn = ground.aws.sns.subscribe(
        TopicArn=topic, Protocol="email", Endpoint=address, ReturnSubscriptionArn=True
    )["SubscriptionArn"]
    return answer_to(lambda: ground.aws.sns.unsubscribe(SubscriptionArn=arn))
