"""ARNs of what a call names in other ways: by URL, by part of an ARN, or without its path."""

from typing import Any

from moto.iam.models import iam_backends

from wavetank.emulator.access.call import Call

PARTITION = "aws"
DEFAULT_BUS = "default"


def function_arn(call: Call, name: str) -> str | None:
    """Of a function's name, partial ARN (ACCOUNT:function:NAME) or ARN, without its qualifier."""
    return function_and_qualifier(call, name)[0] if ":layer:" not in name else None


def function_and_qualifier(call: Call, name: str) -> tuple[str | None, str | None]:
    """As `function_arn`, and the qualifier."""
    parts = name.split(":")
    if "function" not in parts:
        if name.startswith("arn:"):
            return None, None
        function, *rest = parts
        return call.arn(f"function:{function}"), rest[0] if rest else None
    start = parts.index("function")
    region = parts[3] if name.startswith("arn:") else call.region
    account, (function, *rest) = parts[start - 1], parts[start + 1 :] or [""]
    arn = f"arn:aws:lambda:{region}:{account or call.account}:function:{function}"
    return arn, rest[0] if rest else None


def queue_arn(call: Call, name: str) -> str:
    """Of a queue's URL, name or ARN."""
    if name.startswith("arn:"):
        return name
    if "/" not in name:
        account = call.parameters.get("QueueOwnerAWSAccountId") or call.account
        return f"arn:aws:sqs:{call.region}:{account}:{name}"
    before, _, queue = name.rstrip("/").rpartition("/")
    return f"arn:aws:sqs:{call.region}:{before.rpartition('/')[2]}:{queue}"


def log_group_arn(call: Call, name: str) -> str | None:
    """Of a log group and, where the call names one, of the stream in it.

    CreateLogStream has the group for its resource, named as in AWS's own denials.
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
    """Of an event bus's name or ARN."""
    if name.startswith("arn:"):
        return name if ":event-bus/" in name else None
    return call.arn(f"event-bus/{name}")


def rule_arn(call: Call, name: str, *, custom: bool) -> str | None:
    """Of a rule on a custom event bus, or on the default one; None where it is on the other."""
    if name.startswith("arn:"):
        return name if ":rule/" in name else None
    bus = str(call.parameters.get("EventBusName") or DEFAULT_BUS).rpartition("/")[2]
    if custom is (bus == DEFAULT_BUS):
        return None
    return call.arn(f"rule/{bus}/{name}" if custom else f"rule/{name}")


def identity_arn(call: Call, kind: str, name: str) -> str | None:
    """Of a role, user, group, policy or instance profile, with the path that it has.

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
    """By name; moto keeps roles and instance profiles by their IDs, and users by names."""
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
