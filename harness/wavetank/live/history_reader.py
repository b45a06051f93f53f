"""Reads the history of a live run from logs, bucket, mailbox and table.

The reads are the same calls on a sandbox and on AWS except for the mailbox: on AWS the alerts are
those that the notification function's log shows as published, to the confirmed addresses.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from wavetank.aws.observers import DeliveredObject, delivered_objects, subscriptions, topic_arn
from wavetank.aws.sandbox_mailbox import MailboxMessage, alerts
from wavetank.core.naming import Names
from wavetank.history import (
    AttemptEnded,
    DestinationReached,
    Event,
    Invoked,
    MessageSent,
    ObjectDelivered,
    Outcome,
    RequestDiscarded,
    Trigger,
)
from wavetank.history.events import OK
from wavetank.inspection.alert_log import PublishedAlert, alerts_in_log
from wavetank.inspection.attempt_log import LAG, Attempt, attempts_in_log
from wavetank.inspection.table_snapshot import table_snapshot
from wavetank.live.deployed_target import DeployedTarget
from wavetank.ticker.records import parse_sample, split_body

FOOTER = "\n\n--\nIf you wish to stop receiving notifications"
"""What SNS appends to the published text."""
BUFFERED_MAX = timedelta(minutes=16)
"""An object is named by its first record, and Firehose buffers for at most 15 minutes."""
MINUTE = timedelta(minutes=1)
GAVE_UP = "RetriesExhausted"


@dataclass(frozen=True)
class StateBeforeRun:
    """What existed before a live run began, and does not belong to it.

    `at` is the wall time of its begin: earlier log lines and objects are ignored. `start` is its
    begin in the time of its own ticks: records up to that minute are ignored. `messages` are the
    ids of the alerts that existed.
    """

    at: datetime
    start: datetime
    messages: frozenset[str]


def state_before_run(deployed: DeployedTarget, start: datetime) -> StateBeforeRun:
    """The state now, before a run whose first tick is after `start`."""
    now = deployed.clock.now()
    return StateBeforeRun(now, start, frozenset(alert.id for alert in _alerts(deployed, now)))


def read_history(
    deployed: DeployedTarget, before: StateBeforeRun, noted: Iterable[Event]
) -> list[Event]:
    """The run's history: the events that the executor noted, each request followed by its results.

    So results follow their cause although the target's clock may differ from this host's. Other
    requests of the streaming function are ignored. A request that failed as often as Lambda tries
    is given up, whether or not an alert was sent.

    Raises:
        InfrastructureError: the sandbox has no mailbox.
    """
    noted = list(noted)
    requested = [event.request for event in noted if isinstance(event, Invoked)]
    found = _Observations(
        attempts_limit=attempts_max(deployed),
        attempts=run_attempts(deployed, before, requested),
        published=alerts_in_log(deployed.aws, deployed.names, before.at),
        notifications=_notification_attempts(deployed, before),
        messages=alerts_since(deployed, before),
    )
    events: list[Event] = []
    for event in noted:
        events.append(event)
        if isinstance(event, Invoked):
            events += found.take(deployed.names, event.request)
    now = deployed.clock.now()
    table = table_snapshot(deployed.aws, deployed.names.table, now)
    return [*events, *found.rest(requested), *run_objects(deployed, before), table]


def attempts_max(deployed: DeployedTarget) -> int:
    """How often Lambda attempts a request of the streaming function, its retries included."""
    function = deployed.names.streaming_function
    found = deployed.aws.awslambda.get_function_event_invoke_config(FunctionName=function)
    return int(found["MaximumRetryAttempts"]) + 1


def run_attempts(
    deployed: DeployedTarget, before: StateBeforeRun, requested: Collection[str]
) -> list[Attempt]:
    """The streaming function's attempts at these requests."""
    found = attempts_in_log(deployed.aws, deployed.names.streaming_function, before.at)
    return [attempt for attempt in found if attempt[1].request in requested]


def alerts_since(deployed: DeployedTarget, before: StateBeforeRun) -> list[MessageSent]:
    """The alerts of the run, one for each address.

    Raises:
        InfrastructureError: the sandbox has no mailbox.
    """
    now, topic = deployed.clock.now(), topic_arn(deployed.aws, deployed.names)
    return [
        MessageSent(now, topic, alert.address, alert.subject, alert.text.partition(FOOTER)[0])
        for alert in _alerts(deployed, before.at)
        if alert.id not in before.messages
    ]


