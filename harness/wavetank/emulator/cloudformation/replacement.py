"""Decides which changes need a new resource: those of the type's create-only properties.

LocalStack's schemas are old copies of AWS's; the differences to the present ones are listed here.
[CloudFormation template reference: "Update requires" of each property; resource type schemas,
createOnlyProperties]
"""

from collections.abc import Mapping
from typing import Any

ADDED: Mapping[str, tuple[str, ...]] = {
    "AWS::DynamoDB::Table": ("KeySchema", "LocalSecondaryIndexes"),
    "AWS::EC2::VPCGatewayAttachment": ("VpcId",),
    "AWS::Kinesis::StreamConsumer": ("Tags",),
    "AWS::Lambda::Permission": ("InvokedViaFunctionUrl",),
    "AWS::Lambda::Version": (
        "CodeSha256",
        "Description",
        "ProvisionedConcurrencyConfig",
        "RuntimePolicy",
    ),
}
NOT_CREATE_ONLY: Mapping[str, frozenset[str]] = {
    "AWS::S3::Bucket": frozenset({"ObjectLockEnabled"})
}


def changed_properties(previous: Mapping[str, Any], desired: Mapping[str, Any]) -> frozenset[str]:
    """The properties that a template adds, changes or removes."""
    return frozenset(
        name for name in previous.keys() | desired.keys() if previous.get(name) != desired.get(name)
    )


def needs_replacement(
    resource_type: str,
    schema: Mapping[str, Any],
    previous: Mapping[str, Any],
    desired: Mapping[str, Any],
) -> bool:
    """Whether the change needs a new resource; the values are the resolved ones of the template.

    A reference that resolves to the same value as before is no change.
    """
    paths = [path.removeprefix("/properties/") for path in schema.get("createOnlyProperties", [])]
    not_create_only = NOT_CREATE_ONLY.get(resource_type, frozenset())
    paths = [path for path in paths if path not in not_create_only]
    return any(
        _value(previous, path) != _value(desired, path)
        for path in (*paths, *ADDED.get(resource_type, ()))
    )


def _value(properties: Any, path: str) -> Any:
    for part in path.split("/"):
        if not isinstance(properties, Mapping):
            return None
        properties = properties.get(part)
    return properties
