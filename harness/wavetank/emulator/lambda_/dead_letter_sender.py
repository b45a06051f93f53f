"""Sends discarded events to dead-letter queues and topics, with the permissions of the role.

LocalStack's own message has a random RequestID and the whole error, and events that were throttled
until they expired get none. [LocalStack 4.14: services/lambda_/invocation/event_manager.py]
"""

import logging
from typing import Any

from localstack.aws.connect import connect_to
from localstack.services.lambda_.invocation.event_manager import Poller, SQSInvocation
from localstack.services.lambda_.invocation.lambda_models import InvocationResult
from localstack.utils.aws import arns
from localstack.utils.aws.client_types import ServicePrincipal

from wavetank.emulator.lambda_.dead_letters import DeadLetter, dead_letter

LOG = logging.getLogger(__name__)
LAMBDA = ServicePrincipal("lambda")


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
