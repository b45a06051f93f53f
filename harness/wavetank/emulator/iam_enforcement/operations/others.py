"""Services whose calls differ from the table in a few operations each.

[Service Authorization Reference; Lambda developer guide, lambda-api-permissions-ref; STS API
reference, AssumeRole; CloudWatch Logs user guide, permissions-reference-cwl]
"""

from collections.abc import Iterator
from typing import Any

from wavetank.emulator.iam_enforcement.operations.by_table import actions_by_table
from wavetank.emulator.iam_enforcement.operations.names import (
    DEFAULT_BUS,
    event_bus_arn,
    function_and_qualifier,
    queue_arn,
    stack_of_change_set,
)
from wavetank.emulator.iam_enforcement.required_action import ANYTHING, Call, RequiredAction

INVOCATIONS = frozenset({"Invoke", "InvokeAsync", "InvokeWithResponseStream"})
QUALIFIED = frozenset({*INVOCATIONS, "GetProvisionedConcurrencyConfig"}) | {
    "DeleteProvisionedConcurrencyConfig",
    "PutProvisionedConcurrencyConfig",
}
"""Operations whose resource is the version or alias if one is named."""
WITH_CODE = frozenset({"CreateFunction", "PublishLayerVersion", "UpdateFunctionCode"})
WORKFLOW_ARNS = ("stateMachineArn", "executionArn", "activityArn", "mapRunArn", "resourceArn")
MOVED_BETWEEN = ("SourceArn", "DestinationArn")
MOVING_FROM = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")


def actions_of_cloudformation(call: Call) -> Iterator[RequiredAction]:
    """The stack; if a change set is named by its ARN, the stack that it belongs to.

    LocalStack then ignores the call's StackName. [LocalStack 4.14: cloudformation/v2]
    """
    change_set = str(call.parameters.get("ChangeSetName") or "")
    stack = stack_of_change_set(call, change_set) if change_set.startswith("arn:") else None
    for required in actions_by_table(call):
        yield RequiredAction(required.action, stack or required.resource)


def actions_of_lambda(call: Call) -> Iterator[RequiredAction]:
    """The function and, for invocations, its version or alias; its code and its layers."""
    parameters = call.parameters
    action = "InvokeFunction" if call.operation in INVOCATIONS else call.operation
    if call.operation == "GetLayerVersionByArn":
        yield RequiredAction("lambda:GetLayerVersion", str(parameters.get("Arn", ANYTHING)))
        return
    if call.operation in QUALIFIED and parameters.get("FunctionName"):
        arn, qualifier = function_and_qualifier(call, str(parameters["FunctionName"]))
        qualifier = str(parameters.get("Qualifier") or qualifier or "")
        arn = arn or call.arn("function:*")
        yield RequiredAction(f"lambda:{action}", f"{arn}:{qualifier}" if qualifier else arn)
        return
    yield from actions_by_table(call)
    for layer in parameters.get("Layers") or ():
        yield RequiredAction("lambda:GetLayerVersion", str(layer))
    code: Any = parameters.get("Code") or parameters.get("Content") or parameters
    if call.operation in WITH_CODE and code.get("S3Bucket"):
        version = "Version" if code.get("S3ObjectVersion") else ""
        yield RequiredAction(
            f"s3:GetObject{version}", f"arn:aws:s3:::{code['S3Bucket']}/{code.get('S3Key', '')}"
        )


def actions_of_sns(call: Call) -> Iterator[RequiredAction]:
    """The topic, also of subscriptions; a message to a telephone number has no resource."""
    parameters = call.parameters
    action = "sns:Publish" if call.operation == "PublishBatch" else f"sns:{call.operation}"
    if subscription := parameters.get("SubscriptionArn"):
        yield RequiredAction(action, str(subscription).rpartition(":")[0] or ANYTHING)
    elif target := parameters.get("TopicArn") or parameters.get("TargetArn"):
        yield RequiredAction(action, str(target))
    elif "PhoneNumber" in parameters:
        yield RequiredAction(action, ANYTHING)
    else:
        yield from actions_by_table(call)


def actions_of_workflows(call: Call) -> Iterator[RequiredAction]:
    """Actions of Step Functions begin with `states`; the ARN in the call is the resource."""
    named = (call.parameters.get(name) for name in WORKFLOW_ARNS)
    yield RequiredAction(
        f"states:{call.operation}", next((str(arn) for arn in named if arn), ANYTHING)
    )


def actions_of_sqs(call: Call) -> Iterator[RequiredAction]:
    """A batch requires its entries' action; moving messages requires sending to the target.

    [SQS developer guide, sqs-configure-dead-letter-queue-redrive: permissions]
    """
    yield from actions_by_table(call, f"sqs:{call.operation.removesuffix('Batch')}")
    if call.operation == "StartMessageMoveTask":
        source, target = (
            queue_arn(call, str(call.parameters.get(name) or ANYTHING)) for name in MOVED_BETWEEN
        )
        yield from (RequiredAction(f"sqs:{action}", source) for action in MOVING_FROM)
        yield RequiredAction("sqs:SendMessage", target)


def actions_of_events(call: Call) -> Iterator[RequiredAction]:
    """The bus of each event, otherwise what the table requires."""
    if call.operation != "PutEvents":
        yield from actions_by_table(call)
        return
    for entry in call.parameters["Entries"]:
        arn = event_bus_arn(call, entry.get("EventBusName") or DEFAULT_BUS)
        yield RequiredAction("events:PutEvents", arn or ANYTHING, detail=entry)


def actions_of_logs(call: Call) -> Iterator[RequiredAction]:
    """Listing groups requires a permission on all groups."""
    if call.operation in {"DescribeLogGroups", "ListLogGroups"}:
        yield RequiredAction("logs:DescribeLogGroups", call.arn("log-group::log-stream:"))
    else:
        yield from actions_by_table(call)


def actions_of_ses(call: Call) -> Iterator[RequiredAction]:
    """The sender's identity is an address or, if that is not verified, its domain."""
    for required in actions_by_table(call):
        address = required.resource.rpartition("/")[2]
        if "<" in address:
            resource = required.resource.removesuffix(address) + address.partition("<")[2].rstrip(
                ">"
            )
            yield RequiredAction(required.action, resource, required.context)
        else:
            yield required


def actions_of_sts(call: Call) -> Iterator[RequiredAction]:
    """Session tags or a source identity require a permission on the role."""
    parameters = call.parameters
    if call.operation == "GetFederationToken":
        arn = f"arn:aws:sts::{call.account}:federated-user/{parameters.get('Name')}"
    elif call.operation == "AssumeRoot":
        account = str(parameters.get("TargetPrincipal")).rpartition("::")[2].partition(":")[0]
        arn = f"arn:aws:iam::{account}:root"
    else:
        arn = str(parameters.get("RoleArn") or ANYTHING)
    yield RequiredAction(f"sts:{call.operation}", arn)
    if parameters.get("Tags"):
        yield RequiredAction("sts:TagSession", arn)
    if parameters.get("SourceIdentity"):
        yield RequiredAction("sts:SetSourceIdentity", arn)
