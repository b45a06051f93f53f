"""ARNs of resources that a call names in other ways: by URL, partial ARN, or without its path.

The resource that is checked must be the one that is used, so names are read as LocalStack's
providers read them. [LocalStack 4.14: services/sqs/utils.py, lambda_/api_utils.py, events/utils.py]
"""

import re
from typing import Any

from localstack.aws.api import CommonServiceException
from localstack.services.lambda_.api_utils import (
    AWS_FUNCTION_NAME_REGEX,
    LAYER_VERSION_ARN_PATTERN,
    function_locators_from_arn,
)
from localstack.services.sqs.models import sqs_stores
from localstack.services.sqs.utils import parse_queue_url
from moto.iam.models import iam_backends
from moto.secretsmanager.models import secretsmanager_backends

from wavetank.emulator.iam_enforcement.required_action import Call

PARTITION = "aws"
DEFAULT_GROUP = "default"
DEFAULT_BUS = "default"
QUEUE_NAME = re.compile(r"[a-zA-Z0-9_-]{1,80}|[a-zA-Z0-9_-]{1,75}\.fifo")
NOT_FOUND = 404
OF_ANY_ARN = frozenset({"ListTagsForResource", "StartReplay", "TagResource", "UntagResource"})
"""Operations of EventBridge that read an ARN as it is."""


def function_arn(call: Call, name: str) -> str | None:
    """The ARN from a function's name, partial ARN (ACCOUNT:function:NAME) or ARN, unqualified."""
    return function_and_qualifier(call, name)[0]


def function_and_qualifier(call: Call, name: str) -> tuple[str | None, str | None]:
    """The function's ARN and the qualifier; both None if LocalStack finds no function."""
    is_other = name.startswith("arn:") and ":function:" not in name
    if is_other or not AWS_FUNCTION_NAME_REGEX.fullmatch(name):
        return None, None
    function, qualifier, account, region = function_locators_from_arn(name)
    where = f"{region or call.region}:{account or call.account}"
    return f"arn:aws:lambda:{where}:function:{function}", qualifier


def layer_arn(call: Call, name: str, *, with_version: bool) -> str | None:
    """The ARN of a layer, or of its version; the call's VersionNumber counts, not an ARN's."""
    found = LAYER_VERSION_ARN_PATTERN.fullmatch(name)
    if found is None and ":" in name:
        return None
    where, layer = f"{call.region}:{call.account}", name
    if found is not None:
        where, layer = f"{found['region_name']}:{found['account_id']}", found["layer_name"]
    arn = f"arn:aws:lambda:{where}:layer:{layer}"
    return f"{arn}:{call.parameters.get('VersionNumber', '*')}" if with_version else arn


def queue_arn(call: Call, name: str) -> str:
    """The ARN from a queue's URL, name or ARN; a URL is parsed by the provider's own function.

    Raises:
        CommonServiceException: InvalidAddress, if it is not a queue's URL.
    """
    if name.startswith("arn:"):
        return name
    if "/" not in name:
        account = call.parameters.get("QueueOwnerAWSAccountId") or call.account
        return f"arn:aws:sqs:{call.region}:{account}:{name}"
    try:
        account, region, queue = parse_queue_url(name)
        is_queue = bool(QUEUE_NAME.fullmatch(queue) and sqs_stores[account][region or call.region])
    except ValueError as error:
        raise _invalid_address(name) from error
    if not is_queue:
        raise _invalid_address(name)
    return f"arn:aws:sqs:{region or call.region}:{account}:{queue}"


def _invalid_address(url: str) -> CommonServiceException:
    message = f"The address {url} is not valid for this endpoint."
    return CommonServiceException("InvalidAddress", message, NOT_FOUND, sender_fault=True)


def log_group_arn(call: Call, name: str) -> str | None:
    """The ARN of a log group and, if the call names one, of the stream in it.

    CreateLogStream has the group as its resource, named as in AWS's own denials.
    [CloudWatch Logs user guide, iam-access-control-overview-cwl]
    """
    if name.startswith("arn:"):
        if ":log-group:" not in name:
            return None
        if call.operation in {"TagResource", "UntagResource", "ListTagsForResource"}:
            return name.removesuffix(":*")
        name = name.partition(":log-group:")[2].partition(":")[0]
    stream = call.parameters.get("logStreamName") or ""
    if call.operation == "CreateLogStream":
        stream = ""
    return call.arn(f"log-group:{name}:log-stream:{stream}")


