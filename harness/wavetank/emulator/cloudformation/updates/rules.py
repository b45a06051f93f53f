"""EventBridge rules, buses and their targets, and schedules.

[CloudFormation template reference: AWS::Events, AWS::Scheduler]
"""

import json
from typing import Any

from wavetank.emulator.cloudformation.updates.call import (
    UpdatableType,
    UpdateCall,
    UpdateFailedError,
    by_creation,
    each,
)
from wavetank.emulator.cloudformation.updates.tags import attribute, tagged

SCHEDULE = (
    "Description EndDate FlexibleTimeWindow KmsKeyArn ScheduleExpression "
    "ScheduleExpressionTimezone StartDate State Target"
)
DESTINATION = "ConnectionArn Description HttpMethod InvocationEndpoint InvocationRateLimitPerSecond"
CONNECTION = "AuthParameters AuthorizationType Description"


def _where(call: UpdateCall, argument: str = "Rule") -> dict[str, Any]:
    """The rule's name and bus; its id contains both if the bus is not the default one."""
    *bus, name = str(call.model["Id"]).split("|")
    return {argument: name, "EventBusName": bus[0] if bus else "default"}


def _put(call: UpdateCall) -> None:
    names = ("Description", "EventPattern", "RoleArn", "ScheduleExpression", "State")
    settings = {name: call.desired[name] for name in names if name in call.desired}
    if isinstance(pattern := settings.get("EventPattern"), dict):
        settings["EventPattern"] = json.dumps(pattern)
    call.clients.events.put_rule(**_where(call, "Name"), **settings)


def _aim(call: UpdateCall) -> None:
    events, now = call.clients.events, call.now("Targets", [])
    wanted = {target["Id"] for target in now}
    gone = [target["Id"] for target in call.before("Targets", []) if target["Id"] not in wanted]
    if gone:
        _checked(events.remove_targets(**_where(call), Ids=gone))
    if now:
        _checked(events.put_targets(**_where(call), Targets=now))


def _checked(answer: Any) -> None:
    for entry in answer.get("FailedEntries", []):
        raise UpdateFailedError(entry["ErrorMessage"])


def _delete(call: UpdateCall) -> None:
    """Delete the rule from its bus; LocalStack's deletion only looks on the default bus."""
    events, where = call.clients.events, _where(call)
    targets = events.list_targets_by_rule(**where)["Targets"]
    if targets:
        events.remove_targets(**where, Ids=[target["Id"] for target in targets], Force=True)
    events.delete_rule(**_where(call, "Name"))


def _call_out(call: UpdateCall) -> None:
    names = DESTINATION.split()
    settings = {name: call.desired[name] for name in names if name in call.desired}
    call.clients.events.update_api_destination(Name=call.model["Name"], **settings)


def _connect(call: UpdateCall) -> None:
    names = CONNECTION.split()
    settings = {name: call.desired[name] for name in names if name in call.desired}
    call.clients.events.update_connection(Name=call.model["Name"], **settings)


def _schedule(call: UpdateCall) -> None:
    names = (*SCHEDULE.split(), "GroupName")
    settings = {name: call.desired[name] for name in names if name in call.desired}
    call.clients.scheduler.update_schedule(Name=call.model["Name"], **settings)


EVENTS_TAGS = tagged("events", attribute("Arn"), resource="ResourceARN")
TYPES = {
    "AWS::Events::ApiDestination": UpdatableType(
        in_place=each(DESTINATION, _call_out), generated_name="Name"
    ),
    "AWS::Events::Connection": UpdatableType(
        in_place=each(CONNECTION, _connect), generated_name="Name"
    ),
    "AWS::Events::EventBus": UpdatableType(
        in_place={"Tags": EVENTS_TAGS}, at_creation=frozenset({"Tags"})
    ),
    "AWS::Events::EventBusPolicy": UpdatableType(
        in_place=each("Action Condition Principal Statement", by_creation)
    ),
    "AWS::Events::Rule": UpdatableType(
        in_place={
            **each("Description EventPattern RoleArn ScheduleExpression State", _put),
            "Targets": _aim,
            "Tags": EVENTS_TAGS,
        },
        at_creation=frozenset({"RoleArn", "Tags"}),
        delete=_delete,
    ),
    "AWS::Scheduler::Schedule": UpdatableType(in_place=each(SCHEDULE, _schedule)),
    "AWS::Scheduler::ScheduleGroup": UpdatableType(
        in_place={"Tags": tagged("scheduler", attribute("Arn"))}
    ),
}
