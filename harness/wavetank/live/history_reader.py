"""What is there when a story has been told: in logs, in the bucket, in the mailbox, in the table.

Only looked at, by the same calls on a sandbox and on AWS, but for the mailbox: on AWS the alerts
are those that the notification function says it has published, to whoever is confirmed.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from wavetank.aws.observers import DeliveredObject, delivered_objects, subscriptions, topic_arn
from wavetank.aws.sandbox_mailbox import MailboxMessage, alerts
from wavetank.core.naming import Names
from wavetank.core.ticker_records import parse_sample, split_body
from wavetank.history import (
    AttemptEnded,
    DestinationReached,
    Event,
    GivenUp,
    Invoked,
    MessageSent,
    ObjectDelivered,
    Outcome,
    Trigger,
)
from wavetank.history.events import OK
from wavetank.inspection.alert_log import PublishedAlert, alerts_in_log
from wavetank.inspection.attempt_log import LAG, Attempt, attempts_in_log
from wavetank.inspection.table_snapshot import table_snapshot
from wavetank.live.deployed_target import LivePlace

FOOTER = "\n\n--\nIf you wish to stop receiving notifications"
"""What SNS adds below the text that was published."""
BUFFERED_MAX = timedelta(minutes=16)
"""An object is named by its first record, and Firehose buffers for 15 minutes at most."""
MINUTE = timedelta(minutes=1)
GAVE_UP = "RetriesExhausted"


@dataclass(frozen=True)
class Beginning:
    """What was there before a story, and is none of it.

    `at` is when it began by the clock: what was logged or delivered earlier is left out. `start` is
    when it begins by its own ticks: records up to that minute are left out. `messages` are the ids
    of the alerts that were there.
    """

    at: datetime
    start: datetime
    messages: frozenset[str]


def begin(place: LivePlace, start: datetime) -> Beginning:
    """A story begins here and now; its first tick is after `start`."""
    now = place.clock.now()
    return Beginning(now, start, frozenset(alert.id for alert in _alerts(place, now)))


def observed(place: LivePlace, beginning: Beginning, noted: Iterable[Event]) -> list[Event]:
    """The story's history: what its player has noted, and after each request what came of it.

    So what follows comes after its cause, though the target's clock may not be this machine's. What
    else the streaming function did is somebody else's. A request that failed as often as Lambda
    tries is given up, whether anybody was told or not.

    Raises:
        InfrastructureError: there is no mailbox.
    """
    noted = list(noted)
    asked = [event.request for event in noted if isinstance(event, Invoked)]
    found = _Found(
        tries=tries_of(place),
        attempts=story_attempts(place, beginning, asked),
        published=alerts_in_log(place.aws, place.names, beginning.at),
        messengers=_messengers(place, beginning),
        messages=alerts_since(place, beginning),
    )
    events: list[Event] = []
    for event in noted:
        events.append(event)
        if isinstance(event, Invoked):
            events += found.take(place.names, event.request)
    now = place.clock.now()
    table = table_snapshot(place.aws, place.names.table, now)
    return [*events, *found.rest(asked), *story_objects(place, beginning), table]


def tries_of(place: LivePlace) -> int:
    """How often Lambda tries a request of the streaming function."""
    function = place.names.streaming_function
    found = place.aws.awslambda.get_function_event_invoke_config(FunctionName=function)
    return int(found["MaximumRetryAttempts"]) + 1


def story_attempts(place: LivePlace, beginning: Beginning, asked: Collection[str]) -> list[Attempt]:
    """The streaming function's attempts at these requests."""
    found = attempts_in_log(place.aws, place.names.streaming_function, beginning.at)
    return [attempt for attempt in found if attempt[1].request in asked]


def alerts_since(place: LivePlace, beginning: Beginning) -> list[MessageSent]:
    """The alerts of the story, one for each address.

    Raises:
        InfrastructureError: there is no mailbox.
    """
    now, topic = place.clock.now(), topic_arn(place.aws, place.names)
    return [
        MessageSent(now, topic, alert.address, alert.subject, alert.text.partition(FOOTER)[0])
        for alert in _alerts(place, beginning.at)
        if alert.id not in beginning.messages
    ]


