"""The catalogue of faults: every kind, and which engines support it.

The scenario reference, the switches of the live pages, `drill`, campaigns and the tables of the
documents are generated from it. A new kind is a class in one of the modules below, listed here.
"""

from collections.abc import Mapping
from types import MappingProxyType

from wavetank.core.engine_names import EngineName
from wavetank.core.errors import UsageError
from wavetank.faults.calls import ApiError, ApiLatency, LostReply, PartialBatchFailure
from wavetank.faults.capabilities import CAPABILITIES
from wavetank.faults.delivery import (
    DuplicateDelivery,
    PermissionRemoved,
    S3Outage,
    ThrottledTopic,
    UnconfirmedAddress,
)
from wavetank.faults.deployments import NewDeployment, NewSchema
from wavetank.faults.event_sources import (
    ConcurrentBatches,
    DuplicateBatch,
    ExpiredVisibilityTimeout,
    OutOfOrderMessage,
    PoisonMessage,
    StalledShard,
    TrimmedStream,
)
from wavetank.faults.fault import Fault
from wavetank.faults.functions import (
    BrokenDeployment,
    FunctionTimeout,
    HandlerCrash,
    NoConcurrency,
    NotificationFailure,
    OutOfMemory,
    SlowColdStart,
    ThrottledFunction,
)
from wavetank.faults.host_faults import (
    DiskFull,
    HostFault,
    HostKilled,
    HostPaused,
    NetworkCut,
    WrongClock,
)
from wavetank.faults.pushed_events import DuplicateEvent, LateEvent
from wavetank.faults.targets import FaultTargets
from wavetank.faults.ticks import DuplicateTick, LateTick, MissedTick, OverlappingTicks, RuleOff

ALL_KINDS: tuple[type[Fault], ...] = (
    MissedTick,
    LateTick,
    DuplicateTick,
    OverlappingTicks,
    HandlerCrash,
    FunctionTimeout,
    OutOfMemory,
    BrokenDeployment,
    SlowColdStart,
    ApiError,
    ApiLatency,
    LostReply,
    PartialBatchFailure,
    S3Outage,
    DuplicateDelivery,
    NotificationFailure,
    ThrottledTopic,
    UnconfirmedAddress,
    PermissionRemoved,
    NoConcurrency,
    RuleOff,
    ThrottledFunction,
    DuplicateBatch,
    OutOfOrderMessage,
    ExpiredVisibilityTimeout,
    ConcurrentBatches,
    PoisonMessage,
    StalledShard,
    TrimmedStream,
    DuplicateEvent,
    LateEvent,
    NewDeployment,
    NewSchema,
    HostPaused,
    HostKilled,
    NetworkCut,
    DiskFull,
    WrongClock,
)
"""The simplest first: Hypothesis shrinks to them, and the pages show them in this order."""
KINDS_BY_NAME: Mapping[str, type[Fault]] = MappingProxyType({kind.kind: kind for kind in ALL_KINDS})
HOST_KINDS = tuple(kind for kind in ALL_KINDS if issubclass(kind, HostFault | WrongClock))
"""Faults of LocalStack itself instead of what is deployed in it."""


def engines_of(kind: type[Fault]) -> tuple[EngineName, ...]:
    """The engines that support the kind."""
    return tuple(engine for engine in EngineName if kind.needs in CAPABILITIES[engine])


def kinds_of(engine: EngineName) -> tuple[type[Fault], ...]:
    """The kinds that the engine supports."""
    return tuple(kind for kind in ALL_KINDS if engine in engines_of(kind))


VIRTUAL_KINDS = kinds_of(EngineName.SIMULATOR)
"""The kinds that the simulator supports."""
LOSING: tuple[type[Fault], ...] = (TrimmedStream,)
"""Kinds by which a service itself loses events: `nothing-lost` is broken, whatever a handler does.
A scenario or a mark names them, to see what becomes of the rest."""


def kinds_for(targets: FaultTargets) -> tuple[type[Fault], ...]:
    """The kinds that campaigns generate for a pipeline: those that can hit something of it.

    `LOSING` are left out: a campaign would find them, and nothing that is wrong.

    Raises:
        UsageError: there are none.
    """
    kinds = (kind for kind in VIRTUAL_KINDS if kind not in LOSING)
    found = tuple(kind for kind in kinds if kind.required_resources() <= targets.resources)
    if not found:
        raise nothing_to_hit()
    return found


def nothing_to_hit() -> UsageError:
    """The error about a pipeline in which no fault would have an effect."""
    action = "add a function and its trigger, or choose another pipeline"
    return UsageError("a pipeline that faults can hit", "nothing that one could", action)
