"""Pending subscriptions, and the sending rates of addresses.

Times are arguments. Only data that LocalStack's SNS does not store is stored here: since when an
address is pending, with which token, and how much it was sent in the last second.
[Amazon SNS API: ConfirmSubscription; developer guide: sns-delete-subscription-topic; AWS general
reference: sns, "10 messages per second" for e-mail]
"""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

TOKEN_LIFE = timedelta(days=2)
"""The age at which an unconfirmed address and its token are removed."""
PENDING_MAX = 5_000
"""The maximum number of pending subscriptions of one account."""
MESSAGES_MAX = 10
"""The maximum in one second; above it, the subscription must be confirmed again."""
RATE_WINDOW = timedelta(seconds=1)


@dataclass(frozen=True)
class Pending:
    """A subscription that is not confirmed yet: its token, and when it was requested."""

    token: str
    since: datetime

    def has_expired(self, now: datetime) -> bool:
        """Whether the token no longer confirms."""
        return now - self.since >= TOKEN_LIFE


@dataclass(frozen=True, kw_only=True)
class SavedSubscription:
    """A subscription in a snapshot, so that addresses stay confirmed after a restart.

    `since` is None for a confirmed one; its `token` is kept, because confirming twice is no error.
    """

    topic_arn: str
    endpoint: str
    arn: str
    token: str
    since: datetime | None


class PendingSubscriptions:
    """The subscriptions that are not confirmed yet, by ARN."""

    def __init__(self) -> None:
        self._waiting: dict[str, Pending] = {}

    def add(self, arn: str, token: str, since: datetime) -> None:
        """Add a pending subscription, or restart its time."""
        self._waiting[arn] = Pending(token, since)

    def remove(self, arn: str) -> None:
        """Remove a subscription that was confirmed or deleted."""
        self._waiting.pop(arn, None)

    def get(self, arn: str) -> Pending | None:
        """The pending subscription; None if it is not pending."""
        return self._waiting.get(arn)

    def take_expired(self, now: datetime) -> list[tuple[str, Pending]]:
        """Remove the subscriptions whose token has expired; returns their ARNs with them."""
        expired = [(arn, entry) for arn, entry in self._waiting.items() if entry.has_expired(now)]
        for arn, _ in expired:
            del self._waiting[arn]
        return expired

    def is_full(self, account: str) -> bool:
        """Whether the account has the maximum number of pending subscriptions."""
        if len(self._waiting) < PENDING_MAX:
            return False
        return sum(_account_of(arn) == account for arn in self._waiting) >= PENDING_MAX


def _account_of(arn: str) -> str:
    return arn.split(":")[4]


class SendingRates:
    """Limits the rate of messages to each subscription, as SNS does."""

    def __init__(self) -> None:
        self._sent: dict[str, deque[datetime]] = {}

    def allows(self, arn: str, now: datetime) -> bool:
        """Count one more message; False if it is above the limit."""
        sent = self._sent.setdefault(arn, deque(maxlen=MESSAGES_MAX))
        if len(sent) == MESSAGES_MAX and now - sent[0] < RATE_WINDOW:
            return False
        sent.append(now)
        return True

    def forget(self, arn: str) -> None:
        """Forget the messages that were sent to the subscription of that ARN."""
        self._sent.pop(arn, None)
