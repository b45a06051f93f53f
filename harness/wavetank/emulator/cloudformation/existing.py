"""Checks whether a resource with the name exists; a stack does not create it then.

LocalStack's providers adopt an existing bucket, queue, topic, rule, alarm, log group and others as
if they had created them, because the services' own APIs answer a second creation with success or
overwrite the resource. CloudFormation fails with the reason given here.
[CloudFormation user guide: troubleshooting, "resource already exists"]
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from localstack.services.cloudformation.resource_provider import ResourceRequest
from localstack.services.s3.models import s3_stores

ALREADY_EXISTS_CODES = frozenset(
    {
        "AlreadyExistsException",
        "BucketAlreadyExists",
        "BucketAlreadyOwnedByYou",
        "ConflictException",
        "EntityAlreadyExists",
        "ParameterAlreadyExists",
        "QueueAlreadyExists",
        "QueueNameExists",
        "RepositoryAlreadyExistsException",
        "ResourceAlreadyExistsException",
        "ResourceConflictException",
        "ResourceExistsException",
        "ResourceInUseException",
    }
)
"""Error codes of a creation that failed because the resource exists; the stack does not own it."""
MISSING = (
    "404",
    "DoesNotExist",
    "NoSuch",
    "NonExistent",
    "NotFound",
    "NotExist",
)
"""Parts of the error codes with which services report that a resource does not exist."""


@dataclass(frozen=True)
class NameLookup:
    """How to check whether a resource exists: `name` is the property, `look` raises if not."""

    name: str
    look: Callable[[Any, ResourceRequest[Any], Mapping[str, Any]], object]


def existing_name(request: ResourceRequest[Any], model: Mapping[str, Any]) -> str | None:
    """The name of the existing resource that the model would adopt; None if the name is free."""
    named = NAMED.get(request.resource_type)
    if named is None or not model.get(named.name):
        return None
    error: Exception | None = None
    try:
        found = named.look(request.aws_client_factory, request, model)
    except Exception as raised:  # noqa: BLE001 - each service has errors of its own
        found, error = None, raised
    if error is not None and not is_missing(error):
        raise error
    return str(model[named.name]) if found else None


def can_be_looked_up(resource_type: str) -> bool:
    """Whether `existing_name` supports the type."""
    return resource_type in NAMED


def name_in(resource_type: str, model: Mapping[str, Any]) -> str | None:
    """The name that the model gives the resource; None if the type has no name."""
    named = NAMED.get(resource_type)
    return None if named is None else model.get(named.name)


def is_missing(error: Exception) -> bool:
    """Whether the error says that the resource does not exist."""
    code = _code(error)
    if code is None:
        return any(part in str(error) for part in ("not found", "does not exist", "NotFound"))
    return any(part in code for part in MISSING) or "does not exist" in str(error)


def is_already_exists(error: object) -> bool:
    """Whether the error says that the resource already exists."""
    return _code(error) in ALREADY_EXISTS_CODES


def _code(error: object) -> str | None:
    """The code of a service's error; None for any other exception."""
    response = getattr(error, "response", None)
    return str(response["Error"]["Code"]) if isinstance(response, Mapping) else None


def _by(service: str, operation: str, argument: str, name: str) -> NameLookup:
    """A lookup by one call with the name."""

    def look(clients: Any, _: ResourceRequest[Any], model: Mapping[str, Any]) -> object:
        return getattr(getattr(clients, service), operation)(**{argument: model[name]})

    return NameLookup(name, look)


def _in_list(service: str, operation: str, argument: str, found: str, name: str) -> NameLookup:
    """A lookup by a call that filters by name; the resource exists if it returns any."""

    def look(clients: Any, _: ResourceRequest[Any], model: Mapping[str, Any]) -> object:
        return getattr(getattr(clients, service), operation)(**{argument: [model[name]]})[found]

    return NameLookup(name, look)


def _bucket(_: Any, request: ResourceRequest[Any], model: Mapping[str, Any]) -> object:
    # Bucket names are shared by all accounts and regions.
    buckets = s3_stores[request.account_id][request.region_name].global_bucket_map
    return model["BucketName"] in buckets