def run_objects(deployed: DeployedTarget, before: StateBeforeRun) -> list[ObjectDelivered]:
    """The objects delivered since the run began that have records of the run."""
    first = before.start + MINUTE
    earliest = f"{before.at - BUFFERED_MAX:%Y/%m/%d/%H}"
    found = delivered_objects(deployed.aws, deployed.names.bucket, after=earliest)
    fresh = (entry for entry in found if entry.modified >= before.at - LAG)
    events = (_delivered(deployed, entry, first) for entry in fresh)
    return [event for event in events if event.records]


@dataclass(kw_only=True)
class _Observations:
    """Results of all requests; each is returned once."""

    attempts_limit: int
    attempts: list[Attempt]
    published: list[PublishedAlert]
    notifications: list[Attempt]
    messages: list[MessageSent]

    def take(self, names: Names, request: str) -> Iterator[Event]:
        """The results of the request, in order."""
        attempts = [attempt for attempt in self.attempts if attempt[1].request == request]
        alert = next((alert for alert in self.published if alert.request == request), None)
        yield from chain.from_iterable(attempts)
        yield from self._conclusion(names, request, [ended for _, ended in attempts], alert)
        notifications = [
            a for a in self.notifications if alert and a[1].request == alert.invocation
        ]
        self.notifications = [
            attempt for attempt in self.notifications if attempt not in notifications
        ]
        yield from chain.from_iterable(notifications)
        messages = [message for message in self.messages if request in message.text]
        self.messages = [message for message in self.messages if message not in messages]
        yield from messages

    def rest(self, requested: Collection[str]) -> Iterator[Event]:
        """Results that belong to no request, except alerts about requests of other runs."""
        others = {alert.invocation for alert in self.published if alert.request not in requested}
        for attempt in self.notifications:
            if attempt[1].request not in others:
                yield from attempt
        yield from self.messages

    def _conclusion(
        self, names: Names, request: str, attempts: list[AttemptEnded], alert: PublishedAlert | None
    ) -> Iterator[Event]:
        """Whether the request was given up, and whether an alert was sent."""
        function = names.streaming_function
        if alert is not None:
            at = max(
                [alert.at, *(attempt.at for attempt in attempts)]
            )  # the log has whole seconds only
            yield RequestDiscarded(at, request, function, alert.condition, alert.attempts)
            yield DestinationReached(at, request, names.notification_function, OK, alert.invocation)
        elif len(attempts) >= self.attempts_limit and attempts[-1].outcome is not Outcome.SUCCESS:
            yield RequestDiscarded(attempts[-1].at, request, function, GAVE_UP, len(attempts))


def _notification_attempts(deployed: DeployedTarget, before: StateBeforeRun) -> list[Attempt]:
    """The notification function's attempts since the run began."""
    function = deployed.names.notification_function
    found = attempts_in_log(deployed.aws, function, before.at, Trigger.DESTINATION)
    return [attempt for attempt in found if attempt[1].at >= before.at]


def _alerts(deployed: DeployedTarget, since: datetime) -> Iterator[MailboxMessage]:
    """All alerts in the mailbox; on AWS those that were published since."""
    if not deployed.is_aws:
        yield from (m for m in alerts(deployed.endpoint) if _is_of_topic(deployed.names, m))
        return
    found = subscriptions(deployed.aws, topic_arn(deployed.aws, deployed.names))
    addresses = [entry.address for entry in found if entry.confirmed]
    for alert in alerts_in_log(deployed.aws, deployed.names, since):
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


def _is_of_topic(names: Names, message: MailboxMessage) -> bool:
    """Whether the message is of the pipeline's topic, which its unsubscribe link names."""
    return f":{names.topic}:" in message.link


def _delivered(
    deployed: DeployedTarget, entry: DeliveredObject, first: datetime
) -> ObjectDelivered:
    names = deployed.names
    body = deployed.aws.s3.get_object(Bucket=names.bucket, Key=entry.key)["Body"].read()
    texts = split_body(body.decode(errors="replace"))
    records = tuple(text for text in texts if _is_from(text, first))
    return ObjectDelivered(entry.modified, names.delivery_stream, names.bucket, entry.key, records)


def _is_from(text: str, first: datetime) -> bool:
    """Whether the record is of the run; text that is no record is included, as an error."""
    sample = parse_sample(text)
    return sample is None or sample.instant >= first
