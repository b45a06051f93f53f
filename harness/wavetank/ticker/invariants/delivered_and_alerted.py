"""Ticks are delivered if they succeeded, and alerted if they are missing.

A tick is the minute that a rule was due in, or that the function was invoked for manually.
`minute_counter` says which records belong to a minute, and `custom_handler_completeness` does
for a custom handler.
"""

from wavetank.core.findings import Finding
from wavetank.core.text import pluralize
from wavetank.history import (
    AttemptEnded,
    DestinationReached,
    Event,
    Invoked,
    Outcome,
    RuleFired,
    TickSuppressed,
)
from wavetank.history.events import OK
from wavetank.invariants.history_completeness import HistoryEnd, ProblemCounts, conclude
from wavetank.invariants.interval_set import IntervalSet
from wavetank.ticker.contract import RECORDS_PER_TICK
from wavetank.ticker.invariants.custom_handler_completeness import CustomHandlerCounter
from wavetank.ticker.invariants.minute_counter import MinuteCounter, minute_of


class DeliveredTicks:
    """A tick has its records in S3 once its own invocation, or a later tick's, has succeeded.

    A tick that failed, or that the rule missed, may be delivered by the next.
    """

    key = "delivered-ticks"
    name = "if a tick or a later one succeeds, its records are in S3"

    def __init__(self, *, custom_handler: bool = False) -> None:
        self._minutes = CustomHandlerCounter() if custom_handler else MinuteCounter()
        self._succeeded = IntervalSet()
        self._due = IntervalSet()

    def observe(self, event: Event) -> None:
        self._minutes.observe(event)
        if isinstance(event, RuleFired | Invoked | TickSuppressed):
            self._due.add(minute_of(event.due))
        elif isinstance(event, AttemptEnded) and event.outcome is Outcome.SUCCESS:
            minute = self._minutes.of_request(event.request)
            if minute is not None:
                self._succeeded.add(minute)

    def finding(self, end: HistoryEnd) -> Finding:
        missing = ProblemCounts()
        for first, last in self._succeeded.without(self._minutes.delivered):
            missing.add("succeeded, not delivered", self._minutes.describe(first), last - first + 1)
        for first, last in self._missed().without(self._minutes.delivered):
            missing.add("not made up for", self._minutes.describe(first), last - first + 1)
        ticks = len(self._succeeded)
        return conclude(
            self.name,
            end,
            violations=ProblemCounts(),
            missing=missing,
            doubt="" if ticks else "no tick succeeded",
            passed=f"{pluralize(ticks, 'tick')} succeeded, each with {RECORDS_PER_TICK} records",
        )

    def _missed(self) -> IntervalSet:
        """The ticks that did not succeed, with a later success that could have delivered them."""
        last_success = max((last for _, last in self._succeeded), default=0)
        missed = IntervalSet()
        for first, last in self._due.without(self._succeeded):
            for minute in range(first, min(last, last_success) + 1):
                missed.add(minute)
        return missed


class AlertedMinutes:
    """Every minute without records in S3 has raised an alert.

    An alert is a failure's record that reached its destination; whether the e-mails then came is
    checked by `alert_delivery`. An alerted minute may be delivered later.
    """

    key = "alerted-minutes"
    name = "every missing minute raised an alert"

    def __init__(self, *, custom_handler: bool = False) -> None:
        self._minutes = CustomHandlerCounter() if custom_handler else MinuteCounter()
        self._alerted = IntervalSet()

    def observe(self, event: Event) -> None:
        self._minutes.observe(event)
        if isinstance(event, DestinationReached) and event.outcome == OK:
            minute = self._minutes.of_request(event.request)
            if minute is not None:
                self._alerted.add(minute)

    def finding(self, end: HistoryEnd) -> Finding:
        missing, minutes_missing = ProblemCounts(), 0
        for interval in self._minutes.fired.without(self._minutes.complete):
            minutes_missing += interval[1] - interval[0] + 1
            for first, last in self._alerted.gaps(*interval):
                missing.add("missing unalerted", self._minutes.describe(first), last - first + 1)
        return conclude(
            self.name,
            end,
            violations=ProblemCounts(),
            missing=missing,
            doubt="" if len(self._minutes.fired) else "no tick was fired",
            passed=f"{pluralize(len(self._alerted), 'minute')} alerted, {minutes_missing} of them "
            "missing and the others delivered later",
        )
