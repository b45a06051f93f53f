"""The deployed resource that a workload names, by logical id or by name."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from wavetank.aws.clients import AwsClients
from wavetank.core.errors import UsageError
from wavetank.core.suggestions import one_of
from wavetank.core.text import last_part
from wavetank.inspection.stack_resources import StackResource, every_resource
from wavetank.scenario.workload.kinds import (
    InvokeFunction,
    PublishMessage,
    PutEvents,
    PutItem,
    PutObject,
    PutRecord,
    SendMessage,
    WorkloadSpec,
)

FIREHOSE, KINESIS = "firehose", "kinesis"
STREAMS_MAX = 1000

type Handles = Mapping[str, str]
"""What an API call takes - a name, a URL or an ARN - by the name of the resource."""


class WorkloadTargets:
    """Finds the targets of workloads among what is deployed."""

    def __init__(self, aws: AwsClients) -> None:
        self._aws = aws

    def find(self, workload: WorkloadSpec) -> str:
        """What the API call of the workload takes: a name, a URL or an ARN.

        Raises:
            UsageError: no such resource is deployed, or it is of another type.
        """
        handles = HANDLES[type(workload)](self._aws)
        target = workload.target
        if target in handles:
            return handles[target]
        named = [each for each in self._resources if each.logical_id == target]
        for resource in named:
            if resource.name in handles:
                return handles[resource.name]
        expected = f"a {workload.resource} as the target of {workload.kind}"
        allowed = self._names(handles)
        if named:
            found, choices = f"{target}, which is {named[0].kind}", ", ".join(allowed) or "none"
            raise UsageError(expected, found, f"choose another; there are: {choices}")
        if not allowed:
            raise UsageError(expected, f"{target}, and none is deployed", "add it to the template")
        raise UsageError(*one_of(f"{expected}: one of", target, allowed))

    def _names(self, handles: Handles) -> list[str]:
        """The logical id of each resource, or its name if no template has it."""
        logical = {each.name: each.logical_id for each in self._resources if each.name in handles}
        return sorted(logical.get(name, name) for name in handles)

    @cached_property
    def _resources(self) -> list[StackResource]:
        return list(every_resource(self._aws))


def _buckets(aws: AwsClients) -> Handles:
    return {each["Name"]: each["Name"] for each in aws.s3.list_buckets()["Buckets"]}


def _queues(aws: AwsClients) -> Handles:
    pages = aws.sqs.get_paginator("list_queues").paginate()
    return {last_part(url): url for page in pages for url in page.get("QueueUrls", [])}


def _event_buses(aws: AwsClients) -> Handles:
    found: Any = aws.events.list_event_buses()["EventBuses"]
    return {each["Name"]: each["Name"] for each in found}


def _streams(aws: AwsClients) -> Handles:
    delivery = aws.firehose.list_delivery_streams(Limit=STREAMS_MAX)["DeliveryStreamNames"]
    data = [
        name
        for page in aws.kinesis.get_paginator("list_streams").paginate()
        for name in page["StreamNames"]
    ]
    return {name: f"{KINESIS}:{name}" for name in data} | {
        name: f"{FIREHOSE}:{name}" for name in delivery
    }


def _tables(aws: AwsClients) -> Handles:
    pages = aws.dynamodb.get_paginator("list_tables").paginate()
    return {name: name for page in pages for name in page["TableNames"]}


def _topics(aws: AwsClients) -> Handles:
    pages = aws.sns.get_paginator("list_topics").paginate()
    return {last_part(t["TopicArn"]): t["TopicArn"] for page in pages for t in page["Topics"]}


def _functions(aws: AwsClients) -> Handles:
    pages = aws.awslambda.get_paginator("list_functions").paginate()
    return {f["FunctionName"]: f["FunctionArn"] for page in pages for f in page["Functions"]}


HANDLES: Mapping[type[WorkloadSpec], Callable[[AwsClients], Handles]] = {
    InvokeFunction: _functions,
    PublishMessage: _topics,
    PutEvents: _event_buses,
    PutItem: _tables,
    PutObject: _buckets,
    PutRecord: _streams,
    SendMessage: _queues,
}