def event_bus_arn(call: Call, name: str) -> str | None:
    """The ARN from an event bus's name or ARN.

    PutEvents uses the account and the region of an ARN, and tagging operations the ARN itself. All
    others use only the name, and find a bus of the caller's own account.
    """
    if not name.startswith("arn:"):
        return call.arn(f"event-bus/{name}")
    if ":event-bus/" not in name:
        return None
    if call.operation in OF_ANY_ARN:
        return name
    bus = f"event-bus/{bus_name(name)}"
    if call.operation != "PutEvents":
        return call.arn(bus)
    region, account = name.split(":")[3:5]
    return f"arn:aws:events:{region}:{account}:{bus}" if region and account else call.arn(bus)


def bus_name(name: str) -> str:
    """The name from an event bus's name or ARN; the default is the default bus."""
    return name.rpartition("/")[2] if name.startswith("arn:") else name or DEFAULT_BUS


def rule_arn(call: Call, name: str, *, custom: bool) -> str | None:
    """The ARN of a rule on a custom event bus, or on the default bus; None for the other kind."""
    if name.startswith("arn:"):
        return name if ":rule/" in name else None
    bus = bus_name(str(call.parameters.get("EventBusName") or ""))
    if custom is (bus == DEFAULT_BUS):
        return None
    return call.arn(f"rule/{bus}/{name}" if custom else f"rule/{name}")


def schedule_arn(call: Call, name: str) -> str:
    """The ARN of a schedule of EventBridge Scheduler, in its group."""
    group = call.parameters.get("GroupName") or DEFAULT_GROUP
    return call.arn(f"schedule/{group}/{name}")


def parameter_arn(call: Call, name: str) -> str:
    """The ARN of a parameter of Systems Manager, or of a path, without a version or a label.

    [AWS Systems Manager user guide, sysman-paramstore-access; parameter-store-versions]
    """
    if name.startswith("arn:"):
        head, parameter, rest = name.partition(":parameter/")
        return f"{head}{parameter}{rest.partition(':')[0]}"
    return call.arn(f"parameter/{name.removeprefix('/').partition(':')[0]}")


def secret_arn(call: Call, name: str) -> str:
    """The ARN of a secret, which ends with six random characters, from its name or ARN.

    [Secrets Manager user guide, auth-and-access_iam-policies]
    """
    backend = secretsmanager_backends[call.account][call.region]
    found = None if call.operation == "CreateSecret" else backend.secrets.get(name)
    if found is not None:
        return str(found.arn)
    return name if name.startswith("arn:") else call.arn(f"secret:{name}")


def stack_of_change_set(call: Call, arn: str) -> str | None:
    """The ARN of the stack that the change set belongs to; None if the set does not exist."""
    from localstack.services.cloudformation.stores import (  # noqa: PLC0415 - loaded with the service, and not before
        get_cloudformation_store,
    )

    found: Any = get_cloudformation_store(call.account, call.region).change_sets.get(arn)
    return str(found.stack.stack_id) if found is not None else None


def identity_arn(call: Call, kind: str, name: str) -> str | None:
    """The ARN of a role, user, group, policy or instance profile, with its path.

    A new one has the path that the call gives it.
    [IAM user guide, reference_identifiers; LocalStack 4.14 keeps them in moto: iam/models.py]
    """
    if name.startswith("arn:"):
        return name if f":{kind}/" in name else None
    if call.operation.startswith("Create") and kind == _made_by(call.operation):
        return f"arn:aws:iam::{call.account}:{kind}{call.parameters.get('Path') or '/'}{name}"
    if call.operation == "CreateServiceLinkedRole":
        return f"arn:aws:iam::{call.account}:role/aws-service-role/{name}/*"
    found = _find_identity(call.account, kind, name)
    return str(found.arn) if found else f"arn:aws:iam::{call.account}:{kind}/{name}"


def _made_by(operation: str) -> str:
    made = {"CreateInstanceProfile": "instance-profile"}
    return made.get(operation, operation.removeprefix("Create").lower())


def _find_identity(account: str, kind: str, name: str) -> Any:
    """Find it by name; moto indexes roles and instance profiles by ID, and users by name."""
    backend = iam_backends[account][PARTITION]
    by_kind: dict[str, Any] = {
        "group": backend.groups,
        "instance-profile": backend.instance_profiles,
        "role": backend.roles,
        "user": backend.users,
    }
    kept = by_kind.get(kind, {})
    known = kept.get(name)
    if known is not None and known.name == name:
        return known
    return next((found for found in kept.values() if found.name == name), None)
