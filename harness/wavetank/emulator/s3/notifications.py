"""Notifications of buckets to functions, queues, topics and EventBridge, with retries.

LocalStack makes one attempt in a pool of threads. All its notifications have one sequencer, so that
a consumer cannot order them, and its keys are encoded for EventBridge too.
[Amazon S3 user guide, EventNotifications, notification-content-structure, ev-events; LocalStack
4.14: services/s3/notifications.py]
"""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import quote_plus, unquote, unquote_plus

from localstack.services.s3 import notifications
from localstack.utils.aws.arns import s3_bucket_arn, sqs_queue_url_for_arn

from wavetank.core.clock import Clock
from wavetank.emulator.caller_thread import CallerThreadExecutor
from wavetank.emulator.service_ids import IDS
from wavetank.emulator.target_delivery.deliveries import TargetDeliveries, TargetDelivery
from wavetank.emulator.target_delivery.failures import FailureCode, TargetError
from wavetank.emulator.target_delivery.function_invoker import FUNCTIONS, EventOrigin
from wavetank.emulator.target_delivery.retry_policy import TargetRetryPolicy
from wavetank.emulator.target_delivery.role_clients import service_client

PRINCIPAL = "s3"
SUBJECT = "Amazon S3 Notification"
ID_DIGITS = 32
DEFAULT_BUS = "event-bus/default"
ACTIONS = {"Put": "PutObject", "Post": "PostObject", "Copy": "CopyObject"}
"""The reason of an event for EventBridge, if it differs from the name of the event."""


class Sequencers:
    """The sequencers of notifications: longer ago is less, as text too.

    Requests of several threads draw them at the same time.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.restart()

    def restart(self) -> None:
        """Number from the start: a simulation begins again at its start time."""
        self._last = 0
        self._number = 0

    def next(self, clock: Clock) -> str:
        """A further sequencer, of the time and a number within it."""
        with self._lock:
            milliseconds = int(clock.now().timestamp() * 1000)
            self._number = self._number + 1 if milliseconds == self._last else 0
            self._last = milliseconds
            return f"{milliseconds:012X}{self._number:06X}"


SEQUENCERS = Sequencers()
"""The process's sequencers, for the buckets of all accounts."""


@dataclass(frozen=True, kw_only=True)
class BucketEvent:
    """An event of a bucket, and the text for its target."""

    bucket: str
    target: str
    text: str
    sequencer: str

    @property
    def source(self) -> EventOrigin:
        """The bucket, and the event's sequencer, by which S3 identifies it."""
        return EventOrigin(arn=self.bucket, ids=(self.sequencer,))


def _to_function(event: BucketEvent) -> None:
    client = service_client("lambda", event.target, PRINCIPAL, event.bucket)
    FUNCTIONS.invoke(client, event.target, event.text, event.source)


def _to_queue(event: BucketEvent) -> None:
    client = service_client("sqs", event.target, PRINCIPAL, event.bucket)
    client.send_message(QueueUrl=sqs_queue_url_for_arn(event.target), MessageBody=event.text)


def _to_topic(event: BucketEvent) -> None:
    client = service_client("sns", event.target, PRINCIPAL, event.bucket)
    client.publish(TopicArn=event.target, Message=event.text, Subject=SUBJECT)


def _to_bus(event: BucketEvent) -> None:
    """Put the event on the bus, which needs no permission.

    [Amazon S3 user guide, ev-permissions]
    """
    client = service_client("events", event.target, PRINCIPAL, event.bucket)
    for entry in client.put_events(Entries=[json.loads(event.text)])["Entries"]:
        if "ErrorCode" in entry:
            raise TargetError(FailureCode.ERROR_FROM_TARGET, entry.get("ErrorMessage", ""))


class NotificationDeliveries:
    """Delivers events of buckets, with retries."""

    def __init__(self, deliveries: TargetDeliveries, clock: Clock) -> None:
        self._deliveries = deliveries
        self._clock = clock

    def begin(self, event: BucketEvent, send: Callable[[BucketEvent], None]) -> None:
        """Make the first attempt now; S3 has no dead-letter queue."""
        self._deliveries.begin(
            TargetDelivery(
                key=f"{event.sequencer} for {event.target}",
                target=event.target,
                send=lambda _: send(event),
                give_up=lambda _: False,
                policy=TargetRetryPolicy(),
                accepted=self._clock.now(),
                destination=event.target,
                source=event.source,
            )
        )


