"""The ticks as wholes: delivered where they succeeded, alerted where they are missing.

A tick is the minute that a rule was due in, or that somebody invoked the function for. How records
are told to be a minute's is for `tally`, and for `own_tally` where somebody's own script makes
them.
"""

from wavetank.core.findings import Finding
from wavetank.core.text import counted
from wavetank.core.ticker import RECORDS_PER_TICK
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
from wavetank.invariants.completeness import Flaws, HistoryEnd, conclude
from wavetank.invariants.interval_set import Spans
from wavetank.invariants.ticker.custom_handler_completeness import OwnTally
from wavetank.invariants.ticker.tick_completeness import MinuteCounter, minute_of


class DeliveredTicks:
    """A tick has its records in S3 once its own invocation, or a later tick's, has succeeded.

    Whoever put them there: a tick that failed, or that the rule missed, is made good by the next.
    """

    key = "delivered-ticks"
    name = "a tick is delivered once it, or a later one, has succeeded"

    def __init__(self, *, own_handler: bool = False) -> None:
        self._minutes = OwnTally() if own_handler else MinuteCounter()
        self._succeeded = Spans()
        self._due = Spans()

    def observe(self, event: Event) -> None:
        self._minutes.observe(event)
        if isinstance(event, RuleFired | Invoked | TickSuppressed):
            self._due.add(minute_of(event.due))
        elif isinstance(event, AttemptEnded) and event.outcome is Outcome.SUCCESS:
            minute = self._minutes.of_request(event.request)
            if minute is not None:
                self._succeeded.add(minute)

    def finding(self, ending: HistoryEnd) -> Finding:
        absent = Flaws()
        for first, last in self._succeeded.without(self._minutes.delivered):
            absent.add("succeeded, not delivered", self._minutes.shown(first), last - first + 1)
        for first, last in self._missed().without(self._minutes.delivered):
            absent.add("not made good", self._minutes.shown(first), last - first + 1)
        ticks = len(self._succeeded)
        return conclude(
            self.name,
            ending,
            wrong=Flaws(),
            absent=absent,
            doubt="" if ticks else "no tick succeeded",
            holds=f"{counted(ticks, 'tick')} succeeded, each with {RECORDS_PER_TICK} records",
        )

    def _missed(self) -> Spans:
        """The ticks that did not succeed, and that one after them could have made good."""
        last_success = max((last for _, last in self._succeeded), default=0)
        missed = Spans()
        for first, last in self._due.without(self._succeeded):
            for minute in range(first, min(last, last_success) + 1):
                missed.add(minute)
        return missed


class AlertedMinutes:
    """Who was not alerted can rely on every minute being there.

    An alert is a failure's record that reached its destination; whether the e-mails then came is
    for `notices`. A minute that was alerted may be made good later.
    """

    key = "alerted-minutes"
    name = "a minute that is missing raised an alert"

    def __init__(self, *, own_handler: bool = False) -> None:
        self._minutes = OwnTally() if own_handler else MinuteCounter()
        self._alerted = Spans()

    def observe(self, event: Event) -> None:
        self._minutes.observe(event)
        if isinstance(event, DestinationReached) and event.outcome == OK:
            minute = self._minutes.of_request(event.request)
            if minute is not None:
                self._alerted.add(minute)

    def finding(self, ending: HistoryEnd) -> Finding:
        absent, missing = Flaws(), 0
        for stretch in self._minutes.fired.without(self._minutes.complete):
            missing += stretch[1] - stretch[0] + 1
            for first, last in self._alerted.gaps(*stretch):
                absent.add("missing unalerted", self._minutes.shown(first), last - first + 1)
        return conclude(
            self.name,
            ending,
            wrong=Flaws(),
            absent=absent,
            doubt="" if len(self._minutes.fired) else "no tick was fired",
            holds=f"{counted(len(self._alerted), 'minute')} alerted, {missing} of them missing "
            "and the others made good",
        )
