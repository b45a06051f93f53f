"""What is random in the messages of SNS, made the same in each simulator with one seed.

Messages have an id, the ARN of their subscription, and a signature by a key of this process. In a
simulator no handler can check a signature, as that needs AWS's certificate from the network.
[LocalStack 4.14: services/sns/utils.py, publisher.py]
"""

import base64
import hashlib
import uuid
from itertools import count
from typing import Any

from localstack.services.sns.models import sns_stores

from wavetank.emulator.patches import patch_of
from wavetank.emulator.service_ids import IDS
from wavetank.emulator.sns.fifo_topics import FifoTopics

SIGNATURE_BYTES = 256
NAMES = uuid.uuid5(uuid.NAMESPACE_DNS, "sns.example.com")


def make_repeatable(fifo_topics: FifoTopics) -> None:
    """Replace LocalStack's functions; `fifo_topics` gives the sequence numbers."""
    message = patch_of("localstack.services.sns.models:SnsMessage.__post_init__")
    stock = message.original()

    def number(self: Any) -> None:
        stock(self)
        self.message_id = IDS.new()
        if self.is_fifo:
            self.sequencer_number = fifo_topics.next_number()

    message.apply(number)
    patch_of("localstack.services.sns.provider:create_subscription_arn").apply(subscription_arn)
    patch_of("localstack.services.sns.publisher:get_message_signature").apply(signature)


def subscription_arn(topic_arn: str) -> str:
    """The ARN of the next subscription of the topic, by its number."""
    _, _, _, region, account, _ = topic_arn.split(":")
    existing = sns_stores[account][region].subscriptions
    numbered = (f"{topic_arn}:{uuid.uuid5(NAMES, f'{topic_arn} {number}')}" for number in count())
    return next(arn for arn in numbered if arn not in existing)


def signature(canonical_string: str, signature_version: str) -> str:
    """A text of the length of a signature, which depends on the message only."""
    digest = hashlib.sha256(f"{signature_version} {canonical_string}".encode()).digest()
    return base64.b64encode(digest * (SIGNATURE_BYTES // len(digest))).decode()
