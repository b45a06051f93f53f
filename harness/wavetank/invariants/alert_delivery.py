"""One alert per confirmed address for each discarded request, and no others.

An alert is about a failure if its subject or text has the request's id as a separate word; times
and counts would not distinguish two failures of one minute. It is due to the addresses that are
confirmed when the request is discarded, of the topics that failures are published to. What other
topics send is no alert. An address that unsubscribes before it comes need not get
it, and one that joins may.

An alert may be repeated as often as the notification function could not know that it was published:
the response was lost or late, or the function crashed after it. SNS does not detect duplicates.

No alert is required if an invocation of the notification function, one that a destination began,
is itself discarded: `failures` checks that.
"""

import re
from collections import Counter

from wavetank.core.clock import rfc3339
from wavetank.core.findings import Finding
from wavetank.core.text import pluralize
from wavetank.history import (
    ApiCalled,
    AttemptBegan,
    AttemptEnded,
    DestinationReached,
    Event,
    MessageSent,
    Outcome,
    RequestDiscarded,
    RunBegan,
    SubscriptionChanged,
    Trigger,
)
from wavetank.history.events import OK
from wavetank.invariants.history_completeness import HistoryEnd, ProblemCounts, conclude
from wavetank.invariants.interval_set import RecentMapping

FAILURES_REMEMBERED = 10_000
"""A week of one failure a minute; an alert of an older one is about no known failure."""
WORDS = re.compile(r"[\w-]+")
SUBJECT_CHARACTERS = 60
TOPIC, QUEUE = ":sns:", ":sqs:"
"""The service part of an ARN."""

type Recipient = tuple[str, str]
"""A topic's ARN, and an address subscribed to it."""


class OneAlert:
    """Each discarded request raises one alert per confirmed address, and no other does."""

    key = "one-notice"
    name = "one alert per confirmed address for each discarded request"

    def __init__(self) -> None:
        self._violations = ProblemCounts()
        self._topics: frozenset[str] | None = None
        self._confirmed: set[Recipient] = set()
        self._notifiers = RecentMapping[str, bool](FAILURES_REMEMBERED)
        self._reported = RecentMapping[str, bool](FAILURES_REMEMBERED)
        self._expected: dict[str, set[Recipient]] = {}
        self._alerted = RecentMapping[str, Counter[Recipient]](FAILURES_REMEMBERED)
        self._failure_by_invocation = RecentMapping[str, str](FAILURES_REMEMBERED)
        self._repeats_allowed = Counter[str]()
        self._published: set[str] = set()
        self._failures = 0
        self._alerts = 0

    def observe(self, event: Event) -> None:
        match event:
            case RunBegan():
                self._topics = frozenset(event.confirmed)
                self._confirmed = {
                    (topic, address) for topic, to in event.confirmed.items() for address in to
                }
            case SubscriptionChanged() if self._is_for_alerts(event.topic):
                self._change(event)
            case AttemptBegan(trigger=Trigger.DESTINATION):
                self._notifiers.put(event.request, value=True)
            case DestinationReached():
                self._reach(event)
            case ApiCalled(service="sns", took_effect=True):
                self._publish(event)
            case AttemptEnded() if event.request in self._published:
                self._end(event)
            case RequestDiscarded() if not self._notifiers.get(event.request):
                self._fail(event)
            case MessageSent() if self._is_for_alerts(event.topic):
                self._alert(event)

    def finding(self, end: HistoryEnd) -> Finding | None:
        if self._topics == frozenset():
            return None
        missing = ProblemCounts()
        for request, expected in self._expected.items():
            topic, address = min(expected)
            missing.add("not alerted", f"{address} of {topic} about {request}", len(expected))
        failures, alerts = pluralize(self._failures, "failure"), pluralize(self._alerts, "alert")
        return conclude(
            self.name,
            end,
            violations=self._violations,
            missing=missing,
            doubt=self._doubt(),
            passed=f"{failures}, {alerts}; addresses confirmed: {len(self._confirmed)}",
        )

    def _is_for_alerts(self, topic: str) -> bool:
        return self._topics is None or topic in self._topics

    def _doubt(self) -> str:
        unreachable = self._failures and not self._confirmed and not self._alerts
        return (
            f"{pluralize(self._failures, 'failure')}, and no address is confirmed"
            if unreachable
            else ""
        )

    def _change(self, event: SubscriptionChanged) -> None:
        recipient = (event.topic, event.address)
        if event.confirmed:
            self._confirmed.add(recipient)
            return
        self._confirmed.discard(recipient)
        for expected in self._expected.values():
            expected.discard(recipient)
        self._expected = {
            request: expected for request, expected in self._expected.items() if expected
        }

    def _fail(self, event: RequestDiscarded) -> None:
        self._failures += 1
        self._alerted.put(event.request, Counter())
        if self._confirmed:
            self._expected[event.request] = set(self._confirmed)

    def _reach(self, event: DestinationReached) -> None:
        """A topic notifies its own addresses, and a queue none: expect no others.

        A second event of a request is its dead-letter queue's, which changes nothing.
        """
        if self._reported.get(event.request):
            return
        self._reported.put(event.request, value=True)
        if event.invocation is not None:
            self._notifiers.put(event.invocation, value=True)
            self._failure_by_invocation.put(event.invocation, event.request)
            return
        expected = self._expected.pop(event.request, set())
        alerted = {recipient for recipient in expected if recipient[0] == event.destination}
        if QUEUE not in event.destination:
            alerted = alerted if TOPIC in event.destination else expected
            self._expected |= {event.request: alerted} if alerted else {}

    def _publish(self, event: ApiCalled) -> None:
        """Allow a repeat if the caller could not know that the message was published."""
        failure = self._failure_by_invocation.get(event.request)
        if failure is None:
            return
        if event.outcome == OK:
            self._published.add(event.request)
        else:
            self._repeats_allowed[failure] += 1

    def _end(self, event: AttemptEnded) -> None:
        """Allow a repeat if the invocation failed after it published."""
        self._published.discard(event.request)
        failure = self._failure_by_invocation.get(event.request)
        if failure is not None and event.outcome is not Outcome.SUCCESS:
            self._repeats_allowed[failure] += 1

    def _alert(self, event: MessageSent) -> None:
        recipient = (event.topic, event.address)
        shown = f"{event.address} at {rfc3339(event.at)}, {event.subject[:SUBJECT_CHARACTERS]!r}"
        self._alerts += 1
        request = self._request_of(event)
        if recipient not in self._confirmed:
            self._violations.add("sent to an unconfirmed address", shown)
        if request is None:
            self._violations.add("about no known failure", shown)
            return
        alerted = self._alerted.get(request)
        if alerted is None or alerted[recipient] > self._repeats_allowed[request]:
            self._violations.add("sent again", f"{shown}, about {request}")
            return
        alerted[recipient] += 1
        self._deliver(request, recipient)

    def _deliver(self, request: str, recipient: Recipient) -> None:
        expected = self._expected.get(request, set())
        expected.discard(recipient)
        if not expected:
            self._expected.pop(request, None)

    def _request_of(self, event: MessageSent) -> str | None:
        """The request that the alert names. Of several, one that this address still expects."""
        words = WORDS.findall(f"{event.subject}\n{event.text}")
        named = [word for word in dict.fromkeys(words) if self._alerted.get(word) is not None]
        recipient = (event.topic, event.address)
        expected = [name for name in named if recipient in self._expected.get(name, ())]
        return next(iter([*expected, *named]), None)
