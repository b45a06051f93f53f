"""EventBridge Scheduler: AWS's behaviours, as they are seen."""

from datetime import timedelta
from typing import Any

from tests.fidelity.events import Queue
from tests.fidelity.ground import ALLOW_ALL, Ground, answer_to, happens
from tests.fidelity.row import Area
from tests.live.names import unique_letters
from wavetank.core.clock import WallClock

AREA = Area("EventBridge Scheduler")
GUIDE = "EventBridge Scheduler user guide: "
INVOKED_SECONDS = 4.0


def _create(ground: Ground, arn: str, expression: str = "rate(1 hour)", **settings: Any) -> str:
    name = f"test-{unique_letters()}"
    target: Any = {"Arn": arn, "RoleArn": ground.role(ALLOW_ALL, service="scheduler")}
    ground.aws.scheduler.create_schedule(
        Name=name,
        ScheduleExpression=expression,
        FlexibleTimeWindow={"Mode": "OFF"},
        Target=target | settings.pop("target", {}),
        **settings,
    )
    return name


@AREA.row(
    "a rate without a start date",
    aws="invokes at once, as arn:aws:scheduler:eu-west-1:123456789012:schedule/default/...",
    localstack="never invokes",
    source=GUIDE + "schedule-types, managing-schedule-context-attributes",
)
def _rates_begin_at_once(ground: Ground) -> str:
    queue = Queue(ground, is_open=False)
    name = _create(ground, queue.arn, target={"Input": "<aws.scheduler.schedule-arn>"})
    if not happens(queue.messages, bool, INVOKED_SECONDS):
        return "never invokes"
    found = queue.body()
    assert found.endswith(f"/{name}")
    shown = found.removesuffix(name).replace(ground.account, "123456789012")
    return f"invokes at once, as {shown}..."


@AREA.row(
    "a one-time schedule that is deleted after completion",
    aws="invokes once, then is gone",
    localstack="never invokes",
    source=GUIDE + "managing-schedule-delete",
)
def _one_time_schedules_are_deleted(ground: Ground) -> str:
    queue = Queue(ground, is_open=False)
    due = WallClock().now() + timedelta(seconds=2)  # at least one in whole seconds
    name = _create(
        ground, queue.arn, f"at({due:%Y-%m-%dT%H:%M:%S})", ActionAfterCompletion="DELETE"
    )
    if not happens(queue.messages, bool, INVOKED_SECONDS):
        return "never invokes"
    gone = happens(lambda: _answer_for(ground, name), lambda it: it == "ResourceNotFoundException")
    assert len(queue.messages()) == 1
    return "invokes once, then is gone" if gone else "invokes once, and stays"


def _answer_for(ground: Ground, name: str) -> str:
    return answer_to(lambda: ground.aws.scheduler.get_schedule(Name=name))


@AREA.row(
    "the dead-letter queue of a schedule",
    aws="AWS.SimpleQueueService.NonExistentQueue after 0 retries: MaximumRetryAttempts",
    localstack="no message",
    source=GUIDE + "configuring-schedule-dlq",
)
def _failed_invocations_are_in_a_queue(ground: Ground) -> str:
    dead = Queue(ground, is_open=False)
    target = {
        "DeadLetterConfig": {"Arn": dead.arn},
        "RetryPolicy": {"MaximumRetryAttempts": 0},
    }
    _create(ground, ground.arn("sqs", "none"), target=target)
    if not happens(dead.messages, bool, INVOKED_SECONDS):
        return "no message"
    found = dead.attributes()
    retries, limit = found["RETRY_ATTEMPTS"], found["EXHAUSTED_RETRY_CONDITION"]
    assert found["IS_PAYLOAD_TRUNCATED"] == "false"
    return f"{found['ERROR_CODE']} after {retries} retries: {limit}"


@AREA.row(
    "an expression with the hour 24",
    aws="ValidationException",
    localstack="done",
    source=GUIDE + "schedule-types",
)
def _invalid_expressions_are_refused(ground: Ground) -> str:
    return answer_to(lambda: _create(ground, _some_queue(ground), "cron(0 24 * * ? *)"))


@AREA.row(
    "a time zone that does not exist",
    aws="ValidationException",
    localstack="done",
    source="EventBridge Scheduler API: CreateSchedule",
)
def _unknown_zones_are_refused(ground: Ground) -> str:
    zone = "Mars/Olympus"
    return answer_to(lambda: _create(ground, _some_queue(ground), ScheduleExpressionTimezone=zone))


@AREA.row(
    "a schedule in a group that does not exist",
    aws="ResourceNotFoundException",
    localstack="InternalError",
    source="EventBridge Scheduler API: CreateSchedule",
)
def _groups_must_exist(ground: Ground) -> str:
    return answer_to(lambda: _create(ground, _some_queue(ground), GroupName="none"))


@AREA.row(
    "a role that does not trust the service",
    aws="ValidationException",
    localstack="done",
    source=GUIDE + "setting-up, Set up the execution role",
)
def _roles_must_trust_the_service(ground: Ground) -> str:
    role = {"RoleArn": ground.role(ALLOW_ALL)}
    return answer_to(lambda: _create(ground, _some_queue(ground), target=role))


def _some_queue(ground: Ground) -> str:
    return ground.arn("sqs", "none")


@AREA.row(
    "CreateSchedule sent twice with one token, as after a lost response",
    aws="done",
    localstack="ConflictException",
    source="EventBridge Scheduler API: CreateSchedule, ClientToken",
)
def _a_token_makes_a_creation_idempotent(ground: Ground) -> str:
    target: Any = {"Arn": _some_queue(ground)}
    target["RoleArn"] = ground.role(ALLOW_ALL, service="scheduler")
    name = f"test-{unique_letters()}"

    def create() -> None:
        ground.aws.scheduler.create_schedule(
            Name=name,
            ScheduleExpression="rate(1 hour)",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target=target,
            ClientToken=name,
        )

    create()
    return answer_to(create)


@AREA.row(
    "a rate of one with a plural unit",
    aws="done",
    localstack="done",
    source=GUIDE + "schedule-types",
)
def _rates_have_plural_units(ground: Ground) -> str:
    return answer_to(lambda: _create(ground, _some_queue(ground), "rate(1 hours)"))


@AREA.row(
    "a flexible window of a day and a minute",
    aws="ValidationException",
    localstack="done",
    source="EventBridge Scheduler API: FlexibleTimeWindow",
)
def _windows_are_limited(ground: Ground) -> str:
    window = {"FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 1441}}
    role = ground.role(ALLOW_ALL, service="scheduler")
    target: Any = {"Arn": _some_queue(ground), "RoleArn": role}
    scheduler: Any = ground.aws.scheduler
    return answer_to(
        lambda: scheduler.create_schedule(
            Name=f"test-{unique_letters()}",
            ScheduleExpression="rate(1 hour)",
            Target=target,
            **window,
        )
    )
