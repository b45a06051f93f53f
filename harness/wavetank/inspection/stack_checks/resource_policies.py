"""The permissions that a function's resource policy grants to a service."""

import json
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from wavetank.aws.clients import AwsClients, ClientError, error_code

INVOKE = "lambda:InvokeFunction"


def may_invoke(aws: AwsClients, function: str, service: str, source: str) -> bool:
    """Whether the function's policy lets the service invoke it for the source, given by ARN."""
    return any(_allows(statement, service, source) for statement in _statements(aws, function))


def trusts(document: Any, service: str) -> bool:
    """Whether a role's trust policy lets the service assume it."""
    return any(
        statement.get("Effect") == "Allow"
        and _names_service(statement.get("Principal"), service)
        and any(fnmatchcase("sts:assumerole", action.lower()) for action in _actions(statement))
        for statement in _listed(document.get("Statement", []))
    )


def _statements(aws: AwsClients, function: str) -> Iterator[Mapping[str, Any]]:
    try:
        policy = aws.awslambda.get_policy(FunctionName=function)["Policy"]
    except ClientError as error:
        if error_code(error) != "ResourceNotFoundException":
            raise
        return
    yield from _listed(json.loads(policy)["Statement"])


def _allows(statement: Mapping[str, Any], service: str, source: str) -> bool:
    return (
        statement.get("Effect") == "Allow"
        and _names_service(statement.get("Principal"), service)
        and any(fnmatchcase(INVOKE.lower(), action.lower()) for action in _actions(statement))
        and all(fnmatchcase(source, pattern) for pattern in _source_patterns(statement))
    )


def _names_service(principal: Any, service: str) -> bool:
    if principal == "*":
        return True
    return isinstance(principal, dict) and service in _listed(principal.get("Service", []))


def _actions(statement: Mapping[str, Any]) -> list[str]:
    return [str(action) for action in _listed(statement.get("Action", []))]


def _source_patterns(statement: Mapping[str, Any]) -> Iterator[str]:
    for entries in (statement.get("Condition") or {}).values():
        for key, value in entries.items():
            if key.lower() == "aws:sourcearn":
                yield from _listed(value)


def _listed(value: Any) -> list[Any]:
    """A policy's element, which may be a single value or a list."""
    return value if isinstance(value, list) else [value]
