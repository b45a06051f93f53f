"""Asks an address before it gets a topic's messages, and takes its answer.

The subscriptions are LocalStack's own, in its store; what it does not keep is in `subscriptions`.
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
    KeptSubscription,
    PendingSubscriptions,
    SendingRates,
)

PROTOCOLS = frozenset({"email", "email-json"})
CONFIRMATION_PATH = "/_wavetank/confirmation"


def is_confirmed(subscription: SnsSubscription) -> bool:
    """Whether it gets what is published."""
    return subscription["PendingConfirmation"] == "false"


def is_token_unanswered(token: str) -> bool:
    """Whether there is a subscription with the token, and it has not confirmed."""
    for _, _, store in sns_stores.iter_stores():
        found = store.subscriptions.get(store.subscription_tokens.get(token, ""))
        if found is not None:
            return not is_confirmed(found)
    return False


def confirmed_subscriptions(topics: Collection[str]) -> list[str]:
    """The addresses that have confirmed a subscription of one of the topics, by ARN."""
    return [
        str(entry["Endpoint"])
        for _, _, store in sns_stores.iter_stores()
        for entry in list(store.subscriptions.values())
        if entry["TopicArn"] in topics and is_confirmed(entry) and entry["Protocol"] in PROTOCOLS
    ]


def set_confirmed(arn: str, *, confirmed: bool) -> None:
    """The subscription of the ARN has confirmed, or has not, whatever it was before.

    Raises:
        LookupError: there is no such subscription.
    """
    for _, _, store in sns_stores.iter_stores():
        found = store.subscriptions.get(arn)
        if found is not None:
            found["PendingConfirmation"] = "false" if confirmed else "true"
            return
    raise LookupError(f"there is no subscription {arn}")


@dataclass(frozen=True)
class SentMessage:
    """What was published, to one address."""

    topic: str
    address: str
    subject: str
    text: str


class Confirmations:
    """The e-mail subscriptions of this LocalStack.

    Where `at_once`, every address is taken to have said yes: for those who do not want to click.
    """

    def __init__(self, mailbox: Mailbox, clock: Clock, *, at_once: bool) -> None:
        self.mailbox = mailbox
        self._clock = clock
        self._at_once = at_once
        self._lock = threading.RLock()
        self._pending = PendingSubscriptions()
        self._rates = SendingRates()
        self._kept: dict[tuple[str, str], KeptSubscription] = {}
        self.on_sent: Callable[[SentMessage], None] | None = None

    def check_limit(self) -> None:
        """Whether one more may wait.

        Raises:
            SubscriptionLimitExceededException: too many do.
        """
        if self._pending.is_full():
            raise SubscriptionLimitExceededException("Too many subscriptions wait for confirmation")

    def begin(self, store: SnsStore, subscription: SnsSubscription) -> str:
        """Asks the address of a subscription that waits; returns its ARN.

        One that a snapshot knows is as it was, and nobody is asked again.
        """
        with self._lock:
            topic, address = subscription["TopicArn"], subscription["Endpoint"]
            kept = self._kept.pop((topic, address), None)
            if kept is not None:
                self._restore(store, subscription, kept)
                return kept.arn
            self._ask(store, subscription)
        return subscription["SubscriptionArn"]

    def end(self, arn: str) -> None:
        """The subscription was confirmed, or is no more."""
        with self._lock:
            self._pending.remove(arn)
            self._rates.forget(arn)

    def waits(self, arn: str) -> bool:
        """Whether the subscription waits for its confirmation."""
        return self._pending.get(arn) is not None

    def check_may_end(self, arn: str) -> None:
        """Only AWS itself removes what waits.

        Raises:
            InvalidParameterException: it waits.
        """
        if self.waits(arn):
            raise InvalidParameterException(
                "Invalid parameter: SubscriptionArn Reason: the subscription waits for confirmation"
            )

    def remove_expired(self) -> None:
        """Removes those that nobody confirmed in time, and their tokens."""
        with self._lock:
            for arn, pending in self._pending.take_expired(self._clock.now()):
                for _, _, store in sns_stores.iter_stores():
                    store.subscription_tokens.pop(pending.token, None)
                    store.subscriptions.pop(arn, None)

    def notify(
        self, store: SnsStore, subscription: SnsSubscription, subject: str | None, text: str
    ) -> None:
        """Sends what was published; too much in a second, and the address is asked again."""
        arn = subscription["SubscriptionArn"]
        with self._lock:
            if not is_confirmed(subscription):
                return
            if not self._rates.allows(arn, self._clock.now()):
                self._rates.forget(arn)
                subscription["PendingConfirmation"] = "true"
                self._ask(store, subscription)
                return
        unsubscribe = create_unsubscribe_url(_base(), arn)
        address, now = subscription["Endpoint"], self._clock.now()
        name = str(uuid.uuid4())
        self.mailbox.deliver(messages.notification(name, now, address, subject, text, unsubscribe))
        if self.on_sent is not None:
            self.on_sent(SentMessage(subscription["TopicArn"], address, subject or "", text))

    def forget_sendings(self) -> None:
        """Nothing counts as sent lately: time starts anew."""
        with self._lock:
            self._rates = SendingRates()

    def kept(self) -> list[KeptSubscription]:
        """All subscriptions that there are, and those of topics that are not made again yet."""
        with self._lock:
            found = [
                self._keepable(store, subscription)
                for _, _, store in sns_stores.iter_stores()
                for subscription in list(store.subscriptions.values())
                if subscription["Protocol"] in PROTOCOLS
                and subscription["TopicArn"] in store.topics
            ]
            return [*found, *self._kept.values()]

    def take_up(self, subscriptions: Iterable[KeptSubscription]) -> None:
        """Knows them from now on: the first subscription of each is as it was."""
        with self._lock:
            self._kept |= {(entry.topic_arn, entry.endpoint): entry for entry in subscriptions}

    def _ask(self, store: SnsStore, subscription: SnsSubscription) -> None:
        arn, topic = subscription["SubscriptionArn"], subscription["TopicArn"]
        token, now = _token(store, arn), self._clock.now()
        self._pending.add(arn, token, now)
        link = f"{_base()}{CONFIRMATION_PATH}?{urlencode({'TopicArn': topic, 'Token': token})}"
        address, name = subscription["Endpoint"], str(uuid.uuid4())
        self.mailbox.deliver(messages.confirmation(name, now, address, topic, link))
        if self._at_once:
            subscription["PendingConfirmation"] = "false"
            self.end(arn)

    def _keepable(self, store: SnsStore, subscription: SnsSubscription) -> KeptSubscription:
        arn = subscription["SubscriptionArn"]
        pending = self._pending.get(arn)
        return KeptSubscription(
            topic_arn=subscription["TopicArn"],
            endpoint=subscription["Endpoint"],
            arn=arn,
            token=_token(store, arn),
            since=pending.since if pending else None,
        )

    def _restore(self, store: SnsStore, made: SnsSubscription, kept: KeptSubscription) -> None:
        """Gives the new subscription the name, the token and the state of the old one.

        One that waited is confirmed where all are, as one that is made now would be.
        """
        store.subscription_tokens.pop(_token(store, made["SubscriptionArn"]))
        store.subscription_tokens[kept.token] = kept.arn
        _rename(store, made, kept.arn)
        if kept.since is None or self._at_once:
            made["PendingConfirmation"] = "false"
        else:
            self._pending.add(kept.arn, kept.token, kept.since)


def _token(store: SnsStore, arn: str) -> str:
    """The newest that the subscription has."""
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
