"""The resources that rows create in an account, noted as they are created, and their deletion."""

import re
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from wavetank.aws.clients import AwsClients, BotoCoreError, ClientError, WaiterError, error_code
from wavetank.core.errors import UsageError

CREATES = ("Create", "Publish", "Run", "Register", "Allocate")
"""How the operations begin that make something which has to be deleted."""
NOTHING_STAYS = frozenset({"Publish", "PublishBatch", "CreateLogStream", "CreateAccessKey"})
"""Messages, and parts of resources that are deleted with these."""

WAIT: Any = {"Delay": 2, "MaxAttempts": 150}
GONE = re.compile(r"NoSuch|NotFound|NonExistent|does not exist")
type Values = Mapping[str, Any]
type Delete = Callable[[AwsClients, Values, Values], object]


@dataclass(frozen=True)
class CreatedResource:
    """A successful call that created something: its parameters and its answer."""

    operation: str
    parameters: Values
    answer: Values

    def __str__(self) -> str:
        shown = {key: value for key, value in self.parameters.items() if isinstance(value, str)}
        return f"{self.operation} {next(iter(shown.values()), '')}".strip()


class CreatedResources:
    """Notes what the clients of one session create; made before the clients are.

    Calls that would create what cannot be deleted here are refused before they are sent.
    """

    def __init__(self, aws: AwsClients) -> None:
        self._aws = aws
        self._created: list[CreatedResource] = []
        self._called = threading.local()
        events = aws.session.events
        events.register("provide-client-params.*", self._about_to_call)
        events.register("after-call.*", self._called_with)

    def delete(self) -> list[str]:
        """Deletes all, the last first; returns what could not be deleted, with the reason."""
        remaining = []
        while self._created:
            resource = self._created.pop()
            try:
                DELETIONS[resource.operation](self._aws, resource.parameters, resource.answer)
            except (ClientError, BotoCoreError) as error:
                if isinstance(error, ClientError) and _is_gone(error):
                    continue  # by the row itself
                remaining.append(f"{resource}: {error}")
        return remaining

    def _about_to_call(self, params: Values, model: Any, **_: Any) -> None:
        name = model.name
        makes = name.startswith(CREATES) and name not in NOTHING_STAYS
        if makes and name not in DELETIONS:
            raise UsageError(
                "calls whose resources can be deleted again", name, f"add {name} to DELETIONS"
            )
        self._called.parameters = params

    def _called_with(self, model: Any, parsed: Values, http_response: Any, **_: Any) -> None:
        if model.name in DELETIONS and http_response.status_code < 300:
            self._created.append(CreatedResource(model.name, self._called.parameters, parsed))


def _is_gone(error: ClientError) -> bool:
    return bool(GONE.search(f"{error_code(error)} {error}"))


def _delete_bucket(aws: AwsClients, parameters: Values, _: Values) -> None:
    name = parameters["Bucket"]
    for page in aws.s3.get_paginator("list_objects_v2").paginate(Bucket=name):
        for entry in page.get("Contents", []):
            aws.s3.delete_object(Bucket=name, Key=entry["Key"])
    aws.s3.delete_bucket(Bucket=name)


def _delete_role(aws: AwsClients, parameters: Values, _: Values) -> None:
    name = parameters["RoleName"]
    for policy in aws.iam.list_role_policies(RoleName=name)["PolicyNames"]:
        aws.iam.delete_role_policy(RoleName=name, PolicyName=policy)
    aws.iam.delete_role(RoleName=name)


def _delete_user(aws: AwsClients, parameters: Values, _: Values) -> None:
    name = parameters["UserName"]
    for key in aws.iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
        aws.iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    for policy in aws.iam.list_user_policies(UserName=name)["PolicyNames"]:
        aws.iam.delete_user_policy(UserName=name, PolicyName=policy)
    aws.iam.delete_user(UserName=name)


def _delete_function(aws: AwsClients, parameters: Values, _: Values) -> None:
    name = parameters["FunctionName"]
    aws.awslambda.delete_function(FunctionName=name)
    with suppress(aws.logs.exceptions.ResourceNotFoundException):  # it was never invoked
        aws.logs.delete_log_group(logGroupName=f"/aws/lambda/{name}")


def _delete_stack(aws: AwsClients, parameters: Values, _: Values) -> None:
    name, stacks = parameters["StackName"], aws.cloudformation
    stacks.update_termination_protection(StackName=name, EnableTerminationProtection=False)
    found = stacks.describe_stack_resources(StackName=name)["StackResources"]
    resources = {each["LogicalResourceId"]: each for each in found}
    stacks.delete_stack(StackName=name)
    with suppress(WaiterError):  # a bucket with objects stays
        stacks.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig=WAIT)
    for each in resources.values():
        if each["ResourceType"] == "AWS::S3::Bucket" and "PhysicalResourceId" in each:
            with suppress(aws.s3.exceptions.NoSuchBucket):  # it was deleted with the stack
                _delete_bucket(aws, {"Bucket": each["PhysicalResourceId"]}, {})
    stacks.delete_stack(StackName=name)
    stacks.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig=WAIT)


DELETIONS: Mapping[str, Delete] = {
    "CreateBucket": _delete_bucket,
    "CreateDeliveryStream": lambda aws, parameters, _: aws.firehose.delete_delivery_stream(
        DeliveryStreamName=parameters["DeliveryStreamName"]
    ),
    "CreateEventBus": lambda aws, parameters, _: aws.events.delete_event_bus(
        Name=parameters["Name"]
    ),
    "CreateFunction": _delete_function,
    "CreateLogGroup": lambda aws, parameters, _: aws.logs.delete_log_group(
        logGroupName=parameters["logGroupName"]
    ),
    "CreatePolicy": lambda aws, _, answer: aws.iam.delete_policy(PolicyArn=answer["Policy"]["Arn"]),
    "CreateQueue": lambda aws, _, answer: aws.sqs.delete_queue(QueueUrl=answer["QueueUrl"]),
    "CreateRole": _delete_role,
    "CreateSchedule": lambda aws, parameters, _: aws.scheduler.delete_schedule(
        Name=parameters["Name"]
    ),
    "CreateStack": _delete_stack,
    "CreateTable": lambda aws, parameters, _: aws.dynamodb.delete_table(
        TableName=parameters["TableName"]
    ),
    "CreateTopic": lambda aws, _, answer: aws.sns.delete_topic(TopicArn=answer["TopicArn"]),
    "CreateUser": _delete_user,
    "PublishLayerVersion": lambda aws, parameters, answer: aws.awslambda.delete_layer_version(
        LayerName=parameters["LayerName"], VersionNumber=answer["Version"]
    ),
    "PublishVersion": lambda *_: None,  # deleted with its function
    "PutRule": lambda aws, parameters, _: _delete_rule(aws, parameters),
}
"""By operation: how what it created is deleted."""


def _delete_rule(aws: AwsClients, parameters: Values) -> None:
    name, bus = parameters["Name"], parameters.get("EventBusName", "default")
    with suppress(aws.events.exceptions.ResourceNotFoundException):  # put twice, deleted once
        found = aws.events.list_targets_by_rule(Rule=name, EventBusName=bus)["Targets"]
        if found:
            aws.events.remove_targets(
                Rule=name, EventBusName=bus, Ids=[target["Id"] for target in found]
            )
        aws.events.delete_rule(Name=name, EventBusName=bus)
