"""Topics with queues: AWS's behaviours, as they are seen."""

import json
from typing import Any

from tests.fidelity.events import Queue
from tests.fidelity.ground import Ground, answer_to, happens
from tests.fidelity.row import Area
from tests.live.names import unique_letters

AREA = Area("SNS")
GUIDE = "SNS developer guide: "


def _topic(ground: Ground, queue: Queue, **attributes: str) -> str:
    """A new topic that the queue is subscribed to, with these attributes and raw messages."""
    topic = ground.aws.sns.create_topic(Name=f"test-{unique_letters()}")["TopicArn"]
    _subscribe(ground, topic, queue, **attributes)
    return topic


def _subscribe(ground: Ground, topic: str, queue: Queue, **attributes: str) -> None:
    given = {"RawMessageDelivery": "true", **attributes}
    ground.aws.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue.arn, Attributes=given)


@AREA.row(
    "a filter policy of a number, and an attribute of the type Number",
    aws="delivered",
    localstack="not delivered",
    source=GUIDE + "numeric-value-matching",
)
def _numbers_are_numbers(ground: Ground) -> str:
    queue = Queue(ground, service="sns")
    topic = _topic(ground, queue, FilterPolicy=json.dumps({"knots": [12]}))
    attributes: Any = {"knots": {"DataType": "Number", "StringValue": "12"}}
    ground.aws.sns.publish(TopicArn=topic, Message="storm", MessageAttributes=attributes)
    return "delivered" if happens(queue.messages, bool) else "not delivered"


@AREA.row(
    "a filter policy of a prefix for the body, and a number there",
    aws="done, not delivered",
    localstack="InternalError, not delivered",
    source=GUIDE + "string-value-matching",
)
def _other_types_do_not_match(ground: Ground) -> str:
    queue = Queue(ground, service="sns")
    policy = json.dumps({"cargo": [{"prefix": "fi"}]})
    topic = _topic(ground, queue, FilterPolicy=policy, FilterPolicyScope="MessageBody")
    sns = ground.aws.sns
    answer = answer_to(lambda: sns.publish(TopicArn=topic, Message='{"cargo": 7}'))
    found = happens(queue.messages, bool)
    return f"{answer}, {'delivered' if found else 'not delivered'}"


@AREA.row(
    "a message that is published to a FIFO topic twice, for a queue that is not FIFO",
    aws="one message",
    localstack="2 messages",
    source=GUIDE + "fifo-message-dedup",
)
def _topics_deduplicate(ground: Ground) -> str:
    queue = Queue(ground, service="sns")
    settings = {"FifoTopic": "true", "ContentBasedDeduplication": "true"}
    topic = ground.aws.sns.create_topic(Name=f"test-{unique_letters()}.fifo", Attributes=settings)
    _subscribe(ground, topic["TopicArn"], queue)
    for _ in range(2):
        ground.aws.sns.publish(TopicArn=topic["TopicArn"], Message="tide", MessageGroupId="a")
    happens(queue.messages, lambda found: len(found) > 1)
    count = len(queue.messages())
    return "one message" if count == 1 else f"{count} messages"
