"""What Publish and Subscribe refuse on AWS, and LocalStack accepts.

[Amazon SNS API reference, Publish: "Subjects must be UTF-8 text with no line breaks or control
characters, and less than 100 characters long"; Amazon SNS developer guide, fifo-message-delivery;
LocalStack 4.14: services/sns/provider.py]
"""

import unicodedata

from localstack.aws.api.sns import InvalidParameterException

SUBJECT_CHARACTERS_MAX = 100
FIFO_PROTOCOLS = frozenset({"sqs"})


def check_subject(subject: str | None) -> None:
    """Check the subject of a message.

    Raises:
        InvalidParameterException: it has a control character, or is too long.
    """
    if subject and (
        len(subject) > SUBJECT_CHARACTERS_MAX
        or any(unicodedata.category(character) == "Cc" for character in subject)
    ):
        raise InvalidParameterException("Invalid parameter: Subject")


def check_protocol(protocol: str, *, of_fifo_topic: bool) -> None:
    """Check the protocol of a subscription: a FIFO topic has only queues.

    Raises:
        InvalidParameterException: its messages could not be delivered in order.
    """
    if of_fifo_topic and protocol not in FIFO_PROTOCOLS:
        raise InvalidParameterException(f"Invalid parameter: Invalid protocol type: {protocol}")
