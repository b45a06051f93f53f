"""LocalStack's SNS, with confirmation of addresses and a mailbox instead of its SES.

`GET /_wavetank/confirmation?TopicArn=...&Token=...` is the target of the link in a confirmation
message, a page for users; ConfirmSubscription does the same for programs. `POST {"arn": ...,
"confirmed": false}` there marks an address as not confirmed, or as confirmed again.
[LocalStack 4.14: services/sns/provider.py, services/sns/publisher.py]
"""

import re
from html import escape
from typing import Any

from localstack.aws.api import RequestContext, ServiceException
from localstack.aws.api.sns import (
    ConfirmSubscriptionResponse,
    InvalidParameterException,
    ListSubscriptionsByTopicResponse,
    ListSubscriptionsResponse,
    SubscribeResponse,
)
from localstack.http import Request, Response, route
from localstack.services.edge import ROUTER
from localstack.services.plugins import Service, aws_provider
from localstack.services.sns.models import SnsMessage, SnsSubscription
from localstack.services.sns.provider import SnsProvider
from localstack.services.sns.publisher import (
    EmailJsonTopicPublisher,
    EmailTopicPublisher,
    PublishDispatcher,
    SnsPublishContext,
    create_unsubscribe_url,
)

from wavetank.core.clock import Clock, WallClock
from wavetank.core.resource_name import is_fifo
from wavetank.emulator.caller_thread import CallerThreadExecutor, TopicCallerThreadExecutor
from wavetank.emulator.settings import TimeChoice, read_emulator_settings
from wavetank.emulator.sns.confirmation import (
    CONFIRMATION_PATH,
    PROTOCOLS,
    Confirmations,
    is_confirmed,
    set_confirmed,
)
from wavetank.emulator.sns.fifo_topics import FifoTopics
from wavetank.emulator.sns.filter_policies import EmulatedSubscriptionFilter
from wavetank.emulator.sns.mailbox import Mailbox
from wavetank.emulator.sns.publishers import (
    FunctionPublisher,
    QueuePublisher,
    RecordingHttpPublisher,
    StreamPublisher,
    TopicDeliveries,
)
from wavetank.emulator.sns.relay import Relay, parse_mail_server
from wavetank.emulator.sns.repeatable import make_repeatable
from wavetank.emulator.sns.request_checks import check_protocol, check_subject
from wavetank.emulator.sns.subscription_resource import create_subscriptions_with_roles
from wavetank.emulator.target_delivery.deliveries import TargetDeliveries

ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
WEB_PROTOCOLS = ("http", "https")
PENDING = "pending confirmation"
PENDING_LISTED = "PendingConfirmation"
BAD_REQUEST = 400
PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>
<h1>{title}</h1>
<p>{text}</p>
"""


class WavetankSns(SnsProvider):
    """LocalStack's SNS provider, with a mailbox, confirmed addresses, and retries of messages."""

    def __init__(self, confirmations: Confirmations, clock: Clock, *, is_synchronous: bool) -> None:
        super().__init__()
        self.confirmations = confirmations
        self.deliveries = TargetDeliveries(clock, has_thread=not is_synchronous)
        self.fifo_topics = FifoTopics()
        self._is_synchronous = is_synchronous
        self._publisher.shutdown()
        self._publisher = _Dispatcher(self, clock, is_synchronous=is_synchronous)

    def on_before_stop(self) -> None:
        """Report what subscriptions do not receive because LocalStack stops."""
        super().on_before_stop()
        self.deliveries.report_lost("SNS")

    def on_after_init(self) -> None:
        """Add the HTTP routes of the mailbox and of the confirmation page."""
        super().on_after_init()
        ROUTER.add(self.confirmations.mailbox)
        ROUTER.add(self.on_confirmation)
        ROUTER.add(self.on_setting)

    def subscribe(
        self,
        context: RequestContext,
        topic_arn: str,
        protocol: str,
        endpoint: str | None = None,
        attributes: Any = None,
        return_subscription_arn: bool | None = None,  # noqa: FBT001 - LocalStack's signature
        **kwargs: Any,
    ) -> SubscribeResponse:
        """An address is pending until it confirms; a second subscription asks it again."""
        check_protocol(protocol, of_fifo_topic=is_fifo(topic_arn))
        mail = protocol in PROTOCOLS
        if mail:
            self._check_address(endpoint, topic_arn.split(":")[4])
        answer = super().subscribe(
            context, topic_arn, protocol, endpoint, attributes, return_subscription_arn, **kwargs
        )
        if not mail:
            if protocol in WEB_PROTOCOLS and self._is_synchronous:
                return self._confirmed_without_network(context, topic_arn, endpoint)
            return answer
        store = self.get_store(topic_arn.split(":")[4], context.region)
        subscription = store.subscriptions[str(answer["SubscriptionArn"])]
        if not is_confirmed(subscription):
            self.confirmations.begin(store, subscription)
        # CloudFormation, which is LocalStack itself, has no other id for the subscription.
        named = is_confirmed(subscription) or return_subscription_arn or context.is_internal_call
        arn = subscription["SubscriptionArn"]
        return SubscribeResponse(SubscriptionArn=arn if named else PENDING)

    def publish(self, context: RequestContext, *args: Any, **kwargs: Any) -> Any:
        """Publish a message.

        Raises:
            InvalidParameterException: its subject, or another parameter, is invalid.
        """
        request: Any = context.service_request
        check_subject(request.get("Subject"))
        return super().publish(context, *args, **kwargs)

    def publish_batch(self, context: RequestContext, *args: Any, **kwargs: Any) -> Any:
        """Publish messages; like LocalStack, all are refused if one is invalid.

        Raises:
            InvalidParameterException: a subject, or another parameter, is invalid.
        """
        request: Any = context.service_request
        for entry in request.get("PublishBatchRequestEntries") or []:
            check_subject(entry.get("Subject"))
        return super().publish_batch(context, *args, **kwargs)

    def confirm_subscription(
        self, context: RequestContext, topic_arn: str, token: str, *args: Any, **kwargs: Any
    ) -> ConfirmSubscriptionResponse:
        """Confirm, unless the token has expired."""
        self.confirmations.remove_expired()
        answer = super().confirm_subscription(context, topic_arn, token, *args, **kwargs)
        self.confirmations.forget(str(answer["SubscriptionArn"]))
        return answer

    def unsubscribe(self, context: RequestContext, subscription_arn: str, **kwargs: Any) -> None:
        """End a confirmed subscription; CloudFormation skips pending ones."""
        self.confirmations.remove_expired()
        if not context.is_internal_call:
            self.confirmations.check_may_unsubscribe(subscription_arn)
        elif self.confirmations.is_pending(subscription_arn):
            return
        super().unsubscribe(context, subscription_arn, **kwargs)
        self.confirmations.forget(subscription_arn)

    def list_subscriptions(
        self, context: RequestContext, next_token: Any = None, **kwargs: Any
    ) -> ListSubscriptionsResponse:
        """The subscriptions that have not expired."""
        self.confirmations.remove_expired()
        return super().list_subscriptions(context, next_token, **kwargs)

    def list_subscriptions_by_topic(
        self, context: RequestContext, topic_arn: str, next_token: Any = None, **kwargs: Any
    ) -> ListSubscriptionsByTopicResponse:
        """The subscriptions that have not expired; a pending one has no ARN."""
        self.confirmations.remove_expired()
        answer = super().list_subscriptions_by_topic(context, topic_arn, next_token, **kwargs)
        answer["Subscriptions"] = [_listed(entry) for entry in answer["Subscriptions"] or []]
        return answer

    @route(CONFIRMATION_PATH, methods=["GET"])
    def on_confirmation(self, request: Request, **_: object) -> Response:
        """Confirms a subscription by its message's link; a GET, as on AWS."""
        topic, token = request.args.get("TopicArn", ""), request.args.get("Token", "")
        try:
            answer = self.confirm_subscription(RequestContext(request), topic, token)
        except ServiceException as error:
            return _page("Not confirmed", escape(error.message), BAD_REQUEST)
        arn = str(answer["SubscriptionArn"])
        link = escape(create_unsubscribe_url(request.host_url.rstrip("/"), arn), quote=True)
        return _page(
            "Subscription confirmed!",
            f"Your subscription's id is {escape(arn)}.</p>\n<p>If it was not your intention to "
            f'subscribe, <a rel="noreferrer" href="{link}">unsubscribe</a>.',
        )

    @route(CONFIRMATION_PATH, methods=["POST"])
    def on_setting(self, request: Request, **_: object) -> dict[str, Any] | Response:
        """Marks an address as confirmed or not."""
        setting = request.get_json(silent=True) or {}
        arn, confirmed = str(setting.get("arn")), bool(setting.get("confirmed"))
        try:
            set_confirmed(arn, confirmed=confirmed)
        except LookupError as error:
            return Response(f"{error}\n", BAD_REQUEST)
        return {"arn": arn, "confirmed": confirmed}

    def _confirmed_without_network(
        self, context: RequestContext, topic: str, endpoint: str | None
    ) -> SubscribeResponse:
        """Confirm a URL in the simulator, which has no network to send it the request."""
        store = self.get_store(topic.split(":")[4], context.region)
        subscription = next(
            each
            for each in store.subscriptions.values()
            if (each["TopicArn"], each["Endpoint"]) == (topic, endpoint)
        )
        subscription["PendingConfirmation"] = "false"
        return SubscribeResponse(SubscriptionArn=subscription["SubscriptionArn"])

    def _check_address(self, endpoint: str | None, account: str) -> None:
        self.confirmations.remove_expired()
        if endpoint and not ADDRESS.fullmatch(endpoint):
            raise InvalidParameterException("Invalid parameter: Email address")
        self.confirmations.check_limit(account)


