"""Parameters of Publish and Subscribe that are refused."""

import pytest
from localstack.aws.api.sns import InvalidParameterException

from wavetank.emulator.sns.request_checks import check_protocol, check_subject


@pytest.mark.parametrize("subject", [None, "", "Failure: late", "é" * 100])
def test_a_line_of_text_is_a_subject(subject: str | None) -> None:
    """Of at most 100 characters."""
    check_subject(subject)


@pytest.mark.parametrize("subject", ["a\nb", "a\tb", "a" * 101])
def test_control_characters_and_long_subjects_are_refused(subject: str) -> None:
    """As they could not be the subject of an e-mail."""
    with pytest.raises(InvalidParameterException):
        check_subject(subject)


def test_a_fifo_topic_has_only_queues() -> None:
    """Other endpoints keep no order."""
    check_protocol("sqs", of_fifo_topic=True)
    check_protocol("email", of_fifo_topic=False)
    for protocol in ("email", "lambda", "https"):
        with pytest.raises(InvalidParameterException):
            check_protocol(protocol, of_fifo_topic=True)
