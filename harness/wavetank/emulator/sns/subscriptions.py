"""Addresses that wait for confirmation, and those that get more than SNS sends.

Times are arguments. What is kept here is only what LocalStack's SNS does not keep itself: since
when an address waits, with which token, and how much it was sent in the last second.
[Amazon SNS API: ConfirmSubscription; developer guide: sns-delete-subscription-topic; AWS general
reference: sns, "10 messages per second" for e-mail]
"""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

TOKEN_LIFE = timedelta(days=2)
"""An address that was not confirmed until then is removed, and its token with it."""
PENDING_MAX = 5_000
"""Of one account."""
MESSAGES_MAX = 10
"""More in one second, and the subscription has to be confirmed again."""
RATE_WINDOW = timedelta(seconds=1)


@dataclass(frozen=True)
class Pending:
    """A subscription that waits for its confirmation."""

    token: str
    since: datetime

    def has_expired(self, now: datetime) -> bool:
        """Whether the token no longer confirms."""
        return now - self.since >= TOKEN_LIFE


@dataclass(frozen=True, kw_only=True)
class KeptSubscription:
    """What a snapshot keeps of one, so that a restart asks nobody again.

    `since` is None for a confirmed one; `token` stays, for confirming twice is no error.
    """

    topic_arn: str
    endpoint: str
    arn: str
    token: str
    since: datetime | None


class PendingSubscriptions:
    """Who waits, by the subscription's ARN."""

    def __init__(self) -> None:
        self._waiting: dict[str, Pending] = {}

    def add(self, arn: str, token: str, since: datetime) -> None:
        """From now on it waits; one that did already waits anew."""
        self._waiting[arn] = Pending(token, since)

    def remove(self, arn: str) -> None:
        """It no longer waits: confirmed, or gone."""
        self._waiting.pop(arn, None)

    def get(self, arn: str) -> Pending | None:
        """Since when it waits; None where it does not."""
        return self._waiting.get(arn)

    def take_expired(self, now: datetime) -> list[tuple[str, Pending]]:
        """Those whose time is over; they no longer wait."""
        expired = [(arn, entry) for arn, entry in self._waiting.items() if entry.has_expired(now)]
        for arn, _ in expired:
            del self._waiting[arn]
        return expired

    def is_full(self) -> bool:
        """Whether the account may have no more of them."""
        return len(self._waiting) >= PENDING_MAX


class SendingRates:
    """How much each subscription was sent in the last second."""

    def __init__(self) -> None:
        self._sent: dict[str, deque[datetime]] = {}

    def allows(self, arn: str, now: datetime) -> bool:
        """Counts one more message; False where it is one too many."""
        sent = self._sent.setdefault(arn, deque(maxlen=MESSAGES_MAX))
        if len(sent) == MESSAGES_MAX and now - sent[0] < RATE_WINDOW:
            return False
        sent.append(now)
        return True

    def forget(self, arn: str) -> None:
        """Starts counting anew."""
        self._sent.pop(arn, None)