class _Dispatcher(PublishDispatcher):
    """Publishes e-mail to confirmed addresses only; in the publisher's thread if synchronous."""

    subscription_filter = EmulatedSubscriptionFilter()

    def __init__(self, provider: WavetankSns, clock: Clock, *, is_synchronous: bool) -> None:
        super().__init__()
        confirmations = provider.confirmations
        deliveries = TopicDeliveries(provider.deliveries, clock)
        self._clock = clock
        self._fifo_topics = provider.fifo_topics
        self._is_synchronous = is_synchronous
        self.topic_notifiers = self.topic_notifiers | {
            "email": _Text(confirmations),
            "email-json": _Json(confirmations),
            "firehose": StreamPublisher(deliveries),
            "lambda": FunctionPublisher(deliveries),
            "sqs": QueuePublisher(deliveries),
        }
        if is_synchronous:
            self.executor: Any = CallerThreadExecutor()
            self.topic_partitioned_executor: Any = TopicCallerThreadExecutor()
            recording = RecordingHttpPublisher(confirmations.record_posted)
            self.topic_notifiers |= dict.fromkeys(WEB_PROTOCOLS, recording)

    def publish_to_topic(self, ctx: Any, topic_arn: str) -> None:
        """Publish; a FIFO topic accepts each message once in five minutes."""
        if not is_fifo(topic_arn) or self._fifo_topics.accepts(
            topic_arn, ctx.message, self._clock.now()
        ):
            super().publish_to_topic(ctx, topic_arn)

    def publish_batch_to_topic(self, ctx: Any, topic_arn: str) -> None:
        """Publish the messages of a batch, in their order and each with its retries."""
        for message in ctx.messages:
            one = SnsPublishContext(message, ctx.store, ctx.request_headers, ctx.topic_attributes)
            self.publish_to_topic(one, topic_arn)

    def publish_to_topic_subscriber(self, ctx: Any, topic_arn: str, subscription_arn: str) -> None:
        """Ask a URL for confirmation; in the simulator, without a network, it is not asked."""
        if not self._is_synchronous:
            super().publish_to_topic_subscriber(ctx, topic_arn, subscription_arn)

    def _should_publish(
        self, subscription_filter_policy: Any, message_ctx: SnsMessage, subscriber: SnsSubscription
    ) -> Any:
        if not is_confirmed(subscriber):
            return False
        return super()._should_publish(subscription_filter_policy, message_ctx, subscriber)


