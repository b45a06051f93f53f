"""How faults refer to resources: by role in the pipeline, by name, or all of a type."""

from enum import StrEnum

UNLIMITED = "all"
"""All resources of a type; and `times` without a limit, since TOML has no null."""


class FunctionRole(StrEnum):
    """A function by its role in the pipeline, because its name differs between deployments."""

    RULE_TARGET = "rule-target"
    """What the rule invokes."""
    FAILURE_DESTINATION = "failure-destination"
    """What Lambda invokes when all attempts at an event have failed."""


class RoleOwner(StrEnum):
    """An IAM role by the resource that assumes it."""

    RULE_TARGET = "rule-target"
    FAILURE_DESTINATION = "failure-destination"
    DELIVERY_STREAM = "delivery-stream"


FunctionReference = FunctionRole | str
"""A function by its role in the pipeline, or by name."""
RoleReference = RoleOwner | str
"""A role by the resource that assumes it, or by name."""