def _topic(clients: Any, request: ResourceRequest[Any], model: Mapping[str, Any]) -> object:
    arn = f"arn:aws:sns:{request.region_name}:{request.account_id}:{model['TopicName']}"
    return clients.sns.get_topic_attributes(TopicArn=arn)


def _rule(clients: Any, _: ResourceRequest[Any], model: Mapping[str, Any]) -> object:
    bus = model.get("EventBusName") or "default"
    return clients.events.describe_rule(Name=model["Name"], EventBusName=bus)


def _log_group(clients: Any, _: ResourceRequest[Any], model: Mapping[str, Any]) -> object:
    name = model["LogGroupName"]
    found = clients.logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return any(group["logGroupName"] == name for group in found)


def _log_stream(clients: Any, _: ResourceRequest[Any], model: Mapping[str, Any]) -> object:
    group, name = model["LogGroupName"], model["LogStreamName"]
    found = clients.logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=name)
    return any(stream["logStreamName"] == name for stream in found["logStreams"])


def _subscription_filter(clients: Any, _: ResourceRequest[Any], model: Mapping[str, Any]) -> object:
    # LocalStack's provider gives the filter the name of its log group.
    name = model["LogGroupName"]
    found = clients.logs.describe_subscription_filters(logGroupName=name, filterNamePrefix=name)
    return any(entry["filterName"] == name for entry in found["subscriptionFilters"])


def _inline_policy(clients: Any, _: ResourceRequest[Any], model: Mapping[str, Any]) -> object:
    name = model["PolicyName"]
    return any(
        name in answer["PolicyNames"]
        for answer in (
            *(clients.iam.list_role_policies(RoleName=role) for role in model.get("Roles") or []),
            *(clients.iam.list_user_policies(UserName=user) for user in model.get("Users") or []),
            *(clients.iam.list_group_policies(GroupName=one) for one in model.get("Groups") or []),
        )
    )


def _managed_policy(clients: Any, request: ResourceRequest[Any], model: Mapping[str, Any]) -> Any:
    # LocalStack's provider omits the path of the policies that it creates.
    name = model["ManagedPolicyName"]
    return clients.iam.get_policy(PolicyArn=f"arn:aws:iam::{request.account_id}:policy/{name}")


def _alias(clients: Any, _: ResourceRequest[Any], model: Mapping[str, Any]) -> object:
    return clients.lambda_.get_alias(FunctionName=model["FunctionName"], Name=model["Name"])


def _key_alias(clients: Any, _: ResourceRequest[Any], model: Mapping[str, Any]) -> object:
    aliases = clients.kms.list_aliases()["Aliases"]
    return any(alias["AliasName"] == model["AliasName"] for alias in aliases)


def _event_invoke_config(clients: Any, _: ResourceRequest[Any], model: Mapping[str, Any]) -> Any:
    return clients.lambda_.get_function_event_invoke_config(
        FunctionName=model["FunctionName"], Qualifier=model.get("Qualifier") or "$LATEST"
    )


def _composite_alarm(clients: Any, _: ResourceRequest[Any], model: Mapping[str, Any]) -> object:
    names, kinds = [model["AlarmName"]], ["CompositeAlarm"]
    answer = clients.cloudwatch.describe_alarms(AlarmNames=names, AlarmTypes=kinds)
    return answer["CompositeAlarms"]


def _schedule(clients: Any, _: ResourceRequest[Any], model: Mapping[str, Any]) -> object:
    group = model.get("GroupName") or "default"
    return clients.scheduler.get_schedule(Name=model["Name"], GroupName=group)


def _state_machine(clients: Any, request: ResourceRequest[Any], model: Mapping[str, Any]) -> Any:
    where = f"{request.region_name}:{request.account_id}"
    arn = f"arn:aws:states:{where}:stateMachine:{model['StateMachineName']}"
    return clients.stepfunctions.describe_state_machine(stateMachineArn=arn)


def _activity(clients: Any, request: ResourceRequest[Any], model: Mapping[str, Any]) -> object:
    where = f"{request.region_name}:{request.account_id}"
    arn = f"arn:aws:states:{where}:activity:{model['Name']}"
    return clients.stepfunctions.describe_activity(activityArn=arn)


