"""Operations whose action has the same name, with resources from the authorization table.

[Service Authorization Reference]
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from localstack.aws.spec import load_service

from wavetank.emulator.iam_enforcement.operations.names import (
    event_bus_arn,
    function_arn,
    identity_arn,
    layer_arn,
    log_group_arn,
    parameter_arn,
    queue_arn,
    rule_arn,
    schedule_arn,
    secret_arn,
)
from wavetank.emulator.iam_enforcement.operations.parameter_names import naming_parameters
from wavetank.emulator.iam_enforcement.reference import (
    IamAction,
    IamResourceType,
    find_action,
    has_actions,
)
from wavetank.emulator.iam_enforcement.required_action import ANYTHING, Call, RequiredAction

PLACEHOLDER = re.compile(r"\$\{(\w+)\}")
NAMED_BY: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("cloudformation", "stack"): ("StackName", "TargetId"),
    ("cloudformation", "stackset"): ("StackSetName",),
    ("cloudwatch", "alarm"): ("AlarmName", "AlarmNames", "ResourceARN"),
    ("cloudwatch", "dashboard"): ("DashboardName", "DashboardNames"),
    ("cloudwatch", "insight-rule"): ("RuleName", "RuleNames", "ResourceARN"),
    ("cloudwatch", "metric-stream"): ("Name", "Names"),
    ("dynamodb", "backup"): ("BackupArn",),
    ("dynamodb", "export"): ("ExportArn",),
    ("dynamodb", "global-table"): ("GlobalTableName",),
    ("dynamodb", "import"): ("ImportArn",),
    ("events", "api-destination"): ("Name",),
    ("events", "archive"): ("ArchiveName", "EventSourceArn"),
    ("events", "connection"): ("ConnectionArn", "Name"),
    ("events", "endpoint"): ("Name",),
    ("events", "event-bus"): ("EventSourceArn", "Destination", "ResourceARN", "Name"),
    ("events", "event-source"): ("EventSourceName", "Name"),
    ("events", "replay"): ("ReplayName",),
    ("events", "rule-on-custom-event-bus"): ("Rule", "Name"),
    ("events", "rule-on-default-event-bus"): ("Rule", "ResourceARN", "Name"),
    ("firehose", "deliverystream"): ("DeliveryStreamName",),
    ("iam", "group"): ("GroupName", "PolicySourceArn", "Arn"),
    ("iam", "instance-profile"): ("InstanceProfileName",),
    ("iam", "mfa"): ("SerialNumber", "VirtualMFADeviceName"),
    ("iam", "oidc-provider"): ("OpenIDConnectProviderArn", "Url"),
    ("iam", "policy"): ("PolicyArn", "PolicyName"),
    ("iam", "role"): ("RoleName", "PolicySourceArn", "AWSServiceName", "Arn"),
    ("iam", "saml-provider"): ("SAMLProviderArn", "Name"),
    ("iam", "server-certificate"): ("ServerCertificateName",),
    ("iam", "user"): ("UserName", "PolicySourceArn", "Arn"),
    ("kinesis", "consumer"): ("ConsumerARN", "ResourceARN"),
    ("kinesis", "stream"): ("StreamARN", "StreamName", "ResourceARN"),
    ("lambda", "code signing config"): ("CodeSigningConfigArn", "Resource"),
    ("lambda", "eventSourceMapping"): ("UUID", "Resource"),
    ("lambda", "function"): ("FunctionName", "Resource"),
    ("lambda", "function alias"): ("FunctionName",),
    ("lambda", "layer"): ("LayerName",),
    ("lambda", "layerVersion"): ("LayerName",),
    ("logs", "anomaly-detector"): ("anomalyDetectorArn", "resourceArn"),
    ("logs", "delivery"): ("id", "resourceArn"),
    ("logs", "delivery-destination"): ("deliveryDestinationArn", "deliveryDestinationName", "name"),
    ("logs", "delivery-source"): ("deliverySourceName", "name"),
    ("logs", "destination"): ("destinationName",),
    ("logs", "log-group"): (
        *("logGroupName", "logGroupIdentifier", "resourceIdentifier", "logGroupArnList"),
        *("logGroupNames", "logGroupIdentifiers", "logGroupIdentifier", "resourceArn"),
    ),
    ("logs", "log-stream"): ("logGroupName", "logGroupIdentifier"),
    ("scheduler", "schedule"): ("Name",),
    ("scheduler", "schedule-group"): ("GroupName", "Name", "ResourceArn"),
    ("ses", "configuration-set"): ("ConfigurationSetName", "ConfigurationSet"),
    ("ses", "custom-verification-email-template"): ("TemplateName",),
    ("ses", "identity"): ("SourceArn", "FromArn", "BounceSender", "Source", "EmailAddress"),
    ("ses", "template"): ("TemplateArn", "Template"),
    ("sesv2", "identity"): ("FromEmailAddressIdentityArn", "FromEmailAddress", "EmailIdentity"),
    ("sns", "topic"): ("TopicArn", "TargetArn", "ResourceArn", "Name"),
    ("sqs", "queue"): ("QueueUrl", "QueueName", "SourceArn"),
    ("ssm", "parameter"): ("Name", "Names", "Path"),
}
"""The parameters that name a resource, by service and type; the first one present counts."""

DEFAULT_NAMES: Mapping[tuple[str, str], str] = {("athena", "workgroup"): "primary"}
"""The resource of calls that name none.

