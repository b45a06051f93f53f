"""The entry point of the notification function, called by Lambda when a tick was given up."""

import logging
import os
from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from notification import message

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

LOGGER = logging.getLogger("notification")
LOGGER.setLevel(logging.INFO)


@cache
def _sns() -> "SNSClient":
    return boto3.client(
        "sns",
        config=Config(
            connect_timeout=2, read_timeout=8, retries={"mode": "standard", "max_attempts": 3}
        ),
    )


def lambda_handler(event: object, _context: object) -> dict[str, str]:
    """Publishes the alert, and logs it: who reads the log can tell what was sent.

    The answer is the message's id.
    """
    given = os.environ  # noqa: TID251 - what the deployment decided
    subject, text = message.subject(given["FULL_NAME"]), message.text(event)
    answer = _sns().publish(TopicArn=given["TOPIC_ARN"], Subject=subject, Message=text)
    published = {"message_id": answer["MessageId"]}
    LOGGER.info("alert published", extra={**published, "subject": subject, "text": text})
    return published
