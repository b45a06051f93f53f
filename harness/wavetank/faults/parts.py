"""How faults name resources: by their part in the pipeline, by their own name, or all of a type."""

from enum import StrEnum

UNLIMITED = "all"
"""Every resource of a type; and `times` without a limit, since TOML has no null."""


class FunctionRole(StrEnum):
    """A function by its part in the pipeline, since a name belongs to one deployment only."""

    RULE_TARGET = "rule-target"
    """What the rule invokes."""
    FAILURE_DESTINATION = "failure-destination"
    """What Lambda invokes when all attempts at an event have failed."""


class RoleOwner(StrEnum):
    """A role by the resource that assumes it."""

    RULE_TARGET = "rule-target"
    FAILURE_DESTINATION = "failure-destination"
    DELIVERY_STREAM = "delivery-stream"


FunctionReference = FunctionRole | str
"""A function by its part in the pipeline, or by its own name."""
RoleReference = RoleOwner | str
"""A role by the resource that assumes it, or by its own name."""
