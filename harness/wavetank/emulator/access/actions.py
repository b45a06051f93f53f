"""Which actions on which resources a call needs, by the service authorization reference.

Where a call is not listed here, its action is the operation's own name and its resource `*`: only a
statement for all resources then allows it, which is less than AWS allows and never more.
[Service Authorization Reference: Amazon S3, DynamoDB, Firehose, SNS, SQS, Lambda, CloudWatch Logs,
STS, EventBridge, IAM, CloudFormation]
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

type Parameters = Mapping[str, Any]

ANYTHING = "*"
NEEDS_NOTHING = frozenset(
    {
        ("sns", "ConfirmSubscription"),  # whoever has the token
        ("sns", "Unsubscribe"),  # whoever has the link
        ("sts", "GetAccessKeyInfo"),
        ("sts", "GetCallerIdentity"),
        ("sts", "GetSessionToken"),
    }
)
"""Calls that AWS allows to everybody who can name what they are about."""


@dataclass(frozen=True)
class Need:
    """One action on one resource, with the condition keys that only this call has."""

    action: str
    resource: str
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """A parsed request. `account` and `region` are the caller's."""

    service: str
    operation: str
    parameters: Parameters
    account: str
    region: str

    def arn(self, resource: str, service: str | None = None) -> str:
        """Of a resource in the caller's account and region."""
        return f"arn:aws:{service or self.service}:{self.region}:{self.account}:{resource}"


def needs(call: Call) -> list[Need]:
    """All that the call needs; none of it may be missing."""
    if (call.service, call.operation) in NEEDS_NOTHING:
        return []
    find = SERVICES.get(call.service, _of_anything)
    return list(find(call))


def _of_anything(call: Call) -> Iterator[Need]:
    yield Need(f"{call.service}:{call.operation}", ANYTHING)


# --- Amazon S3 ---------------------------------------------------------------------------------

S3_ACTIONS = {
    "CompleteMultipartUpload": "PutObject",
    "CopyObject": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "DeleteObjects": "DeleteObject",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListBuckets": "ListAllMyBuckets",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListParts": "ListMultipartUploadParts",
    "PostObject": "PutObject",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "UploadPart": "PutObject",
    "UploadPartCopy": "PutObject",
}
"""Operations whose action has another name."""
S3_VERSIONED = frozenset({"DeleteObject", "GetObject", "GetObjectAcl", "GetObjectTagging"})
S3_KEYS = {
    "Prefix": "s3:prefix",
    "Delimiter": "s3:delimiter",
    "MaxKeys": "s3:max-keys",
    "ACL": "s3:x-amz-acl",
    "ServerSideEncryption": "s3:x-amz-server-side-encryption",
    "StorageClass": "s3:x-amz-storage-class",
    "VersionId": "s3:VersionId",
}
"""Parameters that are condition keys."""


def _of_s3(call: Call) -> Iterator[Need]:
    parameters = call.parameters
    bucket = parameters.get("Bucket")
    if not bucket:
        yield Need(f"s3:{S3_ACTIONS.get(call.operation, call.operation)}", ANYTHING)
        return
    context = {
        key: (str(parameters[name]),) for name, key in S3_KEYS.items() if parameters.get(name)
    }
    if call.operation in {"CopyObject", "UploadPartCopy"}:
        source = str(parameters.get("CopySource", "")).removeprefix("/").partition("?")[0]
        yield Need("s3:GetObject", f"arn:aws:s3:::{source}")
    if call.operation == "DeleteObjects":
        for entry in parameters["Delete"]["Objects"]:
            action = _s3_action(call.operation, entry.get("VersionId"))
            yield Need(action, f"arn:aws:s3:::{bucket}/{entry['Key']}", context)
        return
    key = parameters.get("Key")
    resource = f"{bucket}/{key}" if key else str(bucket)
    action = _s3_action(call.operation, parameters.get("VersionId"))
    yield Need(action, f"arn:aws:s3:::{resource}", context)


def _s3_action(operation: str, version: object) -> str:
    action = S3_ACTIONS.get(operation, operation)
    if version and action in S3_VERSIONED:
        return f"s3:{action.replace('Object', 'ObjectVersion')}"
    return f"s3:{action}"


# --- Amazon DynamoDB -----------------------------------------------------------------------------

TRANSACTION_ACTIONS = {
    "ConditionCheck": "ConditionCheckItem",
    "Delete": "DeleteItem",
    "Get": "GetItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
}
"""There is no action for a transaction as such (DynamoDB developer guide, transaction-apis-iam)."""


def _of_dynamodb(call: Call) -> Iterator[Need]:
    parameters = call.parameters
    if "TransactItems" in parameters:
        context = {"dynamodb:EnclosingOperation": (call.operation,)}
        for entry in parameters["TransactItems"]:
            for name, item in entry.items():
                action = f"dynamodb:{TRANSACTION_ACTIONS[name]}"
                yield Need(action, _table(call, item["TableName"]), context)
    elif "RequestItems" in parameters:
        for table in parameters["RequestItems"]:
            yield Need(f"dynamodb:{call.operation}", _table(call, table))
    elif table := parameters.get("TableName"):
        index = parameters.get("IndexName")
        resource = _table(call, table) + (f"/index/{index}" if index else "")
        yield Need(f"dynamodb:{call.operation}", resource)
    else:
        resource = parameters.get("ResourceArn") or parameters.get("TableArn") or ANYTHING
        yield Need(f"dynamodb:{call.operation}", resource)


