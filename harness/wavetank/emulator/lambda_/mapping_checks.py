"""What CreateEventSourceMapping and UpdateEventSourceMapping refuse for queues and streams on AWS.

[Lambda developer guide: services-sqs-configure, services-kinesis-parameters; LocalStack 4.14 checks
none of it]
"""

from localstack.services.lambda_.provider_utils import get_function_version_from_arn
from localstack.services.sqs.models import sqs_stores
from moto.iam.models import iam_backends

from wavetank.core.resource_name import is_fifo, service_of
from wavetank.emulator.iam_enforcement.checking import check_action, resource_of
from wavetank.emulator.iam_enforcement.condition_keys.action_context import Origin
from wavetank.emulator.iam_enforcement.identity_policies import PARTITION
from wavetank.emulator.iam_enforcement.principal_resolution import caller_in_role
from wavetank.emulator.iam_enforcement.required_action import Call, RequiredAction

NEEDED = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
"""What Lambda does with the permissions of the function's role."""
STREAM_READING = ("GetRecords", "GetShardIterator")
DESCRIBING = {
    "dynamodb": ("DescribeStream",),
    "kinesis": ("DescribeStream", "DescribeStreamSummary"),
}
"""One of these is needed, too; roles without ListStreams or ListShards are accepted."""
RECORD_AGE_MIN_SECONDS = 60


def window_refusal(queue_arn: str, window_seconds: int) -> str | None:
    """Why the mapping of the queue cannot have a batching window; None if it can."""
    if window_seconds and is_fifo(queue_arn):
        return "Batching window is not supported for FIFO queues"
    return None


def permission_refusal(queue_arn: str, role_arn: str) -> str | None:
    """Why the role cannot be used to read the queue; None if it can."""
    for action in NEEDED:
        if not _may(role_arn, "sqs", action, queue_arn):
            return f"The provided execution role does not have permissions to call {action} on SQS"
    return None


def stream_permission_refusal(stream_arn: str, role_arn: str) -> str | None:
    """Why the role cannot be used to read the stream; None if it can."""
    service = service_of(stream_arn)
    reads = all(_may(role_arn, service, action, stream_arn) for action in STREAM_READING)
    if reads and any(_may(role_arn, service, each, stream_arn) for each in DESCRIBING[service]):
        return None
    return (
        f"Cannot access stream {stream_arn}. Please ensure the role can perform the GetRecords, "
        "GetShardIterator, DescribeStream, and ListStreams Actions on your stream in IAM."
    )


def record_age_refusal(seconds: int) -> str | None:
    """Why a mapping cannot discard records of that age; None if it can, or never does."""
    if seconds == -1 or seconds >= RECORD_AGE_MIN_SECONDS:
        return None
    return f"MaximumRecordAgeInSeconds must be -1 or at least {RECORD_AGE_MIN_SECONDS}"


def _may(role_arn: str, service: str, action: str, resource_arn: str) -> bool:
    _, _, _, region, _, name = resource_arn.split(":", 5)
    account = role_arn.split(":")[4]
    roles = iam_backends[account][PARTITION].roles.values()
    role = next((each for each in roles if each.arn == role_arn), None)
    parameters = {"QueueName": name} if service == "sqs" else {"StreamArn": resource_arn}
    required = RequiredAction(f"{service}:{action}", resource_arn)
    call = Call(service, action, parameters, account, region)
    if role is None:
        return False
    caller, resource = caller_in_role(account, role), resource_of(required, account)
    return check_action(caller, required, resource, call, Origin).decision.allowed


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
