"""Asks an address for confirmation before it receives a topic's messages.

The subscriptions are LocalStack's own, in its store; what it does not store is in `subscriptions`.
[LocalStack 4.14: services/sns/models.py, services/sns/provider.py]
"""

import threading
import uuid
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from localstack.aws.api.sns import InvalidParameterException, SubscriptionLimitExceededException
from localstack.services.sns.models import SnsStore, SnsSubscription, sns_stores
from localstack.services.sns.publisher import create_unsubscribe_url
from localstack.utils.urls import localstack_host

from wavetank.core.clock import Clock
from wavetank.emulator.sns import messages
from wavetank.emulator.sns.mailbox import Mailbox
from wavetank.emulator.sns.subscriptions import (
    PendingSubscriptions,
    SavedSubscription,
    SendingRates,
)

PROTOCOLS = frozenset({"email", "email-json"})
CONFIRMATION_PATH = "/_wavetank/confirmation"


def is_confirmed(subscription: SnsSubscription) -> bool:
    """Whether the subscription receives published messages."""
    return subscription["PendingConfirmation"] == "false"


def is_token_unanswered(token: str) -> bool:
    """Whether an unconfirmed subscription has the token."""
    for _, _, store in sns_stores.iter_stores():
        found = store.subscriptions.get(store.subscription_tokens.get(token, ""))
        if found is not None:
            return not is_confirmed(found)
    return False


def confirmed_subscriptions(topics: Collection[str]) -> list[str]:
    """The addresses with a confirmed subscription of one of the topics, by ARN."""
    return [
        str(entry["Endpoint"])
        for _, _, store in sns_stores.iter_stores()
        for entry in list(store.subscriptions.values())
        if entry["TopicArn"] in topics and is_confirmed(entry) and entry["Protocol"] in PROTOCOLS
    ]


def set_confirmed(arn: str, *, confirmed: bool) -> None:
    """Mark the subscription of the ARN as confirmed or not.

    Raises:
        LookupError: the subscription does not exist.
    """
    for _, _, store in sns_stores.iter_stores():
        found = store.subscriptions.get(arn)
        if found is not None:
            found["PendingConfirmation"] = "false" if confirmed else "true"
            return
    raise LookupError(f"subscription {arn} does not exist")


@dataclass(frozen=True)
class SentMessage:
    """A message that was published to a topic and sent to one address."""

    topic: str
    address: str
    subject: str
    text: str