Athena knows the workgroup of a query by its id; a test that answers the call does not say it.
[Athena API reference: StartQueryExecution; user guide: workgroups]
"""

OTHER_PLACEHOLDERS: Mapping[str, str] = {"LogStreamName": "logStreamName"}
"""Parameters for other placeholders of an ARN; `*` if the call does not have them."""

PREFIXES: Mapping[str, str] = {
    "elb": "elasticloadbalancing",
    "opensearch": "es",
    "resourcegroupstaggingapi": "tag",
    "s3control": "s3",
}
"""The prefix of actions, where it is not LocalStack's name of the service."""

type Namer = Callable[[Call, str], str | None]

NAMERS: Mapping[tuple[str, str], Namer] = {
    ("events", "event-bus"): event_bus_arn,
    ("events", "rule-on-custom-event-bus"): lambda call, name: rule_arn(call, name, custom=True),
    ("events", "rule-on-default-event-bus"): lambda call, name: rule_arn(call, name, custom=False),
    ("iam", "group"): lambda call, name: identity_arn(call, "group", name),
    ("iam", "instance-profile"): lambda call, name: identity_arn(call, "instance-profile", name),
    ("iam", "policy"): lambda call, name: identity_arn(call, "policy", name),
    ("iam", "role"): lambda call, name: identity_arn(call, "role", name),
    ("iam", "user"): lambda call, name: identity_arn(call, "user", name),
    ("lambda", "function"): function_arn,
    ("lambda", "function alias"): function_arn,
    ("lambda", "layer"): lambda call, name: layer_arn(call, name, with_version=False),
    ("lambda", "layerVersion"): lambda call, name: layer_arn(call, name, with_version=True),
    ("logs", "log-group"): log_group_arn,
    ("logs", "log-stream"): log_group_arn,
    ("scheduler", "schedule"): schedule_arn,
    ("secretsmanager", "Secret"): secret_arn,
    ("sqs", "queue"): queue_arn,
    ("ssm", "parameter"): parameter_arn,
}
"""Functions for names that differ from the part of the ARN; None for a resource of another type."""


def actions_by_table(call: Call, action: str | None = None) -> Iterator[RequiredAction]:
    """What the table requires for the action, by default the one with the operation's name."""
    name = action or f"{_prefix(call.service)}:{call.operation}"
    found = find_action(name)
    for resource in resources_of(call, found) if found else (ANYTHING,):
        yield RequiredAction(name, resource)


@cache
def _prefix(service: str) -> str:
    """The prefix of the service's actions: several services share one, as they do a signature."""
    known = PREFIXES.get(service)
    if known is None and not has_actions(service):
        known = str(load_service(service).signing_name)
    return known or service


def resources_of(call: Call, action: IamAction) -> list[str]:
    """The ARNs that the call concerns, of all required types, or else of the first named."""
    required = [kind for kind in action.types if kind.is_required or len(action.types) == 1]
    if required:
        return [arn for kind in required for arn in _arns(call, kind) or [_any_of(call, kind)]]
    named = (_arns(call, kind) for kind in action.types)
    return next((arns for arns in named if arns), [ANYTHING])


def _any_of(call: Call, kind: IamResourceType) -> str:
    """All resources of the type: what AWS checks if the call does not name one."""
    return PLACEHOLDER.sub(ANYTHING, _with_scope(call, kind.arn))


def _arns(call: Call, kind: IamResourceType) -> list[str]:
    known = NAMED_BY.get((call.service, kind.name))
    for parameter in naming_parameters(kind, call.parameters) if known is None else known:
        arns = [_arn(call, kind, name) for name in _names(call.parameters.get(parameter))]
        found = [arn for arn in arns if arn]
        if found:
            return found
    default = DEFAULT_NAMES.get((call.service, kind.name), "")
    return [arn for name in _names(default) if (arn := _arn(call, kind, name))]


def _names(value: Any) -> list[str]:
    """The names in a parameter: a name or ARN, a list of them, or a structure with one."""
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, list):
        return [name for entry in value for name in _names(entry)]
    if isinstance(value, Mapping):
        return next((_names(value[key]) for key in ("Arn", "Name") if key in value), [])
    return []


def _arn(call: Call, kind: IamResourceType, name: str) -> str | None:
    namer = NAMERS.get((call.service, kind.name))
    if namer:
        return namer(call, name)
    form = _with_scope(call, kind.arn)
    if name.startswith("arn:"):
        return name if _is_of(name, form) else None
    filled = PLACEHOLDER.sub(lambda _: name, form, count=1)
    return PLACEHOLDER.sub(lambda found: _other_placeholder(call, found[1]), filled)


def _other_placeholder(call: Call, placeholder: str) -> str:
    return str(call.parameters.get(OTHER_PLACEHOLDERS.get(placeholder, ""), ANYTHING))


def _with_scope(call: Call, form: str) -> str:
    known = {"Partition": "aws", "Region": call.region, "Account": call.account}
    return PLACEHOLDER.sub(lambda found: known.get(found[1], found[0]), form)


def _is_of(arn: str, form: str) -> bool:
    """Whether the ARN has the type's format, in any account and region."""
    kind = re.split(r"[:/$]", form.split(":", 5)[5])[0]
    return re.split(r"[:/]", arn.split(":", 5)[-1])[0] == kind or "$" in form.split(":", 5)[5][:1]
