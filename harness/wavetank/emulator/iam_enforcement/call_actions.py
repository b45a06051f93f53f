"""Finds which actions on which resources a call requires.

Operations that are too new for AWS's table require the action of their name on all resources, which
is at least what AWS requires.
[Service Authorization Reference, and the packages' modules under `operations`]
"""

from collections.abc import Callable, Iterator, Mapping

from wavetank.emulator.iam_enforcement.operations.bedrock import actions_of_models
from wavetank.emulator.iam_enforcement.operations.by_table import actions_by_table
from wavetank.emulator.iam_enforcement.operations.dynamodb import (
    actions_of_dynamodb,
    actions_of_streams,
)
from wavetank.emulator.iam_enforcement.operations.kinesis import actions_of_kinesis
from wavetank.emulator.iam_enforcement.operations.others import (
    actions_of_cloudformation,
    actions_of_events,
    actions_of_lambda,
    actions_of_logs,
    actions_of_ses,
    actions_of_sns,
    actions_of_sqs,
    actions_of_sts,
    actions_of_workflows,
)
from wavetank.emulator.iam_enforcement.operations.passing import PASSED_TO, actions_to_pass
from wavetank.emulator.iam_enforcement.operations.s3 import actions_of_s3
from wavetank.emulator.iam_enforcement.operations.tagging import (
    TAGGING,
    tagged_resource,
    tagging_action,
)
from wavetank.emulator.iam_enforcement.required_action import Call, RequiredAction

NEEDS_NOTHING = frozenset(
    {
        ("sns", "ConfirmSubscription"),  # the token is the permission
        ("sns", "Unsubscribe"),  # the link is the permission
        ("sts", "GetAccessKeyInfo"),
        ("sts", "GetCallerIdentity"),
        ("sts", "GetSessionToken"),
    }
)
"""Calls that AWS allows to every caller who knows the token or link."""
SERVICES: Mapping[str, Callable[[Call], Iterator[RequiredAction]]] = {
    "bedrock-runtime": actions_of_models,
    "cloudformation": actions_of_cloudformation,
    "dynamodb": actions_of_dynamodb,
    "dynamodbstreams": actions_of_streams,
    "events": actions_of_events,
    "kinesis": actions_of_kinesis,
    "lambda": actions_of_lambda,
    "logs": actions_of_logs,
    "s3": actions_of_s3,
    "ses": actions_of_ses,
    "sesv2": actions_of_ses,
    "sns": actions_of_sns,
    "sqs": actions_of_sqs,
    "stepfunctions": actions_of_workflows,
    "sts": actions_of_sts,
}
"""By LocalStack's name of the service, which is the prefix of actions by default."""


def required_actions(call: Call) -> list[RequiredAction]:
    """All actions that the call requires; every one must be allowed."""
    service, operation = call.service, call.operation
    if (service, operation) in NEEDS_NOTHING:
        return []
    found = list(SERVICES.get(service, actions_by_table)(call))
    if operation in TAGGING.get(service, ()) and (action := tagging_action(call)):
        found.append(RequiredAction(action, tagged_resource(call, found[0].resource)))
    if operation in PASSED_TO.get(service, ()):
        found.extend(actions_to_pass(call))
    return found
