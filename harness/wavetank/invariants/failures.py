"""No request ends in silence: it succeeds, or it is given up and its destination is told.

Every request counts, those of the failure's own messenger too: where the function behind the
destination is given up and has no destination itself, nobody is told any more. Who waits for the
answer is told by it. Memory is for the requests that are not concluded.
"""

from dataclasses import dataclass

from wavetank.core.clock import rfc3339
from wavetank.core.findings import Finding
from wavetank.core.text import counted
from wavetank.history import (
    AttemptBegan,
    AttemptEnded,
    DestinationReached,
    Event,
    GivenUp,
    Invoked,
    Outcome,
    RuleFired,
    Trigger,
)
from wavetank.history.events import OK
from wavetank.invariants.completeness import Flaws, HistoryEnd, conclude


@dataclass
class _Pending:
    """What is still to come of a request; it counts, as a duplicate may have the same id."""

    example: str
    count: int = 0


class NoSilentFailure:
    """Follows each request from its beginning to its success or its destination."""

    key = "no-silent-failure"
    name = "no request fails in silence"

    def __init__(self) -> None:
        self._open: dict[str, _Pending] = {}
        self._untold: dict[str, _Pending] = {}
        self._waited_for: set[str] = set()
        self._requests = 0
        self._given_up = 0
        self._answered = 0

    def observe(self, event: Event) -> None:
        match event:
            case Invoked(waits=True):
                self._waited_for.add(event.request)
            case RuleFired() | Invoked():
                self._begin(event.request, event)
            case AttemptEnded() if event.request in self._waited_for:
                self._answered += event.outcome is not Outcome.SUCCESS
                self._waited_for.discard(event.request)
                _less(self._open, event.request)
            case AttemptBegan(attempt=1) if event.trigger is not Trigger.SCHEDULE:
                self._begin(event.request, event)
            case AttemptEnded(outcome=Outcome.SUCCESS):
                _less(self._open, event.request)
            case GivenUp():
                self._given_up += 1
                _less(self._open, event.request)
                example = (
                    f"{event.request} of {event.function}, given up at {rfc3339(event.at)} "
                    f"after {counted(event.attempts, 'attempt')}"
                )
                _more(self._untold, event.request, example)
            case DestinationReached(outcome=outcome) if outcome == OK:
                _less(self._untold, event.request)

    def finding(self, ending: HistoryEnd) -> Finding:
        absent = Flaws()
        for kind, pending in (
            ("neither succeeded nor given up", self._open),
            ("given up without a destination reached", self._untold),
        ):
            for entry in pending.values():
                absent.add(kind, entry.example, entry.count)
        ended = self._requests - self._given_up - self._answered
        answered = f", {self._answered} failed and answered" if self._answered else ""
        return conclude(
            self.name,
            ending,
            wrong=Flaws(),
            absent=absent,
            doubt="" if self._requests else "no request was seen",
            holds=f"{counted(self._requests, 'request')}: {ended} succeeded, "
            f"{self._given_up} given up and reported{answered}",
        )

    def _begin(self, request: str, event: Event) -> None:
        if isinstance(event, AttemptBegan) and request in self._open:
            return  # the same first attempt, after it was throttled
        self._requests += 1
        _more(self._open, request, f"{request}, begun at {rfc3339(event.at)}")


def _more(pending: dict[str, _Pending], request: str, example: str) -> None:
    pending.setdefault(request, _Pending(example)).count += 1


def _less(pending: dict[str, _Pending], request: str) -> None:
    entry = pending.get(request)
    if entry:
        entry.count -= 1
        if not entry.count:
            del pending[request]
