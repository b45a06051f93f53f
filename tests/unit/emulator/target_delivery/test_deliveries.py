"""Deliveries that are retried when they are due, by a clock of the test."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.unit.emulator.recorded_log import record_log
from tests.waiting import wait_until_true
from wavetank.core.clock import WallClock
from wavetank.emulator.target_delivery import deliveries as deliveries_module
from wavetank.emulator.target_delivery.deliveries import (
    TargetDeliveries,
    TargetDelivery,
    Undelivered,
)
from wavetank.emulator.target_delivery.failures import FailureCode, TargetError
from wavetank.emulator.target_delivery.function_invoker import FUNCTIONS, EventOrigin
from wavetank.emulator.target_delivery.retry_policy import RetryLimit, TargetRetryPolicy

WAIT_SECONDS = 20.0
START = datetime(2026, 11, 30, tzinfo=UTC)
SOURCE = EventOrigin(arn="source", ids=("1",))


class SetClock(WallClock):
    """A clock that shows what it is set to."""

    time = START

    def now(self) -> datetime:
        return self.time


class Target:
    """Answers with an error until attempt `ends`."""

    def __init__(self, code: FailureCode, ends: int = 1_000) -> None:
        self.code = code
        self.ends = ends
        self.attempts: list[tuple[int, datetime]] = []
        self.undelivered: list[Undelivered] = []

    def delivery(self, clock: SetClock, policy: TargetRetryPolicy) -> TargetDelivery:
        """A delivery to this target."""

        def send(attempt: int) -> None:
            self.attempts.append((attempt, clock.now()))
            if attempt < self.ends:
                raise TargetError(self.code, "on purpose")

        return TargetDelivery(
            key="a",
            target="a",
            send=send,
            give_up=self._give_up,
            policy=policy,
            accepted=clock.now(),
            destination="target",
            source=SOURCE,
        )

    def _give_up(self, undelivered: Undelivered) -> bool:
        self.undelivered.append(undelivered)
        return False


def _run(target: Target, policy: TargetRetryPolicy) -> None:
    """Make every attempt in virtual time."""
    clock = SetClock()
    _run_all(TargetDeliveries(clock, has_thread=False), clock, target.delivery(clock, policy))


def _run_all(deliveries: TargetDeliveries, clock: SetClock, *begun: TargetDelivery) -> None:
    for delivery in begun:
        deliveries.begin(delivery)
    while (due := deliveries.next_due()) is not None:
        clock.time = due
        deliveries.run_due()


def test_an_event_is_retried_until_it_is_delivered() -> None:
    """Each attempt has its number, and comes later than the one before."""
    target = Target(FailureCode.THROTTLING, ends=4)
    _run(target, TargetRetryPolicy())
    numbers, times = zip(*target.attempts, strict=True)
    assert numbers == (1, 2, 3, 4)
    assert list(times) == sorted(set(times))
    assert target.undelivered == []


@pytest.mark.parametrize(
    ("policy", "limit", "retries"),
    [
        (TargetRetryPolicy(retries_max=2), RetryLimit.RETRIES, 2),
        (TargetRetryPolicy(retries_max=0), RetryLimit.RETRIES, 0),
        (TargetRetryPolicy(age_max=timedelta(seconds=60)), RetryLimit.AGE, None),
    ],
)
def test_an_exhausted_policy_gives_up_once(
    policy: TargetRetryPolicy, limit: RetryLimit, retries: int | None
) -> None:
    """With the limit that was reached, and the retries that were made."""
    target = Target(FailureCode.ERROR_FROM_TARGET)
    _run(target, policy)
    (found,) = target.undelivered
    assert found.limit is limit
    assert found.retries == len(target.attempts) - 1
    assert retries is None or found.retries == retries
    assert target.attempts[-1][1] - START <= policy.age_max


SOON, LATE = timedelta(seconds=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("destination", "delays"),
    [
        ("arn:aws:lambda:eu-west-1:000000000000:function:f", [timedelta(), SOON, LATE]),
        ("arn:aws:lambda:eu-west-1:000000000000:function:f", [LATE]),
        ("arn:aws:sqs:eu-west-1:000000000000:f", [timedelta()]),
    ],
)
def test_a_delayed_event_is_retried_and_given_up_as_any_other(
    monkeypatch: pytest.MonkeyPatch, destination: str, delays: list[timedelta]
) -> None:
    """A fault delays or repeats what is for a function, and decides once for each event."""
    clock, target = SetClock(), Target(FailureCode.THROTTLING)
    asked: list[EventOrigin] = []

    def delays_of(source: EventOrigin) -> list[timedelta]:
        asked.append(source)
        return delays

    monkeypatch.setattr(FUNCTIONS, "delays", delays_of)
    deliveries = TargetDeliveries(clock, has_thread=False)
    delivery = target.delivery(clock, TargetRetryPolicy(retries_max=2))
    _run_all(deliveries, clock, replace(delivery, destination=destination))
    assert [time - START for attempt, time in target.attempts if attempt == 1] == delays
    assert [each.retries for each in target.undelivered] == [2] * len(delays)
    assert asked == [SOURCE] * (":lambda:" in destination)


def test_a_missing_permission_is_not_retried() -> None:
    """It goes to the dead-letter queue at once, with no limit."""
    target = Target(FailureCode.NO_PERMISSIONS)
    _run(target, TargetRetryPolicy())
    (found,) = target.undelivered
    assert (found.retries, found.limit, len(target.attempts)) == (0, None, 1)


def test_retries_can_be_dropped() -> None:
    """As when a simulation begins anew."""
    clock = SetClock()
    deliveries = TargetDeliveries(clock, has_thread=False)
    deliveries.begin(Target(FailureCode.TIMEOUT).delivery(clock, TargetRetryPolicy()))
    assert deliveries.next_due() is not None
    deliveries.drop_all()
    assert deliveries.next_due() is None


def test_the_queue_may_refuse_what_could_not_be_delivered() -> None:
    """The event is then dropped, as on AWS; an observer gets how the queue took it, if any."""
    clock = SetClock()
    target = Target(FailureCode.NO_RESOURCE)

    def refuse(_: Undelivered) -> bool:
        raise TargetError(FailureCode.NO_PERMISSIONS, "on purpose")

    delivery = target.delivery(clock, TargetRetryPolicy())
    deliveries, outcomes = TargetDeliveries(clock, has_thread=False), list[str]()
    deliveries.on_given_up = lambda _, __, outcome: outcomes.append(outcome)
    deliveries.begin(replace(delivery, give_up=refuse))
    deliveries.begin(replace(delivery, give_up=lambda _: True))
    deliveries.begin(delivery)
    assert len(target.attempts) == 3
    assert outcomes == [FailureCode.NO_PERMISSIONS, "ok", ""]


def test_a_slow_target_does_not_delay_another() -> None:
    """Live, retries of several targets are made at the same time, those of one in order."""
    clock = SetClock()
    deliveries = TargetDeliveries(clock, has_thread=True)
    other_done, made = threading.Event(), list[str]()

    def delivery(target: str, number: int) -> TargetDelivery:
        def send(attempt: int) -> None:
            if attempt == 1:
                raise TargetError(FailureCode.THROTTLING, "on purpose")
            if target == "slow" and number == 0:
                assert other_done.wait(WAIT_SECONDS)
            made.append(f"{target} {number}")
            if target == "other":
                other_done.set()

        return TargetDelivery(
            key=f"{target} {number}",
            target=target,
            send=send,
            give_up=lambda _: False,
            policy=TargetRetryPolicy(),
            accepted=clock.now(),
            destination=target,
            source=SOURCE,
        )

    for target, number in (("slow", 0), ("slow", 1), ("slow", 2), ("other", 0)):
        deliveries.begin(delivery(target, number))
        clock.time += timedelta(seconds=1)
    clock.time += timedelta(minutes=1)
    wait_until_true(lambda: len(made) == 4, "all retries")
    assert made == ["other 0", "slow 0", "slow 1", "slow 2"]


class AtOncePolicy(TargetRetryPolicy):
    """Retries without a delay."""

    def after_failure(self, _: datetime, now: datetime, *__: object) -> datetime:
        return now


class OrderedTarget:
    """Refuses the first attempt at each key of `retried`, and every one of `refused`."""

    def __init__(self, retried: str = "", refused: str = "") -> None:
        self.retried, self.refused = set(retried), refused
        self.delivered = ""
        self.dead = ""

    def delivery(self, clock: SetClock, key: str, group: str | None) -> TargetDelivery:
        """A delivery of that group to this target."""

        def send(_: int) -> None:
            if key in self.refused:
                raise TargetError(FailureCode.NO_PERMISSIONS, "on purpose")
            if key in self.retried:
                self.retried.remove(key)
                raise TargetError(FailureCode.THROTTLING, "on purpose")
            self.delivered += key

        def give_up(_: Undelivered) -> bool:
            self.dead += key
            return True

        return TargetDelivery(
            key=key,
            target="a",
            send=send,
            give_up=give_up,
            policy=TargetRetryPolicy(),
            accepted=clock.now(),
            destination="target",
            source=SOURCE,
            group=group,
        )


@pytest.mark.parametrize(
    ("groups", "target", "at_once", "delivered", "dead"),
    [
        ("xxx", OrderedTarget(retried="1"), "", "123", ""),
        ("xxx", OrderedTarget(retried="12"), "", "123", ""),
        ("xyx", OrderedTarget(retried="1"), "2", "213", ""),
        ("xxx", OrderedTarget(retried="2"), "1", "123", ""),
        ("xxx", OrderedTarget(retried="1", refused="2"), "", "13", "2"),
        ("xxx", OrderedTarget(refused="12"), "3", "3", "12"),
        ("---", OrderedTarget(retried="1"), "23", "231", ""),
    ],
)
def test_a_group_keeps_its_order(
    groups: str, target: OrderedTarget, at_once: str, delivered: str, dead: str
) -> None:
    """Later deliveries wait for one that is retried, and follow one that has failed for good."""
    clock = SetClock()
    deliveries = TargetDeliveries(clock, has_thread=False)
    for key, group in zip("123", groups, strict=True):
        deliveries.begin(target.delivery(clock, key, None if group == "-" else group))
    assert target.delivered == at_once
    while (due := deliveries.next_due()) is not None:
        clock.time = due
        deliveries.run_due()
    assert (target.delivered, target.dead) == (delivered, dead)
    deliveries.begin(target.delivery(clock, "4", "x"))
    assert target.delivered.endswith("4")


def test_a_group_keeps_its_order_with_threads() -> None:
    """Live, retries and new deliveries are made by different threads."""
    clock, target = WallClock(), OrderedTarget(retried="abcdefghij")
    deliveries = TargetDeliveries(clock, has_thread=True)
    for key in "abcdefghij":
        delivery = target.delivery(SetClock(), key, "x")
        deliveries.begin(replace(delivery, policy=AtOncePolicy()))
    wait_until_true(lambda: len(target.delivered) == 10, "all deliveries")
    assert target.delivered == "abcdefghij"


def test_dropped_deliveries_hold_up_no_others() -> None:
    """A simulation begins anew while a group waits for a retry."""
    clock, target = SetClock(), OrderedTarget(retried="1")
    deliveries = TargetDeliveries(clock, has_thread=False)
    for key in "12":
        deliveries.begin(target.delivery(clock, key, "x"))
    deliveries.drop_all()
    deliveries.begin(target.delivery(clock, "3", "x"))
    assert target.delivered == "3"


def test_lost_retries_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are only in memory; a stop without any says nothing."""
    log, clock = record_log(monkeypatch, deliveries_module), SetClock()
    deliveries = TargetDeliveries(clock, has_thread=False)
    deliveries.report_lost("EventBridge")
    assert log.records == []
    deliveries.begin(Target(FailureCode.TIMEOUT).delivery(clock, TargetRetryPolicy()))
    deliveries.report_lost("EventBridge")
    assert "EventBridge: 1 waiting for an attempt are lost" in log.text
    for key in "123":
        deliveries.begin(OrderedTarget(retried="1").delivery(clock, key, "x"))
    deliveries.report_lost("SNS")
    assert "SNS: 4 waiting for an attempt are lost" in log.text


def test_a_retry_has_the_cause_of_the_event() -> None:
    """A simulation binds the attempts when the event comes, which may be long before."""
    clock, target = SetClock(), Target(FailureCode.THROTTLING, ends=2)
    deliveries = TargetDeliveries(clock, has_thread=False)
    causes, current = [], ["handler"]

    def with_current_cause[**P, T](action: Callable[P, T]) -> Callable[P, T]:
        cause = current[0]

        def run(*arguments: P.args, **named: P.kwargs) -> T:
            causes.append(cause)
            return action(*arguments, **named)

        return run

    deliveries.with_current_cause = with_current_cause
    deliveries.begin(target.delivery(clock, TargetRetryPolicy()))
    current[0] = "none"
    clock.time = START + timedelta(days=1)
    deliveries.run_due()
    assert causes == ["handler", "handler"]
