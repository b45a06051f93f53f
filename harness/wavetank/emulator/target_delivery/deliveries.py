"""Makes the attempts of deliveries: the first at once, retries when they are due.

`run_due` makes one round at a given instant, in order; the simulator calls it in virtual time.
Live, a thread gives what is due to a few workers. Deliveries are only in memory: those that wait
when LocalStack stops are lost, and counted in the log.
"""

import heapq
import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Protocol

from wavetank.core.clock import Clock
from wavetank.core.resource_name import service_of
from wavetank.emulator.target_delivery.failures import TargetFailure, describe_failure
from wavetank.emulator.target_delivery.function_invoker import FUNCTIONS, EventOrigin
from wavetank.emulator.target_delivery.ordered_groups import OrderedGroups
from wavetank.emulator.target_delivery.retry_policy import (
    DeliveryRetryPolicy,
    RetryLimit,
    jitter_of,
)
from wavetank.emulator.target_delivery.workers import TargetWorkers
from wavetank.history.event import OK

LOG = logging.getLogger(__name__)
POLL_SECONDS = 0.5
"""The longest wait: a test may move the clock, and nothing notifies the thread of that."""


@dataclass(frozen=True)
class Undelivered:
    """A delivery that failed for good: its last failure, its retries, and the limit reached.

    `limit` is None if the failure was not one that is retried.
    """

    failure: TargetFailure
    retries: int
    limit: RetryLimit | None


@dataclass(frozen=True, kw_only=True)
class TargetDelivery:
    """An event on its way to one target of a rule or schedule.

    `send` makes the attempt of that number, from 1, and raises if the target refuses it. `give_up`
    is called once, when no attempt is left, and returns whether a dead-letter queue has the event.
    `key` identifies the delivery, and `target` what it is for: retries for one target are made one
    after the other. Of the same `group`, a delivery waits until the earlier ones are done.
    `destination` is the target's ARN, and `source` what the event comes from.
    """

    key: str
    target: str
    send: Callable[[int], object]
    give_up: Callable[[Undelivered], bool]
    policy: DeliveryRetryPolicy
    accepted: datetime
    destination: str
    source: EventOrigin
    group: str | None = None
    retries: int = 0


type OnGivenUp = Callable[[TargetDelivery, Undelivered, str], None]
"""Gets how the dead-letter queue took the event: OK, an error code, or empty without a queue."""


class WithCurrentCause(Protocol):
    """Returns the action so that it counts, whenever it is run, as caused by the same as now."""

    def __call__[**P, T](self, action: Callable[P, T]) -> Callable[P, T]: ...


@dataclass(frozen=True, order=True)
class _Retry:
    due: datetime
    number: int
    delivery: TargetDelivery = field(compare=False)


