"""No request fails in silence: it succeeds, or it is discarded and its destination gets a record.

Every request counts, also those of the notification function: if it is discarded and has no
destination itself, nothing reports that failure. A synchronous caller is informed by the response.
Memory is used only for requests that have not ended.
"""

from dataclasses import dataclass

from wavetank.core.clock import rfc3339
from wavetank.core.findings import Finding
from wavetank.core.text import pluralize
from wavetank.history import (
    AttemptBegan,
    AttemptEnded,
    DestinationReached,
    Event,
    Invoked,
    Outcome,
    RequestDiscarded,
    RuleFired,
    RunBegan,
    Trigger,
)
from wavetank.history.events import OK
from wavetank.invariants.applicability import FUNCTION, is_deployed
from wavetank.invariants.history_completeness import HistoryEnd, ProblemCounts, conclude

WAITING = frozenset({Trigger.DELIVERY_STREAM, Trigger.HTTP, Trigger.QUEUE, Trigger.STREAM})
"""Triggers whose caller or service waits for the result itself, and so learns of a failure."""


@dataclass
class _Pending:
    """What a request still has to do. It has a count, since a duplicate can have the same id."""

    example: str
    count: int = 0


class NoSilentFailure:
    """Each request succeeds, or its failure reaches a failure destination."""

    key = "no-silent-failure"
    name = "every request that fails for good reaches a failure destination"

    def __init__(self) -> None:
        self._open: dict[str, _Pending] = {}
        self._unreported: dict[str, _Pending] = {}
        self._synchronous: set[str] = set()
        self._requests = 0
        self._given_up = 0
        self._answered = 0
        self._is_applicable = True

    def observe(self, event: Event) -> None:
        match event:
            case RunBegan():
                self._is_applicable = is_deployed(FUNCTION, event)
            case Invoked(synchronous=True):
                self._synchronous.add(event.request)
            case RuleFired() | Invoked():
                self._begin(event.request, event)
            case AttemptEnded() if event.request in self._synchronous:
                self._answered += event.outcome is not Outcome.SUCCESS
                self._synchronous.discard(event.request)
                _decrement(self._open, event.request)
            case AttemptBegan() if event.trigger in WAITING:
                self._synchronous.add(event.request)
                self._begin(event.request, event)
            case AttemptBegan(attempt=1) if event.trigger is not Trigger.SCHEDULE:
                self._begin(event.request, event)
            case AttemptEnded(outcome=Outcome.SUCCESS):
                _decrement(self._open, event.request)
            case RequestDiscarded():
                self._given_up += 1
                _decrement(self._open, event.request)
                example = (
                    f"{event.request} of {event.function}, given up at {rfc3339(event.at)} "
                    f"after {pluralize(event.attempts, 'attempt')}"
                )
                _increment(self._unreported, event.request, example)
            case DestinationReached(outcome=outcome) if outcome == OK:
                _decrement(self._unreported, event.request)

    def finding(self, end: HistoryEnd) -> Finding | None:
        if not (self._is_applicable or self._requests):
            return None
        missing = ProblemCounts()
        for kind, pending in (
            ("neither succeeded nor given up", self._open),
            ("given up without a destination reached", self._unreported),
        ):
            for entry in pending.values():
                missing.add(kind, entry.example, entry.count)
        ended = self._requests - self._given_up - self._answered
        answered = f", {self._answered} failed and answered" if self._answered else ""
        return conclude(
            self.name,
            end,
            violations=ProblemCounts(),
            missing=missing,
            doubt="" if self._requests else "no request was seen",
            passed=f"{pluralize(self._requests, 'request')}: {ended} succeeded, "
            f"{self._given_up} given up and reported{answered}",
        )

    def _begin(self, request: str, event: Event) -> None:
        if isinstance(event, AttemptBegan) and request in self._open:
            return  # the same first attempt again, after it was throttled
        self._requests += 1
        _increment(self._open, request, f"{request}, begun at {rfc3339(event.at)}")


def _increment(pending: dict[str, _Pending], request: str, example: str) -> None:
    pending.setdefault(request, _Pending(example)).count += 1


def _decrement(pending: dict[str, _Pending], request: str) -> None:
    entry = pending.get(request)
    if entry:
        entry.count -= 1
        if not entry.count:
            del pending[request]