NAMED: Mapping[str, NameLookup] = {
    "AWS::CloudWatch::Alarm": _in_list(
        "cloudwatch", "describe_alarms", "AlarmNames", "MetricAlarms", "AlarmName"
    ),
    "AWS::CloudWatch::CompositeAlarm": NameLookup("AlarmName", _composite_alarm),
    "AWS::DynamoDB::GlobalTable": _by("dynamodb", "describe_table", "TableName", "TableName"),
    "AWS::DynamoDB::Table": _by("dynamodb", "describe_table", "TableName", "TableName"),
    "AWS::EC2::KeyPair": _in_list("ec2", "describe_key_pairs", "KeyNames", "KeyPairs", "KeyName"),
    "AWS::ECR::Repository": _in_list(
        "ecr", "describe_repositories", "repositoryNames", "repositories", "RepositoryName"
    ),
    "AWS::Events::ApiDestination": _by("events", "describe_api_destination", "Name", "Name"),
    "AWS::Events::Connection": _by("events", "describe_connection", "Name", "Name"),
    "AWS::Events::EventBus": _by("events", "describe_event_bus", "Name", "Name"),
    "AWS::Events::Rule": NameLookup("Name", _rule),
    "AWS::IAM::Group": _by("iam", "get_group", "GroupName", "GroupName"),
    "AWS::IAM::InstanceProfile": _by(
        "iam", "get_instance_profile", "InstanceProfileName", "InstanceProfileName"
    ),
    "AWS::IAM::ManagedPolicy": NameLookup("ManagedPolicyName", _managed_policy),
    "AWS::IAM::Policy": NameLookup("PolicyName", _inline_policy),
    "AWS::IAM::Role": _by("iam", "get_role", "RoleName", "RoleName"),
    "AWS::IAM::ServerCertificate": _by(
        "iam", "get_server_certificate", "ServerCertificateName", "ServerCertificateName"
    ),
    "AWS::IAM::User": _by("iam", "get_user", "UserName", "UserName"),
    "AWS::KMS::Alias": NameLookup("AliasName", _key_alias),
    "AWS::Kinesis::Stream": _by("kinesis", "describe_stream_summary", "StreamName", "Name"),
    "AWS::KinesisFirehose::DeliveryStream": _by(
        "firehose", "describe_delivery_stream", "DeliveryStreamName", "DeliveryStreamName"
    ),
    "AWS::Lambda::Alias": NameLookup("Name", _alias),
    "AWS::Lambda::EventInvokeConfig": NameLookup("FunctionName", _event_invoke_config),
    "AWS::Lambda::Function": _by("lambda_", "get_function", "FunctionName", "FunctionName"),
    "AWS::Lambda::Url": _by(
        "lambda_", "get_function_url_config", "FunctionName", "TargetFunctionArn"
    ),
    "AWS::Logs::LogGroup": NameLookup("LogGroupName", _log_group),
    "AWS::Logs::LogStream": NameLookup("LogStreamName", _log_stream),
    "AWS::Logs::SubscriptionFilter": NameLookup("LogGroupName", _subscription_filter),
    "AWS::OpenSearchService::Domain": _by(
        "opensearch", "describe_domain", "DomainName", "DomainName"
    ),
    "AWS::ResourceGroups::Group": _by("resource_groups", "get_group", "GroupName", "Name"),
    "AWS::S3::Bucket": NameLookup("BucketName", _bucket),
    "AWS::S3::BucketPolicy": _by("s3", "get_bucket_policy", "Bucket", "Bucket"),
    "AWS::SNS::Topic": NameLookup("TopicName", _topic),
    "AWS::SQS::Queue": _by("sqs", "get_queue_url", "QueueName", "QueueName"),
    "AWS::SSM::Parameter": _by("ssm", "get_parameter", "Name", "Name"),
    "AWS::Scheduler::Schedule": NameLookup("Name", _schedule),
    "AWS::Scheduler::ScheduleGroup": _by("scheduler", "get_schedule_group", "Name", "Name"),
    "AWS::SecretsManager::Secret": _by("secretsmanager", "describe_secret", "SecretId", "Name"),
    "AWS::StepFunctions::Activity": NameLookup("Name", _activity),
    "AWS::StepFunctions::StateMachine": NameLookup("StateMachineName", _state_machine),
}
"""Types with a name, except those whose service refuses a second creation by itself."""
