"""One notice for each confirmed address and exhausted failure, and none otherwise.

A notice belongs to a failure when its subject or text has the request's id as a word of its own;
times and counts would take two failures of one minute for each other. It is due to the addresses
that are confirmed when the request is given up; who leaves before it comes is no longer waited for,
who joins may have it. It may come again as often as its messenger could not know that it had been
published: the answer was lost, or late, or the messenger died of it. SNS has no way to tell copies.
No notice is asked for about a messenger, an invocation that a destination
began, when that is given up in its turn: `failures` has that.
"""

import re
from collections import Counter

from wavetank.core.clock import rfc3339
from wavetank.core.findings import Finding
from wavetank.core.text import counted
from wavetank.history import (
    ApiCalled,
    AttemptBegan,
    AttemptEnded,
    DestinationReached,
    Event,
    GivenUp,
    MessageSent,
    Outcome,
    RunBegan,
    SubscriptionChanged,
    Trigger,
)
from wavetank.history.events import OK
from wavetank.invariants.completeness import Flaws, HistoryEnd, conclude
from wavetank.invariants.interval_set import Recent

FAILURES_REMEMBERED = 10_000
"""A week of failures a minute; a second notice of an older one is taken for unprompted."""
WORDS = re.compile(r"[\w-]+")
SUBJECT_CHARACTERS = 60
TOPIC, QUEUE = ":sns:", ":sqs:"
"""In an ARN."""

type Recipient = tuple[str, str]
"""A topic and an address of it."""


class OneNotice:
    """Ticks off, for each failure, who was told."""

    key = "one-notice"
    name = "one notice for each confirmed address and exhausted failure"

    def __init__(self) -> None:
        self._wrong = Flaws()
        self._confirmed: set[Recipient] = set()
        self._messengers = Recent[str, bool](FAILURES_REMEMBERED)
        self._waiting: dict[str, set[Recipient]] = {}
        self._told = Recent[str, Counter[Recipient]](FAILURES_REMEMBERED)
        self._failure_of = Recent[str, str](FAILURES_REMEMBERED)
        self._excuses = Counter[str]()
        self._published: set[str] = set()
        self._failures = 0
        self._notices = 0

    def observe(self, event: Event) -> None:
        match event:
            case RunBegan():
                self._confirmed = {
                    (topic, address) for topic, to in event.confirmed.items() for address in to
                }
            case SubscriptionChanged():
                self._change(event)
            case AttemptBegan(trigger=Trigger.DESTINATION):
                self._messengers.put(event.request, value=True)
            case DestinationReached(invocation=str(invocation)):
                self._messengers.put(invocation, value=True)
                self._failure_of.put(invocation, event.request)
            case DestinationReached():
                self._reach(event)
            case ApiCalled(service="sns", took_effect=True):
                self._publish(event)
            case AttemptEnded() if event.request in self._published:
                self._end(event)
            case GivenUp() if not self._messengers.get(event.request):
                self._fail(event)
            case MessageSent():
                self._notice(event)

    def finding(self, ending: HistoryEnd) -> Finding:
        absent = Flaws()
        for request, waiting in self._waiting.items():
            topic, address = min(waiting)
            absent.add("not told", f"{address} of {topic} about {request}", len(waiting))
        failures, notices = counted(self._failures, "failure"), counted(self._notices, "notice")
        return conclude(
            self.name,
            ending,
            wrong=self._wrong,
            absent=absent,
            doubt=self._doubt(),
            holds=f"{failures}, {notices}; addresses confirmed: {len(self._confirmed)}",
        )

    def _doubt(self) -> str:
        nobody = self._failures and not self._confirmed and not self._notices
        return (
            f"{counted(self._failures, 'failure')}, and no address is confirmed" if nobody else ""
        )

    def _change(self, event: SubscriptionChanged) -> None:
        recipient = (event.topic, event.address)
        if event.confirmed:
            self._confirmed.add(recipient)
            return
        self._confirmed.discard(recipient)
        for waiting in self._waiting.values():
            waiting.discard(recipient)
        self._waiting = {request: waiting for request, waiting in self._waiting.items() if waiting}

    def _fail(self, event: GivenUp) -> None:
        self._failures += 1
        self._told.put(event.request, Counter())
        if self._confirmed:
            self._waiting[event.request] = set(self._confirmed)

    def _reach(self, event: DestinationReached) -> None:
        """A topic tells its own addresses, and a queue nobody; no other is waited for then."""
        waiting = self._waiting.pop(event.request, set())
        told = {recipient for recipient in waiting if recipient[0] == event.destination}
        if QUEUE not in event.destination:
            told = told if TOPIC in event.destination else waiting
            self._waiting |= {event.request: told} if told else {}

    def _publish(self, event: ApiCalled) -> None:
        """Who was not told that it was published will publish it again."""
        failure = self._failure_of.get(event.request)
        if failure is None:
            return
        if event.outcome == OK:
            self._published.add(event.request)
        else:
            self._excuses[failure] += 1

    def _end(self, event: AttemptEnded) -> None:
        """So will who was told, and did not live to say so."""
        self._published.discard(event.request)
        failure = self._failure_of.get(event.request)
        if failure is not None and event.outcome is not Outcome.SUCCESS:
            self._excuses[failure] += 1

    def _notice(self, event: MessageSent) -> None:
        recipient = (event.topic, event.address)
        what = f"{event.address} at {rfc3339(event.at)}, {event.subject[:SUBJECT_CHARACTERS]!r}"
        self._notices += 1
        request = self._request_of(event)
        if recipient not in self._confirmed:
            self._wrong.add("told though not confirmed", what)
        if request is None:
            self._wrong.add("told of no failure that is known", what)
            return
        told = self._told.get(request)
        if told is None or told[recipient] > self._excuses[request]:
            self._wrong.add("told again", f"{what}, about {request}")
            return
        told[recipient] += 1
        self._tick_off(request, recipient)

    def _tick_off(self, request: str, recipient: Recipient) -> None:
        waiting = self._waiting.get(request, set())
        waiting.discard(recipient)
        if not waiting:
            self._waiting.pop(request, None)

    def _request_of(self, event: MessageSent) -> str | None:
        """The request that it names; where it names several, one that this address waits for."""
        words = WORDS.findall(f"{event.subject}\n{event.text}")
        named = [word for word in dict.fromkeys(words) if self._told.get(word) is not None]
        recipient = (event.topic, event.address)
        waited_for = [name for name in named if recipient in self._waiting.get(name, ())]
        return next(iter([*waited_for, *named]), None)
