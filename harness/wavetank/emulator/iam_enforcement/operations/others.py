"""Services whose calls differ from the table in a few operations each.

[Service Authorization Reference; Lambda developer guide, lambda-api-permissions-ref; STS API
reference, AssumeRole; CloudWatch Logs user guide, permissions-reference-cwl]
"""

from collections.abc import Iterator
from typing import Any

from wavetank.emulator.iam_enforcement.call import ANYTHING, Call, Need
from wavetank.emulator.iam_enforcement.operations.by_table import needs_by_table
from wavetank.emulator.iam_enforcement.operations.names import (
    DEFAULT_BUS,
    event_bus_arn,
    function_and_qualifier,
    queue_arn,
    stack_of_change_set,
)

INVOCATIONS = frozenset({"Invoke", "InvokeAsync", "InvokeWithResponseStream"})
QUALIFIED = frozenset({*INVOCATIONS, "GetProvisionedConcurrencyConfig"}) | {
    "DeleteProvisionedConcurrencyConfig",
    "PutProvisionedConcurrencyConfig",
}
"""Operations whose resource is the version or alias where one is named."""
TAKING_CODE = frozenset({"CreateFunction", "PublishLayerVersion", "UpdateFunctionCode"})
WORKFLOW_ARNS = ("stateMachineArn", "executionArn", "activityArn", "mapRunArn", "resourceArn")
MOVED_BETWEEN = ("SourceArn", "DestinationArn")
MOVING_FROM = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")


def needs_of_cloudformation(call: Call) -> Iterator[Need]:
    """The stack; where a change set is named by its ARN, the stack that this belongs to.

    LocalStack then does not read the call's StackName. [LocalStack 4.14: cloudformation/v2]
    """
    change_set = str(call.parameters.get("ChangeSetName") or "")
    stack = stack_of_change_set(call, change_set) if change_set.startswith("arn:") else None
    for need in needs_by_table(call):
        yield Need(need.action, stack or need.resource)


def needs_of_lambda(call: Call) -> Iterator[Need]:
    """The function and, for invocations, its version or alias; its code and its layers."""
    parameters = call.parameters
    action = "InvokeFunction" if call.operation in INVOCATIONS else call.operation
    if call.operation == "GetLayerVersionByArn":
        yield Need("lambda:GetLayerVersion", str(parameters.get("Arn", ANYTHING)))
        return
    if call.operation in QUALIFIED and parameters.get("FunctionName"):
        arn, qualifier = function_and_qualifier(call, str(parameters["FunctionName"]))
        qualifier = str(parameters.get("Qualifier") or qualifier or "")
        arn = arn or call.arn("function:*")
        yield Need(f"lambda:{action}", f"{arn}:{qualifier}" if qualifier else arn)
        return
    yield from needs_by_table(call)
    for layer in parameters.get("Layers") or ():
        yield Need("lambda:GetLayerVersion", str(layer))
    code: Any = parameters.get("Code") or parameters.get("Content") or parameters
    if call.operation in TAKING_CODE and code.get("S3Bucket"):
        version = "Version" if code.get("S3ObjectVersion") else ""
        yield Need(
            f"s3:GetObject{version}", f"arn:aws:s3:::{code['S3Bucket']}/{code.get('S3Key', '')}"
        )


def needs_of_sns(call: Call) -> Iterator[Need]:
    """The topic, of subscriptions too; a message to a telephone number has no resource."""
    parameters = call.parameters
    action = "sns:Publish" if call.operation == "PublishBatch" else f"sns:{call.operation}"
    if subscription := parameters.get("SubscriptionArn"):
        yield Need(action, str(subscription).rpartition(":")[0] or ANYTHING)
    elif target := parameters.get("TopicArn") or parameters.get("TargetArn"):
        yield Need(action, str(target))
    elif "PhoneNumber" in parameters:
        yield Need(action, ANYTHING)
    else:
        yield from needs_by_table(call)


def needs_of_workflows(call: Call) -> Iterator[Need]:
    """Actions of Step Functions begin with `states`; what the call names by ARN is the resource."""
    named = (call.parameters.get(name) for name in WORKFLOW_ARNS)
    yield Need(f"states:{call.operation}", next((str(arn) for arn in named if arn), ANYTHING))


def needs_of_sqs(call: Call) -> Iterator[Need]:
    """A batch needs the action of its entries; moving messages needs sending them to the target.

    [SQS developer guide, sqs-configure-dead-letter-queue-redrive: permissions]
    """
    yield from needs_by_table(call, f"sqs:{call.operation.removesuffix('Batch')}")
    if call.operation == "StartMessageMoveTask":
        source, target = (
            queue_arn(call, str(call.parameters.get(name) or ANYTHING)) for name in MOVED_BETWEEN
        )
        yield from (Need(f"sqs:{action}", source) for action in MOVING_FROM)
        yield Need("sqs:SendMessage", target)


def needs_of_events(call: Call) -> Iterator[Need]:
    """The bus of each event, else what the table says."""
    if call.operation != "PutEvents":
        yield from needs_by_table(call)
        return
    for entry in call.parameters["Entries"]:
        arn = event_bus_arn(call, entry.get("EventBusName") or DEFAULT_BUS)
        yield Need("events:PutEvents", arn or ANYTHING, detail=entry)


def needs_of_logs(call: Call) -> Iterator[Need]:
    """Groups are listed by a permission on no group in particular."""
    if call.operation in {"DescribeLogGroups", "ListLogGroups"}:
        yield Need("logs:DescribeLogGroups", call.arn("log-group::log-stream:"))
    else:
        yield from needs_by_table(call)


def needs_of_ses(call: Call) -> Iterator[Need]:
    """The sender's identity is an address or, where that is not verified, its domain."""
    for need in needs_by_table(call):
        address = need.resource.rpartition("/")[2]
        if "<" in address:
            resource = need.resource.removesuffix(address) + address.partition("<")[2].rstrip(">")
            yield Need(need.action, resource, need.context)
        else:
            yield need


def needs_of_sts(call: Call) -> Iterator[Need]:
    """To give a session tags or a source identity needs a permission on the role."""
    parameters = call.parameters
    if call.operation == "GetFederationToken":
        arn = f"arn:aws:sts::{call.account}:federated-user/{parameters.get('Name')}"
    elif call.operation == "AssumeRoot":
        account = str(parameters.get("TargetPrincipal")).rpartition("::")[2].partition(":")[0]
        arn = f"arn:aws:iam::{account}:root"
    else:
        arn = str(parameters.get("RoleArn") or ANYTHING)
    yield Need(f"sts:{call.operation}", arn)
    if parameters.get("Tags"):
        yield Need("sts:TagSession", arn)
    if parameters.get("SourceIdentity"):
        yield Need("sts:SetSourceIdentity", arn)