class Confirmations:
    """The e-mail subscriptions of a LocalStack, and the confirmation of their addresses.

    With `auto_confirm` every address is confirmed immediately, for users who do not want to click.
    """

    def __init__(self, mailbox: Mailbox, clock: Clock, *, auto_confirm: bool) -> None:
        self.mailbox = mailbox
        self._clock = clock
        self._auto_confirm = auto_confirm
        self._lock = threading.RLock()
        self._pending = PendingSubscriptions()
        self._rates = SendingRates()
        self._not_restored: dict[tuple[str, str], SavedSubscription] = {}
        self.on_sent: Callable[[SentMessage], None] | None = None

    def check_limit(self, account: str) -> None:
        """Check whether one more subscription of the account's topics may be pending.

        Raises:
            SubscriptionLimitExceededException: too many are.
        """
        if self._pending.is_full(account):
            raise SubscriptionLimitExceededException("Too many subscriptions wait for confirmation")

    def begin(self, store: SnsStore, subscription: SnsSubscription) -> str:
        """Ask the address of a pending subscription for confirmation; returns its ARN.

        A subscription from a snapshot is restored, without asking again.
        """
        with self._lock:
            topic, address = subscription["TopicArn"], subscription["Endpoint"]
            saved = self._not_restored.pop((topic, address), None)
            if saved is not None:
                self._restore(store, subscription, saved)
                return saved.arn
            self._request_confirmation(store, subscription)
        return subscription["SubscriptionArn"]

    def forget(self, arn: str) -> None:
        """Remove a pending subscription that was confirmed or deleted."""
        with self._lock:
            self._pending.remove(arn)
            self._rates.forget(arn)

    def is_pending(self, arn: str) -> bool:
        """Whether the subscription is pending."""
        return self._pending.get(arn) is not None

    def check_may_unsubscribe(self, arn: str) -> None:
        """Check that the subscription is not pending: only AWS itself removes those.

        Raises:
            InvalidParameterException: it is pending.
        """
        if self.is_pending(arn):
            raise InvalidParameterException(
                "Invalid parameter: SubscriptionArn Reason: the subscription waits for confirmation"
            )

    def remove_expired(self) -> None:
        """Remove subscriptions that were not confirmed in time, and their tokens."""
        with self._lock:
            for arn, pending in self._pending.take_expired(self._clock.now()):
                for _, _, store in sns_stores.iter_stores():
                    store.subscription_tokens.pop(pending.token, None)
                    store.subscriptions.pop(arn, None)

    def notify(
        self, store: SnsStore, subscription: SnsSubscription, subject: str | None, text: str
    ) -> None:
        """Send a published message; above the rate limit, the address must confirm again."""
        arn = subscription["SubscriptionArn"]
        with self._lock:
            if not is_confirmed(subscription):
                return
            if not self._rates.allows(arn, self._clock.now()):
                self._rates.forget(arn)
                subscription["PendingConfirmation"] = "true"
                self._request_confirmation(store, subscription)
                return
        unsubscribe = create_unsubscribe_url(_base(), arn)
        address, topic = subscription["Endpoint"], subscription["TopicArn"]
        now, name = self._clock.now(), str(uuid.uuid4())
        self.mailbox.deliver(
            messages.notification(name, now, address, subject, text, unsubscribe, topic)
        )
        if self.on_sent is not None:
            self.on_sent(SentMessage(subscription["TopicArn"], address, subject or "", text))

    def record_posted(self, topic: str, url: str, subject: str | None, text: str) -> None:
        """Report a message to a URL, in the simulator."""
        if self.on_sent is not None:
            self.on_sent(SentMessage(topic, url, subject or "", text))

    def reset_rates(self) -> None:
        """Reset the sending rates, because time starts again."""
        with self._lock:
            self._rates = SendingRates()

    def to_save(self) -> list[SavedSubscription]:
        """All existing subscriptions, and restored ones whose topics do not exist yet."""
        with self._lock:
            found = [
                self._saved_form(store, subscription)
                for _, _, store in sns_stores.iter_stores()
                for subscription in list(store.subscriptions.values())
                if subscription["Protocol"] in PROTOCOLS
                and subscription["TopicArn"] in store.topics
            ]
            return [*found, *self._not_restored.values()]

    def restore(self, subscriptions: Iterable[SavedSubscription]) -> None:
        """Restore these subscriptions: the first new one of each gets its state."""
        with self._lock:
            self._not_restored |= {
                (entry.topic_arn, entry.endpoint): entry for entry in subscriptions
            }

    def _request_confirmation(self, store: SnsStore, subscription: SnsSubscription) -> None:
        arn, topic = subscription["SubscriptionArn"], subscription["TopicArn"]
        token, now = _token(store, arn), self._clock.now()
        self._pending.add(arn, token, now)
        link = f"{_base()}{CONFIRMATION_PATH}?{urlencode({'TopicArn': topic, 'Token': token})}"
        address, name = subscription["Endpoint"], str(uuid.uuid4())
        self.mailbox.deliver(messages.confirmation(name, now, address, topic, link))
        if self._auto_confirm:
            subscription["PendingConfirmation"] = "false"
            self.forget(arn)

    def _saved_form(self, store: SnsStore, subscription: SnsSubscription) -> SavedSubscription:
        arn = subscription["SubscriptionArn"]
        pending = self._pending.get(arn)
        return SavedSubscription(
            topic_arn=subscription["TopicArn"],
            endpoint=subscription["Endpoint"],
            arn=arn,
            token=_token(store, arn),
            since=pending.since if pending else None,
        )

    def _restore(self, store: SnsStore, made: SnsSubscription, saved: SavedSubscription) -> None:
        """Give the new subscription the ARN, the token and the state of the old one.

        A pending one is confirmed with `auto_confirm`, like a new one.
        """
        store.subscription_tokens.pop(_token(store, made["SubscriptionArn"]))
        store.subscription_tokens[saved.token] = saved.arn
        _rename(store, made, saved.arn)
        if saved.since is None or self._auto_confirm:
            made["PendingConfirmation"] = "false"
        else:
            self._pending.add(saved.arn, saved.token, saved.since)


def _token(store: SnsStore, arn: str) -> str:
    """The newest token of the subscription."""
    tokens = store.subscription_tokens
    return next(token for token in reversed(tokens) if tokens[token] == arn)


def _rename(store: SnsStore, subscription: SnsSubscription, arn: str) -> None:
    old = subscription["SubscriptionArn"]
    subscription["SubscriptionArn"] = arn
    store.subscriptions[arn] = store.subscriptions.pop(old)
    if old in store.subscription_filter_policy:
        store.subscription_filter_policy[arn] = store.subscription_filter_policy.pop(old)
    names: Any = store.topics[subscription["TopicArn"]]["subscriptions"]
    names[names.index(old)] = arn


def _base() -> str:
    return f"http://{localstack_host().host_and_port()}"
