"""Parameters of Publish and Subscribe that are refused."""

import pytest
from localstack.aws.api.sns import InvalidParameterException

from wavetank.emulator.sns.request_checks import check_protocol, check_subject


def _is_accepted(subject: str | None) -> bool:
    try:
        check_subject(subject)
    except InvalidParameterException:
        return False
    return True


@pytest.mark.parametrize(
    ("subject", "accepted"),
    [
        (None, True),
        ("Failure: late", True),
        ("\u00e9" * 100, True),
        ("a" * 101, False),
        ("a\nb", False),
        ("a\tb", False),
    ],
)
def test_a_subject_is_a_short_line(
    subject: str | None,
    accepted: bool,  # noqa: FBT001 - a parameter of pytest
) -> None:
    """Of at most 100 characters, without control characters: it may be the subject of an e-mail."""
    assert _is_accepted(subject) is accepted


def test_a_fifo_topic_has_only_queues() -> None:
    """Other endpoints keep no order."""
    check_protocol("sqs", of_fifo_topic=True)
    check_protocol("email", of_fifo_topic=False)
    for protocol in ("email", "lambda", "https"):
        with pytest.raises(InvalidParameterException):
            check_protocol(protocol, of_fifo_topic=True)
