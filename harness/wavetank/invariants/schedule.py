"""Every due instant of every rule fired, or a later invocation made up for a suppressed one.

Due are the instants after the start of the run, up to and including its `until`. Whether a later
invocation made the same data is not checked here, only that the rule's target succeeded for a later
instant. Firing twice is allowed: EventBridge promises at least once.
"""

from collections import deque
from collections.abc import Iterator
from datetime import datetime

from wavetank.core.clock import rfc3339
from wavetank.core.findings import Finding
from wavetank.core.schedule import DueNumbers, Schedule, ScheduleError, parse_schedule
from wavetank.core.text import pluralize
from wavetank.history import AttemptEnded, Event, Outcome, RuleFired, RunBegan, TickSuppressed
from wavetank.invariants.history_completeness import HistoryEnd, ProblemCounts, conclude
from wavetank.invariants.interval_set import IntervalSet, RecentMapping

REQUESTS_REMEMBERED = 10_000
"""Lambda discards a request within six hours; ten thousand are never in flight."""
SHOWN_MAX = 3

type Key = tuple[str, str]
"""A rule and a target."""


class CompleteSchedule:
    """Each rule fires at every due instant, or a later invocation succeeds instead."""

    key = "schedule-completeness"
    name = "each rule fires at every due instant"

    def __init__(self) -> None:
        self._violations = ProblemCounts()
        self._tracks: dict[Key, _Track] = {}
        self._uncounted: dict[str, str] = {}
        self._requests = RecentMapping[str, tuple[Key, int]](REQUESTS_REMEMBERED)

    def observe(self, event: Event) -> None:
        match event:
            case RunBegan():
                self._begin(event)
            case RuleFired():
                self._fire(event)
            case TickSuppressed():
                self._suppress(event)
            case AttemptEnded(outcome=Outcome.SUCCESS):
                self._succeed(event.request)

    def finding(self, end: HistoryEnd) -> Finding:
        missing = ProblemCounts()
        for (rule, target), track in self._tracks.items():
            track_name = f"{rule} for {target}"
            for kind, intervals in (
                ("not fired", track.missing()),
                ("not made up for", track.not_made_up()),
            ):
                found = list(intervals)
                count = sum(last - first + 1 for first, last in found)
                if count:
                    missing.add(kind, f"{track_name}, due {track.describe(found)}", count)
        due = sum(track.due for track in self._tracks.values())
        return conclude(
            self.name,
            end,
            violations=self._violations,
            missing=missing,
            doubt=self._doubt(due),
            passed=self._passed(due),
        )

    def _doubt(self, due: int) -> str:
        if self._uncounted:
            rules = ", ".join(f"{rule} {found}" for rule, found in self._uncounted.items())
            return f"not counted, as EventBridge would refuse it: {rules}"
        return "" if due else "no rule was due in this run"

    def _passed(self, due: int) -> str:
        suppressed = sum(track.suppressed for track in self._tracks.values())
        repeats = sum(track.repeats for track in self._tracks.values())
        made_up = f", {suppressed} suppressed and made up for" if suppressed else ""
        twice = f", {repeats} fired again" if repeats else ""
        return f"{pluralize(due, 'due instant')}{made_up}{twice}"

    def _begin(self, event: RunBegan) -> None:
        for rule in event.rules:
            schedule = _schedule(rule.expression)
            if schedule is None:
                self._uncounted[rule.name] = rule.expression
                continue
            due = schedule.numbers(rule.created, event.until)
            after = max(event.at, rule.created)
            for target in rule.targets:
                self._tracks[rule.name, target] = _Track(due, after=after, until=event.until)

    def _fire(self, event: RuleFired) -> None:
        track = self._tracks.get((event.rule, event.target))
        number = track.number(event.due) if track else None
        if track is None or number is None:
            example = f"{event.rule} for {event.target}, due {rfc3339(event.due)}"
            if event.rule not in self._uncounted:
                self._violations.add("fired but not due", example)
            return
        track.repeats += not track.fired.add(number)
        self._requests.put(event.request, ((event.rule, event.target), number))

    def _suppress(self, event: TickSuppressed) -> None:
        track = self._tracks.get((event.rule, event.target))
        number = track.number(event.due) if track else None
        if track and number is not None and number not in track.fired:
            track.fired.add(number)
            track.to_make_up.append(number)
            track.suppressed += 1

    def _succeed(self, request: str) -> None:
        found = self._requests.get(request)
        if found:
            key, number = found
            self._tracks[key].make_up(number)


class _Track:
    """The due instants of one rule and target, by number."""

    def __init__(self, numbers: DueNumbers, *, after: datetime, until: datetime) -> None:
        self._numbers = numbers
        self._first = numbers.count_until(after)
        self._last = numbers.count_until(until) - 1
        self.fired = IntervalSet()
        self.to_make_up: deque[int] = deque()
        self.suppressed = 0
        self.repeats = 0

    @property
    def due(self) -> int:
        return max(0, self._last - self._first + 1)

    def number(self, instant: datetime) -> int | None:
        """The number of the due instant; None if nothing is due then."""
        number = self._numbers.count_until(instant) - 1
        counts = self._first <= number <= self._last
        return number if counts and self._numbers.instant(number) == instant else None

    def make_up(self, number: int) -> None:
        """An invocation for this instant succeeded, and makes up for suppressed ones before."""
        while self.to_make_up and self.to_make_up[0] < number:
            self.to_make_up.popleft()

    def missing(self) -> Iterator[tuple[int, int]]:
        return self.fired.gaps(self._first, self._last)

    def not_made_up(self) -> Iterator[tuple[int, int]]:
        return ((number, number) for number in self.to_make_up)

    def describe(self, intervals: list[tuple[int, int]]) -> str:
        """The intervals as text: `12:03Z`, `12:05Z to 12:09Z`, in full RFC 3339."""
        parts = []
        for first, last in intervals[:SHOWN_MAX]:
            until = f" to {self._instant(last)}" if last > first else ""
            parts.append(f"{self._instant(first)}{until}")
        return ", ".join([*parts, "..."] if len(intervals) > SHOWN_MAX else parts)

    def _instant(self, number: int) -> str:
        return rfc3339(self._numbers.instant(number))


def _schedule(expression: str) -> Schedule | None:
    try:
        return parse_schedule(expression)
    except ScheduleError:
        return None
