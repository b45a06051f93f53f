"""The abilities of each engine, which decide the kinds of fault that it supports."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from wavetank.core.engine_names import EngineName


class Capability(StrEnum):
    """An ability of an engine that a kind of fault needs."""

    API_CALLS = "api-calls"
    """Refuse or delay a call at the service."""
    API_REPLIES = "api-replies"
    """Lose the response of a call that took effect."""
    CLOCK = "clock"
    """Move the clock of LocalStack."""
    DELIVERIES = "deliveries"
    """Refuse or repeat what Firehose accepts and delivers."""
    DEPLOYMENTS = "deployments"
    """Deploy new code at an instant, while invocations are in flight."""
    EVENT_SOURCES = "event-sources"
    """Decide what Lambda reads from queues and streams, when, and how often."""
    FUNCTIONS = "functions"
    """Replace a function's code and set its reserved concurrency."""
    INVOCATIONS = "invocations"
    """End an invocation at one of its calls, or delay its cold start."""
    NETWORK = "network"
    """Disconnect LocalStack from its network."""
    PROCESS = "process"
    """Pause, kill or limit the process of LocalStack."""
    PUSHED_EVENTS = "pushed-events"
    """Decide when events that services push arrive, and how often."""
    ROLES = "roles"
    """Add a policy to a role."""
    RULES = "rules"
    """Disable a rule."""
    RULE_EVENTS = "rule-events"
    """Decide when a rule's events arrive, and how often."""
    SUBSCRIPTIONS = "subscriptions"
    """Set whether an address has confirmed its subscription."""


_EVERYWHERE = frozenset({Capability.FUNCTIONS, Capability.ROLES, Capability.RULES})
_LOCALSTACK = _EVERYWHERE | {
    Capability.API_CALLS,
    Capability.DELIVERIES,
    Capability.PUSHED_EVENTS,
    Capability.SUBSCRIPTIONS,
}
_SANDBOX = _LOCALSTACK | {Capability.CLOCK, Capability.PROCESS}

CAPABILITIES: Mapping[EngineName, frozenset[Capability]] = MappingProxyType(
    {
        EngineName.SIMULATOR: _LOCALSTACK
        | {
            Capability.API_REPLIES,
            Capability.DEPLOYMENTS,
            Capability.EVENT_SOURCES,
            Capability.INVOCATIONS,
            Capability.RULE_EVENTS,
        },
        EngineName.EMBEDDED: _SANDBOX,
        EngineName.DOCKER: _SANDBOX | {Capability.NETWORK},
        EngineName.AWS: _EVERYWHERE,
    }
)
"""On AWS only what its public API can do, and revert."""