def _table(call: Call, name: str) -> str:
    return name if name.startswith("arn:") else call.arn(f"table/{name}")


# --- The others ----------------------------------------------------------------------------------


def _of_firehose(call: Call) -> Iterator[Need]:
    name = call.parameters.get("DeliveryStreamName")
    yield Need(
        f"firehose:{call.operation}", call.arn(f"deliverystream/{name}") if name else ANYTHING
    )


def _of_sns(call: Call) -> Iterator[Need]:
    parameters = call.parameters
    operation = call.operation.removesuffix("Batch") if call.operation == "PublishBatch" else None
    arn = parameters.get("TopicArn") or parameters.get("TargetArn") or parameters.get("ResourceArn")
    if subscription := parameters.get("SubscriptionArn"):
        arn = str(subscription).rpartition(":")[0]
    elif name := parameters.get("Name"):
        arn = call.arn(str(name))
    yield Need(f"sns:{operation or call.operation}", arn or ANYTHING)


def _of_sqs(call: Call) -> Iterator[Need]:
    url, name = call.parameters.get("QueueUrl"), call.parameters.get("QueueName")
    arn = ANYTHING
    if url:
        account, _, queue = str(url).rstrip("/").rpartition("/")
        arn = f"arn:aws:sqs:{call.region}:{account.rpartition('/')[2]}:{queue}"
    elif name:
        arn = call.arn(str(name))
    yield Need(f"sqs:{call.operation.removesuffix('Batch')}", arn)


def _of_lambda(call: Call) -> Iterator[Need]:
    invokes = call.operation in {"Invoke", "InvokeAsync", "InvokeWithResponseStream"}
    action = "InvokeFunction" if invokes else call.operation
    name = call.parameters.get("FunctionName")
    if not name:
        yield Need(f"lambda:{action}", ANYTHING)
        return
    arn, qualifier = _function(call, str(name))
    qualifier = str(call.parameters.get("Qualifier") or qualifier or "")
    qualified = f"{arn}:{qualifier}" if qualifier and invokes else arn
    yield Need(f"lambda:{action}", qualified)


def _function(call: Call, name: str) -> tuple[str, str | None]:
    """ARN and qualifier of a name, a partial ARN (ACCOUNT:function:NAME), or an ARN."""
    parts = name.split(":")
    if "function" in parts:
        start = parts.index("function")
        region = parts[3] if name.startswith("arn:") else call.region
        account, (function, *rest) = parts[start - 1], parts[start + 1 :]
        arn = f"arn:aws:lambda:{region}:{account}:function:{function}"
    else:
        function, *rest = parts
        arn = call.arn(f"function:{function}")
    return arn, rest[0] if rest else None


def _of_logs(call: Call) -> Iterator[Need]:
    group = call.parameters.get("logGroupName")
    stream = call.parameters.get("logStreamName") or ""
    if call.operation == "CreateLogStream":  # its resource is the group, named as by AWS's denials
        stream = ""
    arn = call.arn(f"log-group:{group}:log-stream:{stream}") if group else ANYTHING
    yield Need(f"logs:{call.operation}", arn)


def _of_sts(call: Call) -> Iterator[Need]:
    context = {}
    if external := call.parameters.get("ExternalId"):
        context["sts:ExternalId"] = (str(external),)
    arn = str(call.parameters.get("RoleArn") or ANYTHING)
    yield Need(f"sts:{call.operation}", arn, context)


def _of_events(call: Call) -> Iterator[Need]:
    parameters = call.parameters
    if call.operation == "PutEvents":
        for entry in parameters["Entries"]:
            bus = entry.get("EventBusName") or "default"
            arn = bus if bus.startswith("arn:") else call.arn(f"event-bus/{bus}")
            yield Need("events:PutEvents", arn)
        return
    name = parameters.get("Rule") or parameters.get("Name")
    yield Need(f"events:{call.operation}", call.arn(f"rule/{name}") if name else ANYTHING)


def _of_cloudformation(call: Call) -> Iterator[Need]:
    """A stack by its name has no ID yet, and AWS asks for all that it may have."""
    stack = str(call.parameters.get("StackName") or "")
    if not stack.startswith("arn:"):
        stack = call.arn(f"stack/{stack or '*'}/*")
    resource = ANYTHING if call.operation in WITHOUT_A_STACK else stack
    yield Need(f"cloudformation:{call.operation}", resource)


def _of_iam(call: Call) -> Iterator[Need]:
    arn = ANYTHING
    for parameter, kind in (("RoleName", "role"), ("UserName", "user"), ("GroupName", "group")):
        if name := call.parameters.get(parameter):
            arn = f"arn:aws:iam::{call.account}:{kind}/{name}"
    yield Need(f"iam:{call.operation}", str(call.parameters.get("PolicyArn") or arn))


WITHOUT_A_STACK = frozenset(
    {"DescribeStackDriftDetectionStatus", "ListStacks", "ListExports", "ValidateTemplate"}
)
"""Calls of CloudFormation that take no resource."""
SERVICES: Mapping[str, Callable[[Call], Iterator[Need]]] = {
    "cloudformation": _of_cloudformation,
    "dynamodb": _of_dynamodb,
    "events": _of_events,
    "firehose": _of_firehose,
    "iam": _of_iam,
    "lambda": _of_lambda,
    "logs": _of_logs,
    "s3": _of_s3,
    "sns": _of_sns,
    "sqs": _of_sqs,
    "sts": _of_sts,
}
"""By LocalStack's name of the service, which is also the prefix of its actions."""
