"""Whether reports of failures can be observed."""

from typing import Any

from wavetank.aws.sandbox_mailbox import MailboxMessage
from wavetank.core.errors import UsageError
from wavetank.live.confirmed_addresses import require_confirmed_for

TOPIC = "arn:aws:sns:eu-west-1:000000000000:alarms"
QUEUE = "arn:aws:sqs:eu-west-1:000000000000:failed"


WAITING = MailboxMessage(
    id="1",
    asks_for_confirmation=True,
    address="ops@example.com",
    subject="Confirm",
    text="",
    link="http://127.0.0.1:4566/confirm",
)


class _Sandbox:
    """A sandbox with these unanswered confirmation messages."""

    def __init__(self, *waiting: MailboxMessage) -> None:
        self._waiting = list(waiting)

    def pending_confirmations(self) -> list[MailboxMessage]:
        return self._waiting


def refusal(sandbox: Any, destinations: list[str]) -> str | None:
    """The error; None if reports in the destinations can be observed."""
    try:
        require_confirmed_for(sandbox, destinations)
    except UsageError as error:
        return str(error)
    return None


def test_a_topic_needs_confirmed_addresses() -> None:
    """Without them no report arrives; the error has the link."""
    found = refusal(_Sandbox(WAITING), [QUEUE, TOPIC])
    assert found is not None
    assert "waits for confirmation; open http" in found


def test_a_queue_needs_none() -> None:
    """Also where an unrelated topic has an unconfirmed address."""
    assert refusal(_Sandbox(WAITING), [QUEUE]) is None


def test_confirmed_addresses_are_enough() -> None:
    """Nothing is refused."""
    assert refusal(_Sandbox(), [TOPIC]) is None
