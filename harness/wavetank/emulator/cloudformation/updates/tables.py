"""DynamoDB tables: billing, indexes, stream, time to live, backups, tags.

[CloudFormation template reference: AWS::DynamoDB::Table; DynamoDB API reference: UpdateTable]
"""

import json
from collections.abc import Mapping
from typing import Any

from wavetank.emulator.cloudformation.updates.call import (
    UpdatableType,
    UpdateCall,
    UpdateRefusedError,
    each,
    is_true,
    nothing,
)
from wavetank.emulator.cloudformation.updates.tags import attribute, tagged

PROVISIONED, ON_DEMAND = "PROVISIONED", "PAY_PER_REQUEST"
ONE_INDEX = "Cannot perform more than one GSI creation or deletion in a single update"


def _table(call: UpdateCall) -> Any:
    return call.model["TableName"]


def _bill(call: UpdateCall) -> None:
    mode = call.now("BillingMode", PROVISIONED)
    changes: dict[str, Any] = {"BillingMode": mode}
    if mode == PROVISIONED:
        changes["ProvisionedThroughput"] = call.now(
            "ProvisionedThroughput", {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
        )
    if {"BillingMode", "ProvisionedThroughput"} & call.changed:
        call.clients.dynamodb.update_table(TableName=_table(call), **changes)


def _index(call: UpdateCall) -> None:
    before, now = (
        _indexes(call.before("GlobalSecondaryIndexes")),
        _indexes(call.now("GlobalSecondaryIndexes")),
    )
    # An index whose key or projection changes must be deleted and created again.
    gone = [name for name in before if _shape(before[name]) != _shape(now.get(name))]
    new = [name for name in now if _shape(before.get(name)) != _shape(now[name])]
    if len(gone) > 1 or len(new) > 1:
        raise UpdateRefusedError(ONE_INDEX)
    kept = [name for name in now if name not in new and before[name] != now[name]]
    updates = [
        *({"Delete": {"IndexName": name}} for name in gone),
        *({"Create": _capacity(now[name])} for name in new),
        *(
            {
                "Update": {
                    "IndexName": name,
                    "ProvisionedThroughput": now[name].get("ProvisionedThroughput"),
                }
            }
            for name in kept
            if now[name].get("ProvisionedThroughput")
        ),
    ]
    for update in updates:
        call.clients.dynamodb.update_table(
            TableName=_table(call),
            AttributeDefinitions=call.now("AttributeDefinitions", []),
            GlobalSecondaryIndexUpdates=[update],
        )


def _indexes(value: Any) -> dict[str, Mapping[str, Any]]:
    return {entry["IndexName"]: entry for entry in value or []}


def _shape(index: Mapping[str, Any] | None) -> Any:
    return index and (index["KeySchema"], index["Projection"])


def _capacity(index: Mapping[str, Any]) -> dict[str, Any]:
    names = ("IndexName", "KeySchema", "Projection", "ProvisionedThroughput")
    return {name: index[name] for name in names if name in index}


def _stream(call: UpdateCall) -> None:
    before, now = call.before("StreamSpecification"), call.now("StreamSpecification")
    update, name = call.clients.dynamodb.update_table, _table(call)
    if before:
        # A stream's view type cannot be changed: a new stream replaces the old one.
        update(TableName=name, StreamSpecification={"StreamEnabled": False})
    if now:
        specification = {"StreamEnabled": True, "StreamViewType": now["StreamViewType"]}
        update(TableName=name, StreamSpecification=specification)
    table = call.clients.dynamodb.describe_table(TableName=name)["Table"]
    call.attributes["StreamArn"] = table.get("LatestStreamArn") if now else None


def _expire(call: UpdateCall) -> None:
    before, now = call.before("TimeToLiveSpecification"), call.now("TimeToLiveSpecification")
    if now is None and before:
        now = {"AttributeName": before.get("AttributeName"), "Enabled": False}
    enabled = is_true(now.get("Enabled", True))
    found = call.clients.dynamodb.describe_time_to_live(TableName=_table(call))
    status = found["TimeToLiveDescription"]["TimeToLiveStatus"]
    if enabled == (status in {"ENABLED", "ENABLING"}):
        if found["TimeToLiveDescription"].get("AttributeName") == now.get("AttributeName"):
            return
        if enabled:
            raise UpdateRefusedError("TimeToLive is already enabled")
        return
    call.clients.dynamodb.update_time_to_live(
        TableName=_table(call), TimeToLiveSpecification={**now, "Enabled": enabled}
    )


def _recover(call: UpdateCall) -> None:
    value = call.now("PointInTimeRecoverySpecification", {})
    specification: dict[str, Any] = {
        "PointInTimeRecoveryEnabled": is_true(value.get("PointInTimeRecoveryEnabled", False))
    }
    if "RecoveryPeriodInDays" in value:
        specification["RecoveryPeriodInDays"] = int(value["RecoveryPeriodInDays"])
    call.clients.dynamodb.update_continuous_backups(
        TableName=_table(call), PointInTimeRecoverySpecification=specification
    )


def _protect(call: UpdateCall) -> None:
    enabled = is_true(call.now("DeletionProtectionEnabled"))
    call.clients.dynamodb.update_table(TableName=_table(call), DeletionProtectionEnabled=enabled)


def _class(call: UpdateCall) -> None:
    value = call.now("TableClass", "STANDARD")
    call.clients.dynamodb.update_table(TableName=_table(call), TableClass=value)


def _encrypt(call: UpdateCall) -> None:
    value = call.now("SSESpecification", {"SSEEnabled": False})
    specification = {name: text for name, text in value.items() if name != "SSEEnabled"}
    specification["Enabled"] = is_true(value.get("SSEEnabled"))
    call.clients.dynamodb.update_table(TableName=_table(call), SSESpecification=specification)


def _allow(call: UpdateCall) -> None:
    arn, value = call.model["Arn"], call.now("ResourcePolicy")
    if value:
        call.clients.dynamodb.put_resource_policy(
            ResourceArn=arn, Policy=json.dumps(value["PolicyDocument"])
        )
    else:
        call.clients.dynamodb.delete_resource_policy(ResourceArn=arn)


TYPES = {
    "AWS::DynamoDB::Table": UpdatableType(
        in_place={
            **each("BillingMode ProvisionedThroughput", _bill),
            "AttributeDefinitions": nothing,
            "GlobalSecondaryIndexes": _index,
            "StreamSpecification": _stream,
            "TimeToLiveSpecification": _expire,
            "PointInTimeRecoverySpecification": _recover,
            "DeletionProtectionEnabled": _protect,
            "TableClass": _class,
            "SSESpecification": _encrypt,
            "ResourcePolicy": _allow,
            "Tags": tagged("dynamodb", attribute("Arn")),
        },
        at_creation=frozenset(
            {
                "DeletionProtectionEnabled",
                "PointInTimeRecoverySpecification",
                "ResourcePolicy",
                "TableClass",
            }
        ),
    )
}