def story_objects(place: LivePlace, beginning: Beginning) -> list[ObjectDelivered]:
    """The objects that came since, with the story's records in them."""
    first = beginning.start + MINUTE
    earliest = f"{beginning.at - BUFFERED_MAX:%Y/%m/%d/%H}"
    found = delivered_objects(place.aws, place.names.bucket, after=earliest)
    fresh = (entry for entry in found if entry.modified >= beginning.at - LAG)
    events = (_delivered(place, entry, first) for entry in fresh)
    return [event for event in events if event.records]


@dataclass(kw_only=True)
class _Found:
    """What was seen, of all requests; each part is taken once."""

    tries: int
    attempts: list[Attempt]
    published: list[PublishedAlert]
    messengers: list[Attempt]
    messages: list[MessageSent]

    def take(self, names: Names, request: str) -> Iterator[Event]:
        """What came of the request, one after the other."""
        tried = [attempt for attempt in self.attempts if attempt[1].request == request]
        told = next((alert for alert in self.published if alert.request == request), None)
        yield from chain.from_iterable(tried)
        yield from self._conclusion(names, request, [ended for _, ended in tried], told)
        messengers = [a for a in self.messengers if told and a[1].request == told.invocation]
        self.messengers = [attempt for attempt in self.messengers if attempt not in messengers]
        yield from chain.from_iterable(messengers)
        messages = [message for message in self.messages if request in message.text]
        self.messages = [message for message in self.messages if message not in messages]
        yield from messages

    def rest(self, asked: Collection[str]) -> Iterator[Event]:
        """What belongs to none of them, but for what tells of somebody else's failure."""
        others = {alert.invocation for alert in self.published if alert.request not in asked}
        for attempt in self.messengers:
            if attempt[1].request not in others:
                yield from attempt
        yield from self.messages

    def _conclusion(
        self, names: Names, request: str, tried: list[AttemptEnded], told: PublishedAlert | None
    ) -> Iterator[Event]:
        """Whether it was given up, and told."""
        function = names.streaming_function
        if told is not None:
            at = max([told.at, *(attempt.at for attempt in tried)])  # logged in whole seconds only
            yield GivenUp(at, request, function, told.condition, told.attempts)
            yield DestinationReached(at, request, names.notification_function, OK, told.invocation)
        elif len(tried) >= self.tries and tried[-1].outcome is not Outcome.SUCCESS:
            yield GivenUp(tried[-1].at, request, function, GAVE_UP, len(tried))


def _messengers(place: LivePlace, beginning: Beginning) -> list[Attempt]:
    """What the notification function did since."""
    function = place.names.notification_function
    found = attempts_in_log(place.aws, function, beginning.at, Trigger.DESTINATION)
    return [attempt for attempt in found if attempt[1].at >= beginning.at]


def _alerts(place: LivePlace, since: datetime) -> Iterator[MailboxMessage]:
    """Those of the mailbox, whenever they came; on AWS those that were published since."""
    if not place.is_aws:
        yield from (m for m in alerts(place.endpoint) if _is_of(place.names, m))
        return
    found = subscriptions(place.aws, topic_arn(place.aws, place.names))
    addresses = [entry.address for entry in found if entry.confirmed]
    for alert in alerts_in_log(place.aws, place.names, since):
        for address in addresses:
            text, subject = alert.text, alert.subject
            name = f"{alert.message_id} {address}"
            yield MailboxMessage(
                name,
                asks_for_confirmation=False,
                address=address,
                subject=subject,
                text=text,
                link="",
            )


def _is_of(names: Names, message: MailboxMessage) -> bool:
    """Whether it is of the pipeline's topic, which the link to leave it names."""
    return f":{names.topic}:" in message.link


def _delivered(place: LivePlace, entry: DeliveredObject, first: datetime) -> ObjectDelivered:
    names = place.names
    body = place.aws.s3.get_object(Bucket=names.bucket, Key=entry.key)["Body"].read()
    texts = split_body(body.decode(errors="replace"))
    records = tuple(text for text in texts if _is_from(text, first))
    return ObjectDelivered(entry.modified, names.delivery_stream, names.bucket, entry.key, records)


def _is_from(text: str, first: datetime) -> bool:
    """What is no record at all is kept: it is what a story is to show."""
    sample = parse_sample(text)
    return sample is None or sample.instant >= first
