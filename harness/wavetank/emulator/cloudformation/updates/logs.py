"""Log groups, subscription filters and alarms.

[CloudFormation template reference: AWS::Logs, AWS::CloudWatch]
"""

import json

from localstack.services.logs.models import logs_stores
from moto.logs.models import logs_backends

from wavetank.emulator.cloudformation.updates.call import (
    UpdatableType,
    UpdateCall,
    by_creation,
    each,
)
from wavetank.emulator.cloudformation.updates.tags import attribute, tagged

ALARM = (
    "ActionsEnabled AlarmActions AlarmDescription ComparisonOperator DatapointsToAlarm Dimensions "
    "EvaluateLowSampleCountPercentile EvaluationPeriods ExtendedStatistic InsufficientDataActions "
    "MetricName Metrics Namespace OKActions Period Statistic Threshold ThresholdMetricId "
    "TreatMissingData Unit"
)
COMPOSITE = (
    "ActionsEnabled ActionsSuppressor ActionsSuppressorExtensionPeriod ActionsSuppressorWaitPeriod "
    "AlarmActions AlarmDescription AlarmRule InsufficientDataActions OKActions"
)


def _group_arn(call: UpdateCall) -> str:
    return str(call.model["Arn"]).removesuffix(":*")


def _retain(call: UpdateCall) -> None:
    logs, group = call.clients.logs, call.model["LogGroupName"]
    if days := call.now("RetentionInDays"):
        logs.put_retention_policy(logGroupName=group, retentionInDays=int(days))
    else:
        logs.delete_retention_policy(logGroupName=group)


def _encrypt(call: UpdateCall) -> None:
    """Store the key's name: LocalStack has no AssociateKmsKey, and encrypts nothing."""
    request = call.request
    backend = logs_backends[request.account_id][request.region_name]
    backend.groups[call.model["LogGroupName"]].kms_key_id = call.now("KmsKeyId")


def _protect(call: UpdateCall) -> None:
    logs, group = call.clients.logs, call.model["LogGroupName"]
    if policy := call.now("DataProtectionPolicy"):
        text = policy if isinstance(policy, str) else json.dumps(policy)
        logs.put_data_protection_policy(logGroupIdentifier=group, policyDocument=text)
    else:
        logs.delete_data_protection_policy(logGroupIdentifier=group)


def _filter(call: UpdateCall) -> None:
    role, distribution = call.now("RoleArn"), call.now("Distribution")
    call.clients.logs.put_subscription_filter(
        logGroupName=call.model["LogGroupName"],
        filterName=_filter_name(call),
        filterPattern=call.desired["FilterPattern"],
        destinationArn=call.desired["DestinationArn"],
        **({"roleArn": role} if role else {}),
        **({"distribution": distribution} if distribution else {}),
    )


def _delete_filter(call: UpdateCall) -> None:
    call.clients.logs.delete_subscription_filter(
        logGroupName=call.model["LogGroupName"], filterName=_filter_name(call)
    )


def _filter_name(call: UpdateCall) -> str:
    """The filter's name; LocalStack names it after its group if the template does not."""
    return str(call.model.get("FilterName") or call.model["LogGroupName"])


def _tag(call: UpdateCall) -> None:
    # LocalStack accepts tags only for a group that was created with some:
    # services/logs/provider.py, tag_resource.
    store = logs_stores[call.request.account_id][call.request.region_name]
    store.TAGS.setdefault(_group_arn(call), {})
    GROUP_TAGS(call)


GROUP_TAGS = tagged(
    "logs",
    _group_arn,
    resource="resourceArn",
    tag=("tag_resource", "tags"),
    untag=("untag_resource", "tagKeys"),
    form=dict,
)
ALARM_TAGS = tagged("cloudwatch", attribute("Arn"), resource="ResourceARN")
TYPES = {
    "AWS::CloudWatch::Alarm": UpdatableType(
        in_place={**each(ALARM, by_creation), "Tags": ALARM_TAGS},
        at_creation=frozenset({"Tags"}),
    ),
    "AWS::CloudWatch::CompositeAlarm": UpdatableType(
        in_place={**each(COMPOSITE, by_creation), "Tags": ALARM_TAGS},
        at_creation=frozenset({"Tags"}),
    ),
    "AWS::Logs::LogGroup": UpdatableType(
        in_place={
            "RetentionInDays": _retain,
            "KmsKeyId": _encrypt,
            "DataProtectionPolicy": _protect,
            "Tags": _tag,
        },
        at_creation=frozenset({"KmsKeyId", "RetentionInDays", "Tags"}),
    ),
    "AWS::Logs::MetricFilter": UpdatableType(
        in_place=each("FilterPattern MetricTransformations", by_creation)
    ),
    "AWS::Logs::ResourcePolicy": UpdatableType(in_place=each("PolicyDocument", by_creation)),
    "AWS::Logs::SubscriptionFilter": UpdatableType(
        in_place=each("DestinationArn Distribution FilterPattern RoleArn", _filter),
        delete=_delete_filter,
    ),
}
