"""One target of a rule: what it receives, the attempts to deliver it, and its dead-letter queue.

[EventBridge user guide, eb-rule-retry-policy, eb-rule-dlq; EventBridge API reference, Target]
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from localstack.services.events.target import TargetSender

from wavetank.core.clock import Clock
from wavetank.emulator.events.input_transformer import InputTransformer, is_json, json_text
from wavetank.emulator.events.json_path import MissingValueError, value_at
from wavetank.emulator.events.senders import NOT_JSON, TargetInput, send_input
from wavetank.emulator.target_delivery.dead_letter import retry_attributes, send_dead_letter
from wavetank.emulator.target_delivery.deliveries import (
    TargetDeliveries,
    TargetDelivery,
    Undelivered,
)
from wavetank.emulator.target_delivery.failures import FailureCode, TargetError
from wavetank.emulator.target_delivery.function_invoker import EventOrigin
from wavetank.emulator.target_delivery.retry_policy import parse_retry_policy
from wavetank.emulator.target_delivery.role_clients import TARGET_SESSIONS, service_client

if TYPE_CHECKING:
    from wavetank.emulator.role_sessions import RoleSession

BUS_NAME = "event-bus-name"
"""A member that LocalStack adds to events."""
PRINCIPAL = "events"
SDK_NAMES = {"states": "stepfunctions"}
"""The SDK's name of a service whose ARNs have another one."""


class RuleTarget:
    """A target of a rule; replaces LocalStack's sender, and retries failed deliveries."""

    def __init__(self, sender: TargetSender, deliveries: TargetDeliveries, clock: Clock) -> None:
        self._sender = sender
        self._deliveries = deliveries
        self._clock = clock
        self._session: RoleSession | None = None
        self.service = sender.service
        self.unique_id = sender.unique_id

    def process_event(self, event: Mapping[str, Any], trace_header: Any) -> None:
        """Deliver the event; an error of the target is no error of this call."""
        target: Any = self._sender.target
        original = {name: value for name, value in event.items() if name != BUS_NAME}
        source = EventOrigin(arn=str(self._sender.rule_arn), ids=(str(original.get("id")),))

        def send(_: int) -> None:
            text = target_input(target, original, self._sender.rule_arn, self._sender.rule_name)
            content = TargetInput(
                text=text,
                event=original,
                source=source,
                now=self._clock.now(),
                trace=trace_header,
            )
            self._send(content)

        self._deliveries.begin(
            TargetDelivery(
                key=f"{original.get('id')} for {self.unique_id}",
                target=self.unique_id,
                send=send,
                give_up=lambda undelivered: self._give_up(original, undelivered),
                policy=parse_retry_policy(target.get("RetryPolicy")),
                accepted=self._clock.now(),
                destination=target["Arn"],
                source=source,
            )
        )

    def _send(self, content: TargetInput) -> None:
        """Send the text with the target's role, if it has one, by a session that is valid."""
        role = self._sender.target.get("RoleArn")
        if not role:
            send_input(self._sender, content)
            return

        def send() -> None:
            self._set_client(role)
            send_input(self._sender, content)

        TARGET_SESSIONS[PRINCIPAL].call(role, send)

    def _set_client(self, role: str) -> None:
        """Set the sender's client anew if its session has ended.

        LocalStack makes it once, and it would be invalid after the role was created again.
        [LocalStack 4.14: services/events/target.py, TargetSender._initialize_client]
        """
        sessions, sender = TARGET_SESSIONS[PRINCIPAL], self._sender
        session = sessions.session(role)
        if session is not self._session:
            service = SDK_NAMES.get(sender.service, sender.service)
            client = sessions.clients(role, sender.region).get_client(service)
            client = client.request_metadata(
                service_principal=PRINCIPAL, source_arn=sender.rule_arn
            )
            sender._register_client_hooks(client)  # noqa: SLF001 - LocalStack has no public name
            sender._client = client  # noqa: SLF001 - as above
            self._session = session

    def _give_up(self, event: Mapping[str, Any], undelivered: Undelivered) -> bool:
        """Send the event to the target's dead-letter queue; returns whether it has one."""
        target: Any = self._sender.target
        queue = (target.get("DeadLetterConfig") or {}).get("Arn")
        if queue is None:
            return False
        attributes = {
            "RULE_ARN": self._sender.rule_arn,
            "TARGET_ARN": target["Arn"],
            "ERROR_CODE": undelivered.failure.code,
            **retry_attributes(undelivered),
        }
        client = service_client("sqs", queue, PRINCIPAL, self._sender.rule_arn)
        send_dead_letter(client, queue, json_text(event), attributes)
        return True


def target_input(
    target: Mapping[str, Any], event: Mapping[str, Any], rule_arn: str, rule_name: str
) -> str:
    """The text that the target receives for the event.

    Raises:
        TargetError: INVALID_JSON, if a template for an object made no object; INVALID_PARAMETER, if
            the event has no value at the target's InputPath.
    """
    if given := target.get("Input"):
        return str(given)
    if path := target.get("InputPath"):
        try:
            return json_text(value_at(path, event))
        except MissingValueError as error:
            message = f"The event has no value at {path}."
            raise TargetError(FailureCode.INVALID_PARAMETER, message) from error
    if transformer := target.get("InputTransformer"):
        text = parse_transformer(transformer).text(event, rule_arn, rule_name)
        if text.lstrip().startswith(("{", "[")) and not is_json(text):
            raise TargetError(FailureCode.INVALID_JSON, NOT_JSON + text)
        return text
    return json_text(event)


def parse_transformer(transformer: Mapping[str, Any]) -> InputTransformer:
    """The input transformer of a target, from its form in the API."""
    return InputTransformer(transformer["InputTemplate"], transformer.get("InputPathsMap") or {})
