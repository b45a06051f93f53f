"""The deployed resources that workloads name, and what an API call takes of each."""

from collections.abc import Callable, Mapping
from typing import Any

from wavetank.aws.clients import AwsClients
from wavetank.core.text import last_part
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
from wavetank.simulation.deployed_resources import Candidate, DeployedResources

FIREHOSE, KINESIS = "firehose", "kinesis"
STREAMS_MAX = 1000

type Handles = Mapping[str, str]
"""What an API call takes - a name, a URL or an ARN - by the name of the resource."""


def find_target(workload: WorkloadSpec, aws: AwsClients, resources: DeployedResources) -> str:
    """What the API call of the workload takes: a name, a URL or an ARN.

    Raises:
        UsageError: no such resource is deployed, or it is of another type.
    """
    handles = HANDLES[type(workload)](aws)
    candidates = [Candidate(id=name, name=name, found=each) for name, each in handles.items()]
    expected = f"a {workload.resource} as the target of {workload.kind}"
    return resources.find(workload.target, candidates, expected).found


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
