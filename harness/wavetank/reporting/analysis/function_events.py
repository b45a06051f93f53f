"""What the functions around a bucket did, from their logs and the mailbox: only looked at.

The logs have each attempt and each alert that SNS took, on a sandbox and on AWS alike; who has
got an alert, a sandbox's mailbox shows, and nothing on AWS. What may not be looked at, or is not
there, is said in words.
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
from wavetank.history import DestinationReached, Event, GivenUp, MessageSent, Trigger
from wavetank.history.events import OK
from wavetank.inspection.alert_log import PublishedAlert, alerts_in_log
from wavetank.inspection.assess.bucket import describe_error
from wavetank.inspection.attempt_log import attempts_in_log
from wavetank.reporting.analysis.objects import FunctionActivity

NO_MAILBOX = (
    "What came by e-mail cannot be seen on AWS: an alert is shown when SNS has taken it, "
    "to no address."
)
NO_PIPELINE = "No pipeline that is deployed there delivers to this bucket: its objects are all."


@dataclass
class _Observer:
    """Looks, and notes in words what cannot be looked at."""

    target: Target
    untold: list[str] = field(default_factory=list)

    def look[T](self, what: str, observe: Callable[[], list[T]]) -> list[T]:
        """What is seen; nothing where that is refused or not there."""
        try:
            return observe()
        except ClientError as error:
            self.untold.append(f"{what} cannot be looked at: {describe_error(error)}.")
            return []


def observed(target: Target, bucket: str, since: datetime) -> FunctionActivity:
    """The events that the pipeline's logs and mailbox tell of, from about that instant on.

    Raises:
        BotoCoreError, InfrastructureError: the target does not answer.
    """
    observer = _Observer(target)
    found = observer.look("What is deployed", lambda: _pipelines_of(target.aws, bucket))
    if not found:
        return FunctionActivity(untold=(*observer.untold, NO_PIPELINE))
    events = _events(observer, found[0], since)
    return FunctionActivity(tuple(sorted(events, key=_instant)), tuple(observer.untold))


def _pipelines_of(aws: AwsClients, bucket: str) -> list[Names]:
    return [found.names for found in deployed_pipelines(aws) if found.names.bucket == bucket]


def _events(observer: _Observer, names: Names, since: datetime) -> list[Event]:
    aws, streaming, messenger = (
        observer.target.aws,
        names.streaming_function,
        names.notification_function,
    )
    tried = observer.look(
        f"The log of {streaming}",
        lambda: attempts_in_log(aws, streaming, since, Trigger.SCHEDULE),
    )
    notified = observer.look(
        f"The log of {messenger}",
        lambda: attempts_in_log(aws, messenger, since, Trigger.DESTINATION),
    )
    published = observer.look(f"The log of {messenger}", lambda: alerts_in_log(aws, names, since))
    observer.untold = list(dict.fromkeys(observer.untold))
    given_up = chain.from_iterable(_given_up(names, alert) for alert in published)
    return [*chain.from_iterable([*tried, *notified]), *given_up, *_mail(observer, published)]


def _given_up(names: Names, alert: PublishedAlert) -> Iterator[Event]:
    if alert.request:
        function, messenger = names.streaming_function, names.notification_function
        yield GivenUp(alert.at, alert.request, function, alert.condition, alert.attempts)
        yield DestinationReached(alert.at, alert.request, messenger, OK, alert.invocation)


def _mail(observer: _Observer, published: list[PublishedAlert]) -> Iterator[MessageSent]:
    """Each alert for each address that got it; a mailbox keeps no time, so the log's is taken."""
    endpoint = observer.target.endpoint
    if endpoint is None:
        observer.untold.append(NO_MAILBOX)
    messages = alerts(endpoint) if endpoint else []
    for alert in published:
        found = [m.address for m in messages if alert.request and alert.request in m.text]
        for address in found if endpoint else [""]:
            yield MessageSent(alert.at, "", address, alert.subject, alert.text)


def _instant(event: Event) -> datetime:
    return event.at
