"""What CreateEventSourceMapping and UpdateEventSourceMapping refuse for queues on AWS.

[Lambda developer guide: services-sqs-configure; LocalStack 4.14 checks none of it]
"""

from localstack.services.lambda_.provider_utils import get_function_version_from_arn
from localstack.services.sqs.models import sqs_stores
from moto.iam.models import iam_backends

from wavetank.emulator.iam_enforcement.checking import check_action, resource_of
from wavetank.emulator.iam_enforcement.condition_keys.action_context import Origin
from wavetank.emulator.iam_enforcement.identity_policies import PARTITION
from wavetank.emulator.iam_enforcement.principal_resolution import caller_in_role
from wavetank.emulator.iam_enforcement.required_action import Call, RequiredAction

NEEDED = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
"""What Lambda does with the permissions of the function's role."""


def window_refusal(queue_arn: str, window_seconds: int) -> str | None:
    """Why the mapping of the queue cannot have a batching window; None if it can."""
    if window_seconds and queue_arn.endswith(".fifo"):
        return "Batching window is not supported for FIFO queues"
    return None


def permission_refusal(queue_arn: str, role_arn: str) -> str | None:
    """Why the role cannot be used to read the queue; None if it can."""
    _, _, _, region, _, name = queue_arn.split(":")
    account = role_arn.split(":")[4]
    roles = iam_backends[account][PARTITION].roles.values()
    role = next((each for each in roles if each.arn == role_arn), None)
    for action in NEEDED:
        required = RequiredAction(f"sqs:{action}", queue_arn)
        call = Call("sqs", action, {"QueueName": name}, account, region)
        resource = resource_of(required, account)
        if (
            role is None
            or not check_action(
                caller_in_role(account, role), required, resource, call, Origin
            ).decision.allowed
        ):
            return f"The provided execution role does not have permissions to call {action} on SQS"
    return None


def timeout_refusal(queue_arn: str, function_arn: str) -> str | None:
    """Why the queue's visibility timeout does not suffice for the function; None if it does."""
    _, _, _, region, account, name = queue_arn.split(":")
    queue = sqs_stores[account][region].queues.get(name)
    timeout = get_function_version_from_arn(function_arn).config.timeout
    if queue is None or queue.visibility_timeout >= timeout:
        return None
    return (
        f"Queue visibility timeout: {queue.visibility_timeout} seconds is less than "
        f"Function timeout: {timeout} seconds"
    )