class TargetDeliveries:
    """The deliveries of one service that wait for their next attempt."""

    def __init__(self, clock: Clock, *, has_thread: bool) -> None:
        self._clock = clock
        self._has_thread = has_thread
        self._waiting: list[_Retry] = []
        self._groups = OrderedGroups[TargetDelivery]()
        self._numbers = count()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._workers = TargetWorkers(self._attempt)
        self.on_given_up: OnGivenUp | None = None
        self.with_current_cause: WithCurrentCause | None = None
        """By which a simulation knows in a retry what caused the event."""

    def begin(self, delivery: TargetDelivery) -> None:
        """Make the first attempt now, or as soon as the earlier ones of its group are done.

        Faults may delay and repeat what is for a function; each of these is a delivery of its own.
        """
        if bind := self.with_current_cause:
            delivery = replace(delivery, send=bind(delivery.send), give_up=bind(delivery.give_up))
        for delay in _delays(delivery):
            if not self._groups.enter(delivery):
                continue
            if delay:
                self._wait(self._clock.now() + delay, delivery)
            else:
                self._attempt(delivery)

    def next_due(self) -> datetime | None:
        """When the next attempt is due; None if there is none."""
        with self._changed:
            return self._waiting[0].due if self._waiting else None

    def run_due(self) -> None:
        """Make every attempt that is due now."""
        for delivery in self._take_due(self._clock.now()):
            self._attempt(delivery)

    def drop_all(self) -> None:
        """Forget all deliveries."""
        with self._changed:
            self._waiting.clear()
        self._groups.drop_all()
        self._workers.drop_all()

    def report_lost(self, service: str) -> None:
        """Log how many deliveries are lost because LocalStack stops, if there are any."""
        with self._changed:
            waiting = [retry.delivery.target for retry in self._waiting]
        if lost := len(waiting) + self._workers.waiting + self._groups.waiting:
            targets = ", ".join(sorted(set(waiting)))
            message = "%s: %d waiting for an attempt are lost, as they are not saved: %s"
            LOG.warning(message, service, lost, targets)

    def _take_due(self, now: datetime) -> list[TargetDelivery]:
        with self._changed:
            due = []
            while self._waiting and self._waiting[0].due <= now:
                due.append(heapq.heappop(self._waiting).delivery)
            return due

    def _attempt(self, delivery: TargetDelivery) -> None:
        """Attempt the delivery, and if it is done those of its group that waited for it."""
        following: TargetDelivery | None = delivery
        while following is not None and self._is_done_after_attempt(following):
            following = self._groups.leave(following)

    def _is_done_after_attempt(self, delivery: TargetDelivery) -> bool:
        """Attempt the delivery; returns whether it is delivered, or has failed for good."""
        try:
            delivery.send(delivery.retries + 1)
        except Exception as error:  # noqa: BLE001 - whatever the target says decides about a retry
            return self._has_failed_for_good(delivery, describe_failure(error))
        return True

    def _has_failed_for_good(self, delivery: TargetDelivery, failure: TargetFailure) -> bool:
        """Whether the delivery is given up; it waits for its retry otherwise."""
        retries = delivery.retries
        decision = self._decide(delivery) if failure.is_retried or _is_last(delivery) else None
        if isinstance(decision, datetime):
            self._wait(decision, replace(delivery, retries=retries + 1))
            return False
        self._give_up(delivery, Undelivered(failure, retries, decision))
        return True

    def _decide(self, delivery: TargetDelivery) -> datetime | RetryLimit:
        retries = delivery.retries
        return delivery.policy.after_failure(
            delivery.accepted, self._clock.now(), retries, jitter_of(delivery.key, retries)
        )

    def _wait(self, due: datetime, delivery: TargetDelivery) -> None:
        with self._changed:
            heapq.heappush(self._waiting, _Retry(due, next(self._numbers), delivery))
            self._changed.notify()
            if self._has_thread and self._thread is None:
                self._thread = threading.Thread(target=self._run, name="target-retries")
                self._thread.daemon = True
                self._thread.start()

    def _give_up(self, delivery: TargetDelivery, undelivered: Undelivered) -> None:
        failure = undelivered.failure
        LOG.warning("%s is not delivered: %s: %s", delivery.key, failure.code, failure.message)
        outcome = ""
        try:
            if delivery.give_up(undelivered):
                outcome = OK
        except Exception as error:  # noqa: BLE001 - AWS drops the event too
            LOG.warning("%s: the dead-letter queue refused it: %s", delivery.key, error)
            outcome = describe_failure(error).service_code
        if self.on_given_up is not None:
            self.on_given_up(delivery, undelivered, outcome)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait(POLL_SECONDS if self._waiting else None)
            for delivery in self._take_due(self._clock.now()):
                self._workers.submit(delivery.target, delivery)


def _delays(delivery: TargetDelivery) -> Iterable[timedelta]:
    is_for_function = service_of(delivery.destination) == "lambda"
    return FUNCTIONS.delays(delivery.source) if is_for_function else [timedelta()]


def _is_last(delivery: TargetDelivery) -> bool:
    """Whether the policy allows no other attempt, whatever the failure."""
    return delivery.retries >= delivery.policy.retries_max
