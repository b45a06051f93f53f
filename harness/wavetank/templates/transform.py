"""The copy of a template that is deployed in the simulator; the file itself is not changed.

Code is in a bucket, scheduled rules are disabled where a simulation or a test fires them, and
unnamed resources get a name in CloudFormation's form that is always the same, so that two runs with
one seed are equal.
"""

import copy
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from wavetank.core.lambda_package import Package
from wavetank.templates.document import Template
from wavetank.templates.function_code import CODE_PROPERTIES

ARTIFACT_BUCKET = "wavetank-code"
NAMES = {
    "AWS::CloudFormation::Stack": ("StackName", 128),
    "AWS::DynamoDB::Table": ("TableName", 255),
    "AWS::Events::Rule": ("Name", 64),
    "AWS::IAM::ManagedPolicy": ("ManagedPolicyName", 128),
    "AWS::IAM::Role": ("RoleName", 64),
    "AWS::Kinesis::Stream": ("Name", 128),
    "AWS::KinesisFirehose::DeliveryStream": ("DeliveryStreamName", 64),
    "AWS::Lambda::Function": ("FunctionName", 64),
    "AWS::Lambda::LayerVersion": ("LayerName", 140),
    "AWS::Logs::LogGroup": ("LogGroupName", 512),
    "AWS::S3::Bucket": ("BucketName", 63),
    "AWS::Scheduler::Schedule": ("Name", 64),
    "AWS::Scheduler::ScheduleGroup": ("Name", 64),
    "AWS::SecretsManager::Secret": ("Name", 512),
    "AWS::SNS::Topic": ("TopicName", 256),
    "AWS::SQS::Queue": ("QueueName", 80),
    "AWS::SSM::Parameter": ("Name", 1011),
}
"""The property that names a resource of the type, and its maximal length."""
FIFO = {"AWS::SNS::Topic": "FifoTopic", "AWS::SQS::Queue": "FifoQueue"}
FIFO_ENDING = ".fifo"
SUFFIX_CHARACTERS = 12


def deployed_copy(
    template: Template,
    stack: str,
    packages: Mapping[str, Package],
    nested: Mapping[str, str],
    *,
    schedules: bool = False,
) -> str:
    """The template as JSON for that stack.

    `packages` are its code and `nested` the URLs of the templates of nested stacks, by logical id.
    With `schedules`, scheduled rules are enabled or disabled as the template has them. So is a rule
    that has a pattern too, always: disabled, it would not match events.
    """
    body: dict[str, Any] = copy.deepcopy(dict(template.body))
    for name, resource in body["Resources"].items():
        properties = resource["Properties"] = resource.get("Properties") or {}
        is_rule = resource["Type"] == "AWS::Events::Rule"
        is_scheduled = "ScheduleExpression" in properties and "EventPattern" not in properties
        if is_rule and is_scheduled and not schedules:
            properties["State"] = "DISABLED"
        if name in packages:
            properties[CODE_PROPERTIES[resource["Type"]]] = {
                "S3Bucket": ARTIFACT_BUCKET,
                "S3Key": packages[name].key,
            }
        if name in nested:
            properties["TemplateURL"] = nested[name]
        if resource["Type"] in NAMES:
            properties.setdefault(NAMES[resource["Type"]][0], deployed_name(stack, name, resource))
    # YAML reads an unquoted 2012-10-17 as a date.
    return json.dumps(body, default=str)


def deployed_name(stack: str, logical_id: str, resource: Mapping[str, Any]) -> str:
    """The name that an unnamed resource gets, such as `pipeline-Measure-1A2B3C4D5E6F`."""
    kind = resource["Type"]
    _, length = NAMES[kind]
    digest = hashlib.sha256(f"{stack}/{logical_id}".encode()).hexdigest()
    suffix = digest[:SUFFIX_CHARACTERS].upper()
    fifo = str((resource.get("Properties") or {}).get(FIFO.get(kind, ""), "")).lower() == "true"
    ending = f"-{suffix}{FIFO_ENDING if fifo else ''}"
    name = f"{stack}-{logical_id}"[: length - len(ending)] + ending
    return name.lower() if kind == "AWS::S3::Bucket" else name
