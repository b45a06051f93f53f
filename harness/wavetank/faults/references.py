"""How faults refer to resources: by role in the pipeline, by name, or all of a type."""

from enum import StrEnum

UNLIMITED = "all"
"""All resources of a type; and `times` without a limit, since TOML has no null."""


class Resource(StrEnum):
    """The kind of resource that a field of a fault names.

    It is metadata of the field: `field(metadata=names(Resource.RULE))`.
    """

    ACTION = "action"
    ASYNC_SOURCE = "async-source"
    """A bucket, rule, topic or other source whose events invoke functions asynchronously."""
    CALL = "call"
    CODE = "code"
    DATA_STREAM = "data-stream"
    """A Kinesis stream, or the stream of a table, of an event source mapping."""
    EVENT_SOURCE = "event-source"
    """A standard queue or a stream of an event source mapping."""
    FAILURE_DESTINATION = "failure-destination"
    """A function that Lambda invokes with the events that it gives up."""
    FUNCTION = "function"
    MESSAGE_SOURCE = "message-source"
    """A queue or a Kinesis stream of an event source mapping."""
    NEW_CODE = "new-code"
    """Another version of a function's code, which no template names."""
    NEW_SCHEMA = "new-schema"
    """Other indexes of a table, which the pipeline's own template does not have."""
    QUEUE = "queue"
    """A standard queue of an event source mapping."""
    ROLE = "role"
    RULE = "rule"
    """A rule with a schedule."""
    STREAM = "stream"
    """A delivery stream."""
    SUBSCRIPTION = "subscription"
    TOPIC = "topic"


DEPLOYED = frozenset(
    {
        Resource.ASYNC_SOURCE,
        Resource.DATA_STREAM,
        Resource.EVENT_SOURCE,
        Resource.FUNCTION,
        Resource.MESSAGE_SOURCE,
        Resource.QUEUE,
        Resource.ROLE,
        Resource.RULE,
        Resource.STREAM,
        Resource.SUBSCRIPTION,
    }
)
"""Resources without which a fault that names one cannot be injected."""


class FunctionRole(StrEnum):
    """A function by its role in the pipeline, because its name differs between deployments."""

    RULE_TARGET = "rule-target"
    """What the rule invokes."""
    FAILURE_DESTINATION = "failure-destination"
    """What Lambda invokes when all attempts at an event have failed."""
    TRIGGER_TARGET = "trigger-target"
    """Any other function: what a queue, stream, bucket, topic, event pattern or API invokes."""


class RoleOwner(StrEnum):
    """An IAM role by the resource that assumes it."""

    RULE_TARGET = "rule-target"
    FAILURE_DESTINATION = "failure-destination"
    TRIGGER_TARGET = "trigger-target"
    DELIVERY_STREAM = "delivery-stream"


FunctionReference = FunctionRole | str
"""A function by its role in the pipeline, or by name."""
RoleReference = RoleOwner | str
"""A role by the resource that assumes it, or by name."""
