"""The calls of a schedule's target, with the permissions of the schedule's role.

A templated target is a resource, whose service determines the operation. A universal target names
the operation, and its input is the operation's parameters.
[EventBridge Scheduler user guide, managing-targets-templated, managing-targets-universal,
managing-schedule-context-attributes; EventBridge Scheduler API reference, Target]
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from localstack.utils.aws.arns import firehose_name, sqs_queue_url_for_arn
from moto.scheduler.models import Schedule

from wavetank.core.clock import rfc3339
from wavetank.core.resource_name import service_of
from wavetank.emulator.target_delivery.failures import FailureCode, TargetError
from wavetank.emulator.target_delivery.function_invoker import FUNCTIONS, EventOrigin
from wavetank.emulator.target_delivery.role_clients import TARGET_SESSIONS, role_client

PRINCIPAL = "scheduler"
UNIVERSAL = "arn:aws:scheduler:::aws-sdk:"
SERVICES = {"states": "stepfunctions", "eventbridge": "events", "sfn": "stepfunctions"}
"""The SDK's name of a service whose ARNs, or universal targets, have another one."""


@dataclass(frozen=True, kw_only=True)
class ScheduleInvocation:
    """An invocation of a schedule's target; `execution` is its id, attempts count from 1."""

    schedule: Schedule
    scheduled: datetime
    execution: str
    attempt: int = 1

    @property
    def target(self) -> Mapping[str, Any]:
        """The target as in the API."""
        return self.schedule.target

    @property
    def input(self) -> str:
        """What the target receives: the input with context attributes, or a notification."""
        given = self.target.get("Input")
        text = str(given) if given else json.dumps(notification(self), separators=(",", ":"))
        for name, value in self._attributes().items():
            text = text.replace(f"<aws.scheduler.{name}>", value)
        return text

    @property
    def source(self) -> EventOrigin:
        """The schedule, and the execution's id."""
        return EventOrigin(arn=self.schedule.arn, ids=(self.execution,))

    def _attributes(self) -> dict[str, str]:
        return {
            "schedule-arn": self.schedule.arn,
            "scheduled-time": rfc3339(self.scheduled),
            "execution-id": self.execution,
            "attempt-number": str(self.attempt),
        }


def notification(invocation: ScheduleInvocation) -> dict[str, Any]:
    """What a target without an input receives; AWS documents that it does, and not its form."""
    _, _, _, region, account, _ = invocation.schedule.arn.split(":", 5)
    return {
        "version": "0",
        "id": invocation.execution,
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": account,
        "time": rfc3339(invocation.scheduled),
        "region": region,
        "resources": [invocation.schedule.arn],
        "detail": "{}",
    }


def call_target(invocation: ScheduleInvocation) -> None:
    """Call the target's operation.

    Raises:
        ClientError: the role cannot be assumed, or the target's service refuses the call.
        TargetError: the target is none that can be called, or its input is invalid.
    """
    role = str(invocation.target["RoleArn"])
    TARGET_SESSIONS[PRINCIPAL].call(role, lambda: _call_once(invocation))


def _call_once(invocation: ScheduleInvocation) -> None:
    arn = str(invocation.target["Arn"])
    if arn.startswith(UNIVERSAL):
        _call_operation(invocation, *arn.removeprefix(UNIVERSAL).split(":", 1))
        return
    service = service_of(arn)
    call = CALLS.get(service)
    if call is None:
        raise TargetError(FailureCode.INVALID_PARAMETER, f"{arn} is not a templated target")
    call(_client(invocation, service, arn.split(":")[3]), invocation)


def _client(invocation: ScheduleInvocation, service: str, region: str) -> Any:
    role = str(invocation.target["RoleArn"])
    return role_client(SERVICES.get(service, service), role, region, PRINCIPAL)


def _call_operation(invocation: ScheduleInvocation, service: str, operation: str = "") -> None:
    region = invocation.schedule.arn.split(":")[3]
    client = _client(invocation, service.lower(), region)
    methods = {name.lower(): method for method, name in client.meta.method_to_api_mapping.items()}
    method = methods.get(operation.lower())
    if method is None:
        message = f"{service} has no operation {operation}"
        raise TargetError(FailureCode.INVALID_PARAMETER, message)
    parameters = _json(invocation)
    if not isinstance(parameters, dict):
        raise TargetError(FailureCode.INVALID_JSON, f"{invocation.input} is not a JSON object")
    getattr(client, method)(**parameters)


def _json(invocation: ScheduleInvocation) -> Any:
    try:
        return json.loads(invocation.input)
    except (ValueError, RecursionError) as error:
        raise TargetError(FailureCode.INVALID_JSON, str(error)) from error


def _invoke(client: Any, invocation: ScheduleInvocation) -> None:
    payload = json.dumps(_json(invocation))
    FUNCTIONS.invoke(client, invocation.target["Arn"], payload, invocation.source)


def _send_message(client: Any, invocation: ScheduleInvocation) -> None:
    client.send_message(
        QueueUrl=sqs_queue_url_for_arn(invocation.target["Arn"]),
        MessageBody=invocation.input,
        **(invocation.target.get("SqsParameters") or {}),
    )


def _publish(client: Any, invocation: ScheduleInvocation) -> None:
    client.publish(TopicArn=invocation.target["Arn"], Message=invocation.input)


def _put_firehose_record(client: Any, invocation: ScheduleInvocation) -> None:
    client.put_record(
        DeliveryStreamName=firehose_name(invocation.target["Arn"]),
        Record={"Data": invocation.input.encode()},
    )


def _put_kinesis_record(client: Any, invocation: ScheduleInvocation) -> None:
    client.put_record(
        StreamName=invocation.target["Arn"].split("/")[-1],
        Data=invocation.input.encode(),
        **invocation.target["KinesisParameters"],
    )


def _put_events(client: Any, invocation: ScheduleInvocation) -> None:
    entry = {
        "EventBusName": invocation.target["Arn"],
        "Detail": invocation.input,
        **invocation.target["EventBridgeParameters"],
    }
    for failed in client.put_events(Entries=[entry])["Entries"]:
        if "ErrorCode" in failed:
            raise TargetError(FailureCode.INVALID_PARAMETER, failed.get("ErrorMessage", ""))


def _start_execution(client: Any, invocation: ScheduleInvocation) -> None:
    client.start_execution(stateMachineArn=invocation.target["Arn"], input=invocation.input)


CALLS: Mapping[str, Callable[[Any, ScheduleInvocation], None]] = {
    "events": _put_events,
    "firehose": _put_firehose_record,
    "kinesis": _put_kinesis_record,
    "lambda": _invoke,
    "sns": _publish,
    "sqs": _send_message,
    "states": _start_execution,
}
"""By the service in the ARN of a templated target."""
