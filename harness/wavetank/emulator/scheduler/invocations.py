"""Invocations of schedules' targets: their attempts, and the dead-letter queue.

[EventBridge Scheduler user guide, configuring-schedule-dlq; API reference, RetryPolicy]
"""

from dataclasses import replace

from wavetank.core.clock import Clock, rfc3339
from wavetank.emulator.scheduler.targets import PRINCIPAL, ScheduleInvocation, call_target
from wavetank.emulator.target_delivery.dead_letter import retry_attributes, send_dead_letter
from wavetank.emulator.target_delivery.deliveries import (
    TargetDeliveries,
    TargetDelivery,
    Undelivered,
)
from wavetank.emulator.target_delivery.retry_policy import parse_retry_policy
from wavetank.emulator.target_delivery.role_clients import TARGET_SESSIONS, role_client


class ScheduleInvocations:
    """Invokes the targets of schedules, and retries failed invocations."""

    def __init__(self, deliveries: TargetDeliveries, clock: Clock) -> None:
        self._deliveries = deliveries
        self._clock = clock

    def begin(self, invocation: ScheduleInvocation) -> None:
        """Invoke the target; an error of the target is no error of this call."""
        self._deliveries.begin(
            TargetDelivery(
                key=f"{invocation.execution} of {invocation.schedule.arn}",
                target=invocation.schedule.arn,
                send=lambda attempt: call_target(replace(invocation, attempt=attempt)),
                give_up=lambda undelivered: send_undelivered(invocation, undelivered),
                policy=parse_retry_policy(invocation.target.get("RetryPolicy")),
                accepted=self._clock.now(),
                destination=str(invocation.target["Arn"]),
                source=invocation.source,
            )
        )


def send_undelivered(invocation: ScheduleInvocation, undelivered: Undelivered) -> bool:
    """Send the input to the schedule's dead-letter queue, by its role, if it has one."""
    target = invocation.target
    queue = (target.get("DeadLetterConfig") or {}).get("Arn")
    if queue is None:
        return False
    attributes = {
        "SCHEDULE_ARN": invocation.schedule.arn,
        "TARGET_ARN": target["Arn"],
        "SCHEDULED_TIME": rfc3339(invocation.scheduled),
        "EXECUTION_ID": invocation.execution,
        "ERROR_CODE": undelivered.failure.service_code,
        "IS_PAYLOAD_TRUNCATED": "false",
        **retry_attributes(undelivered),
    }
    role, region = target["RoleArn"], queue.split(":")[3]

    def send() -> None:
        client = role_client("sqs", role, region, PRINCIPAL)
        send_dead_letter(client, queue, invocation.input, attributes)

    TARGET_SESSIONS[PRINCIPAL].call(role, send)
    return True
