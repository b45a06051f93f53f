"""Which actions on which resources a call needs.

Operations that AWS's table does not have, because they are newer, need the action of their name on
all resources, which is at least what AWS asks for.
[Service Authorization Reference, and the packages' modules under `operations`]
"""

from collections.abc import Callable, Iterator, Mapping

from wavetank.emulator.iam_enforcement.call import Call, Need
from wavetank.emulator.iam_enforcement.operations.by_table import needs_by_table
from wavetank.emulator.iam_enforcement.operations.dynamodb import (
    needs_of_dynamodb,
    needs_of_streams,
)
from wavetank.emulator.iam_enforcement.operations.others import (
    needs_of_cloudformation,
    needs_of_events,
    needs_of_lambda,
    needs_of_logs,
    needs_of_ses,
    needs_of_sns,
    needs_of_sqs,
    needs_of_sts,
    needs_of_workflows,
)
from wavetank.emulator.iam_enforcement.operations.passing import PASSED_TO, needs_to_pass
from wavetank.emulator.iam_enforcement.operations.s3 import needs_of_s3
from wavetank.emulator.iam_enforcement.operations.tagging import (
    TAGGING,
    tagged_resource,
    tagging_action,
)

NEEDS_NOTHING = frozenset(
    {
        ("sns", "ConfirmSubscription"),  # the token is the permission
        ("sns", "Unsubscribe"),  # the link is the permission
        ("sts", "GetAccessKeyInfo"),
        ("sts", "GetCallerIdentity"),
        ("sts", "GetSessionToken"),
    }
)
"""Calls that AWS allows to every caller who can name what they are about."""
SERVICES: Mapping[str, Callable[[Call], Iterator[Need]]] = {
    "cloudformation": needs_of_cloudformation,
    "dynamodb": needs_of_dynamodb,
    "dynamodbstreams": needs_of_streams,
    "events": needs_of_events,
    "lambda": needs_of_lambda,
    "logs": needs_of_logs,
    "s3": needs_of_s3,
    "ses": needs_of_ses,
    "sns": needs_of_sns,
    "sqs": needs_of_sqs,
    "stepfunctions": needs_of_workflows,
    "sts": needs_of_sts,
}
"""By LocalStack's name of the service; actions of those that are not here begin with that name."""


def needs(call: Call) -> list[Need]:
    """All that the call needs; none of it may be missing."""
    service, operation = call.service, call.operation
    if (service, operation) in NEEDS_NOTHING:
        return []
    found = list(SERVICES.get(service, needs_by_table)(call))
    if operation in TAGGING.get(service, ()) and (action := tagging_action(call)):
        found.append(Need(action, tagged_resource(call, found[0].resource)))
    if operation in PASSED_TO.get(service, ()):
        found.extend(needs_to_pass(call))
    return found
