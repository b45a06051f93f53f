"""Whether reports of failures can be observed."""

from typing import Any

import pytest

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


def test_a_topic_needs_confirmed_addresses() -> None:
    """Without them no report arrives; the error has the link."""
    sandbox: Any = _Sandbox(WAITING)
    with pytest.raises(UsageError, match="waits for confirmation; open http"):
        require_confirmed_for(sandbox, [QUEUE, TOPIC])


def test_a_queue_needs_none() -> None:
    """Also where an unrelated topic has an unconfirmed address."""
    sandbox: Any = _Sandbox(WAITING)
    require_confirmed_for(sandbox, [QUEUE])


def test_confirmed_addresses_are_enough() -> None:
    """Nothing is refused."""
    sandbox: Any = _Sandbox()
    require_confirmed_for(sandbox, [TOPIC])
