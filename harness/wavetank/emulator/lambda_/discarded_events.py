"""Sends asynchronous events that Lambda discards, with the permissions of the function's role.

A failure destination gets a record, a dead-letter queue or topic the event itself; a function may
have both. LocalStack's dead letters have a random RequestID and the whole error, and an event that
was throttled until it expired reaches neither.
[LocalStack 4.14: services/lambda_/invocation/event_manager.py]
"""

import json
import logging
from collections.abc import Callable
from typing import Any

from localstack.aws.connect import connect_to
from localstack.services.lambda_.invocation.event_manager import Poller, SQSInvocation
from localstack.services.lambda_.invocation.lambda_models import (
    EventInvokeConfig,
    InvocationResult,
)
from localstack.utils.aws import arns
from localstack.utils.aws.client_types import ServicePrincipal
from localstack.utils.aws.message_forwarding import send_event_to_target

from wavetank.core.clock import WallClock
from wavetank.emulator.lambda_.dead_letters import DeadLetter, dead_letter, record_without_response

LOG = logging.getLogger(__name__)
LAMBDA = ServicePrincipal("lambda")
EXPIRED = "EventAgeExceeded"


def send_to_failure_destination(
    stock: Callable[..., None],
    poller: Poller,
    sqs_invocation: SQSInvocation,
    invocation_result: InvocationResult,
    event_invoke_config: EventInvokeConfig | None,
    failure_cause: str,
) -> None:
    """Replaces LocalStack's, `stock`, for an event that expired while it was throttled.

    An error is logged, as LocalStack does: the event may still reach the dead-letter queue.
    """
    if invocation_result.payload is not None or failure_cause != EXPIRED:
        stock(poller, sqs_invocation, invocation_result, event_invoke_config, failure_cause)
        return
    configured = event_invoke_config.destination_config if event_invoke_config else None
    target = ((configured or {}).get("OnFailure") or {}).get("Destination")
    if not target:
        return
    version, invocation = poller.version_manager.function_version, sqs_invocation.invocation
    record = record_without_response(
        invocation.request_id,
        version.qualified_arn,
        failure_cause,
        sqs_invocation.retries,
        json.loads(invocation.payload or b"null"),
        WallClock().now(),
    )
    try:
        send_event_to_target(
            target_arn=target,
            event=record,
            role=version.config.role,
            source_arn=version.id.unqualified_arn(),
            source_service="lambda",
            events_source="lambda",
            events_detail_type="Lambda Function Invocation Result - Failure",
        )
    except Exception as error:  # noqa: BLE001 - whatever the service raises, the event is discarded
        LOG.warning("Sending to the failure destination %s: %s", target, error)


def process_dead_letter_queue(
    poller: Poller, sqs_invocation: SQSInvocation, invocation_result: InvocationResult
) -> None:
    """Replaces LocalStack's: send the event of a request that Lambda has given up.

    A refusal, for which AWS only counts DeadLetterErrors, is logged.
    """
    version = poller.version_manager.function_version
    target = version.config.dead_letter_arn
    if not target:
        return
    invocation = sqs_invocation.invocation
    event = (invocation.payload or b"null").decode(errors="replace")
    letter = dead_letter(invocation.request_id, event, invocation_result.payload)
    try:
        _send(version.config.role, version.id.unqualified_arn(), target, letter)
    except Exception as error:  # noqa: BLE001 - whatever the service raises, the event is discarded
        LOG.warning("Sending to the dead-letter queue %s: %s", target, error)


def _send(role: str, function: str, target: str, letter: DeadLetter) -> None:
    region = arns.extract_region_from_arn(target)
    clients: Any = connect_to.with_assumed_role(
        role_arn=role, service_principal=LAMBDA, region_name=region
    )
    caller = {"source_arn": function, "service_principal": LAMBDA}
    if arns.extract_service_from_arn(target) == "sns":
        clients.sns.request_metadata(**caller).publish(
            TopicArn=target, Message=letter.text, MessageAttributes=letter.attributes
        )
        return
    clients.sqs.request_metadata(**caller).send_message(
        QueueUrl=arns.sqs_queue_url_for_arn(target),
        MessageBody=letter.text,
        MessageAttributes=letter.attributes,
    )