class _Notifies:
    """Sends to the target of a configuration; the notifier that it is mixed into checks it."""

    member: str
    send: Callable[[BucketEvent], None]

    def __init__(self, deliveries: NotificationDeliveries) -> None:
        self._deliveries = deliveries

    def notify(self, ctx: Any, config: Mapping[str, Any]) -> None:
        """Begin the delivery of the event to the target that `config` names."""
        notifier: Any = self
        payload = notifier._get_event_payload(ctx, config.get("Id"))  # noqa: SLF001 - LocalStack has no public name for it
        described = payload["Records"][0]["s3"]["object"]
        payload["Records"][0]["responseElements"]["x-amz-request-id"] = IDS.new()[:8].upper()
        described["key"] = quote_plus(unquote(ctx.key_name), safe="/")
        if "sequencer" in described:
            described["sequencer"] = ctx.sequencer
        event = BucketEvent(
            bucket=s3_bucket_arn(ctx.bucket_name, region=ctx.region),
            target=config[self.member],
            text=json.dumps(payload),
            sequencer=ctx.sequencer,
        )
        self._deliveries.begin(event, type(self).send)

    def _validate_notification(self, verification_ctx: Any) -> None:
        """Validate a configuration; one without an id gets the same id in each deployment."""
        configuration = verification_ctx.configuration
        content = json.dumps([verification_ctx.bucket_name, configuration], sort_keys=True)
        configuration.setdefault("Id", sha256(content.encode()).hexdigest()[:ID_DIGITS])
        notifier: Any = super()
        notifier._validate_notification(verification_ctx)  # noqa: SLF001 - as above

    def should_notify(self, ctx: Any, config: Mapping[str, Any]) -> bool:
        """Whether the configuration has the event, and its filter matches the key itself."""
        filters = (config.get("Filter") or {}).get("Key", {}).get("FilterRules") or []
        return notifications._matching_event(config["Events"], ctx.event_type) and all(  # noqa: SLF001 - as above
            _matches(rule, unquote(ctx.key_name)) for rule in filters
        )


def _matches(rule: Mapping[str, str], key: str) -> bool:
    """Whether the key begins or ends with the value, which may be URL-encoded."""
    method = key.startswith if rule["Name"].lower() == "prefix" else key.endswith
    return method((rule["Value"], unquote_plus(rule["Value"])))


class FunctionNotifier(_Notifies, notifications.LambdaNotifier):
    """Invokes functions asynchronously."""

    member = "LambdaFunctionArn"
    send = staticmethod(_to_function)


class QueueNotifier(_Notifies, notifications.SqsNotifier):
    """Sends messages to queues."""

    member = "QueueArn"
    send = staticmethod(_to_queue)


class TopicNotifier(_Notifies, notifications.SnsNotifier):
    """Publishes to topics."""

    member = "TopicArn"
    send = staticmethod(_to_topic)


class BusNotifier(notifications.EventBridgeNotifier):
    """Puts events of AWS on the default bus of the bucket's account and region."""

    def __init__(self, deliveries: NotificationDeliveries, clock: Clock) -> None:
        self._deliveries = deliveries
        self._clock = clock

    def notify(self, ctx: Any, config: Any) -> None:
        """Begin the delivery of the event to the default bus."""
        del config
        entry: Any = self._get_event_payload(ctx)
        detail = json.loads(entry["Detail"])
        detail["object"]["key"] = unquote(ctx.key_name)
        if "sequencer" in detail["object"]:
            detail["object"]["sequencer"] = ctx.sequencer
        if entry["DetailType"] == "Object Created":
            action = ctx.event_type.rpartition(":")[2]
            detail["reason"] = ACTIONS.get(action, action)
        text = {
            **entry,
            "Detail": json.dumps(detail),
            "Time": self._clock.now().isoformat(),
        }
        region, account = ctx.bucket_location, ctx.bucket_account_id
        event = BucketEvent(
            bucket=s3_bucket_arn(ctx.bucket_name, region=ctx.region),
            target=f"arn:aws:events:{region}:{account}:{DEFAULT_BUS}",
            text=json.dumps(text),
            sequencer=ctx.sequencer,
        )
        self._deliveries.begin(event, _to_bus)


class BucketNotifications(notifications.NotificationDispatcher):
    """LocalStack's dispatcher with these notifiers; in the caller's thread if synchronous."""

    def __init__(self, deliveries: TargetDeliveries, clock: Clock, *, is_synchronous: bool) -> None:
        super().__init__()
        self._clock = clock
        if is_synchronous:
            self.executor: Any = CallerThreadExecutor()
        made = NotificationDeliveries(deliveries, clock)
        self.notifiers = {
            "QueueConfigurations": QueueNotifier(made),
            "TopicConfigurations": TopicNotifier(made),
            "LambdaFunctionConfigurations": FunctionNotifier(made),
            "EventBridgeConfiguration": BusNotifier(made, clock),
        }

    def send_notifications(self, ctx: Any, notification_config: Any) -> None:
        """Send the event to all targets with the same sequencer, drawn in the writer's thread."""
        ctx.sequencer = SEQUENCERS.next(self._clock)
        super().send_notifications(ctx, notification_config)
