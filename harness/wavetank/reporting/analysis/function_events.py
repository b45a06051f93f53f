"""The activity of the functions around a bucket, read from their logs and the mailbox.

The logs have each attempt and each alert that SNS accepted, on a sandbox and on AWS alike; who
received an alert is shown by a sandbox's mailbox, and by nothing on AWS. What may not be read, or
does not exist, is reported in words.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

from wavetank.aws.clients import AwsClients, ClientError
from wavetank.aws.sandbox_mailbox import alerts
from wavetank.aws.target import Target
from wavetank.core.naming import Names
from wavetank.deployment.deployed import deployed_pipelines
from wavetank.history import DestinationReached, Event, MessageSent, RequestDiscarded, Trigger
from wavetank.history.events import OK
from wavetank.inspection.alert_log import PublishedAlert, alerts_in_log
from wavetank.inspection.assess.bucket import describe_error
from wavetank.inspection.attempt_log import attempts_in_log
from wavetank.reporting.analysis.objects import FunctionActivity

NO_MAILBOX = (
    "Received e-mails cannot be read on AWS: an alert is shown at the time at which SNS accepted "
    "it, without an address."
)
NO_PIPELINE = "No deployed pipeline delivers to this bucket: only its objects are known."


@dataclass
class _Observer:
    """Reads, and notes in words what cannot be read."""

    target: Target
    not_available: list[str] = field(default_factory=list)

    def read[T](self, what: str, observe: Callable[[], list[T]]) -> list[T]:
        """The result; empty if the read is refused or the resource does not exist."""
        try:
            return observe()
        except ClientError as error:
            self.not_available.append(f"{what} cannot be read: {describe_error(error)}.")
            return []


def read_activity(target: Target, bucket: str, since: datetime) -> FunctionActivity:
    """The events in the pipeline's logs and mailbox from about `since` on.

    Raises:
        BotoCoreError, InfrastructureError: the target does not answer.
    """
    observer = _Observer(target)
    found = observer.read("What is deployed", lambda: _pipelines_of(target.aws, bucket))
    if not found:
        return FunctionActivity(not_available=(*observer.not_available, NO_PIPELINE))
    events = _events(observer, found[0], since)
    return FunctionActivity(tuple(sorted(events, key=_instant)), tuple(observer.not_available))


def _pipelines_of(aws: AwsClients, bucket: str) -> list[Names]:
    return [found.names for found in deployed_pipelines(aws) if found.names.bucket == bucket]


def _events(observer: _Observer, names: Names, since: datetime) -> list[Event]:
    aws, streaming, notification = (
        observer.target.aws,
        names.streaming_function,
        names.notification_function,
    )
    attempted = observer.read(
        f"The log of {streaming}",
        lambda: attempts_in_log(aws, streaming, since, Trigger.SCHEDULE),
    )
    notified = observer.read(
        f"The log of {notification}",
        lambda: attempts_in_log(aws, notification, since, Trigger.DESTINATION),
    )
    published = observer.read(
        f"The log of {notification}", lambda: alerts_in_log(aws, names, since)
    )
    observer.not_available = list(dict.fromkeys(observer.not_available))
    given_up = chain.from_iterable(_given_up(names, alert) for alert in published)
    return [*chain.from_iterable([*attempted, *notified]), *given_up, *_mail(observer, published)]


def _given_up(names: Names, alert: PublishedAlert) -> Iterator[Event]:
    if alert.request:
        function, notification = names.streaming_function, names.notification_function
        yield RequestDiscarded(alert.at, alert.request, function, alert.condition, alert.attempts)
        yield DestinationReached(alert.at, alert.request, notification, OK, alert.invocation)


def _mail(observer: _Observer, published: list[PublishedAlert]) -> Iterator[MessageSent]:
    """Each alert for each recipient; a mailbox has no times, so the log's time is used."""
    endpoint = observer.target.endpoint
    if endpoint is None:
        observer.not_available.append(NO_MAILBOX)
    messages = alerts(endpoint) if endpoint else []
    for alert in published:
        found = [m.address for m in messages if alert.request and alert.request in m.text]
        for address in found if endpoint else [""]:
            yield MessageSent(alert.at, "", address, alert.subject, alert.text)


def _instant(event: Event) -> datetime:
    return event.at