class _ByConfirmations:
    """Publishes to an address; the publisher that it is mixed into makes the body."""

    def __init__(self, confirmations: Confirmations) -> None:
        super().__init__()
        self._confirmations = confirmations

    def _publish(self, context: Any, subscriber: Any) -> None:
        publisher: Any = self
        text = publisher.prepare_message(
            context.message, subscriber, topic_attributes=context.topic_attributes
        )
        self._confirmations.notify(context.store, subscriber, context.message.subject, text)


class _Text(_ByConfirmations, EmailTopicPublisher):
    """Protocol `email`: only the message."""


class _Json(_ByConfirmations, EmailJsonTopicPublisher):
    """Protocol `email-json`: the message and its attributes, as JSON."""


@aws_provider(api="sns", name="wavetank")  # type: ignore[untyped-decorator]  # LocalStack's
def wavetank_sns() -> Service:
    """The service that LocalStack loads under the provider name `wavetank`."""
    return Service.for_provider(make_provider(WallClock()))


def make_provider(clock: Clock) -> WavetankSns:
    """The provider with the settings of the environment."""
    settings = read_emulator_settings()
    server = parse_mail_server(settings.mail_server) if settings.mail_server else None
    mailbox = Mailbox(Relay(server, clock) if server else None)
    confirmations = Confirmations(mailbox, clock, auto_confirm=settings.confirm_emails)
    create_subscriptions_with_roles()
    is_synchronous = settings.time is TimeChoice.VIRTUAL
    provider = WavetankSns(confirmations, clock, is_synchronous=is_synchronous)
    if is_synchronous:
        make_repeatable(provider.fifo_topics)
    return provider


def _listed(subscription: Any) -> Any:
    """The subscription in a list: only the API's members, and no ARN before it is confirmed."""
    members = ("SubscriptionArn", "Owner", "Protocol", "Endpoint", "TopicArn")
    shown = {name: subscription[name] for name in members}
    if not is_confirmed(subscription):
        shown["SubscriptionArn"] = PENDING_LISTED
    return shown


def _page(title: str, html: str, status: int = 200) -> Response:
    return Response(PAGE.format(title=title, text=html), status, content_type="text/html")
