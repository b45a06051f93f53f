"""Every kind of fault by its name. The simplest come first: there Hypothesis ends its shrinking."""

from collections.abc import Mapping
from types import MappingProxyType

from wavetank.faults.calls import ApiError, ApiLatency, LostReply, PartialBatchFailure
from wavetank.faults.delivery import (
    DuplicateDelivery,
    PermissionRemoved,
    S3Outage,
    ThrottledTopic,
    UnconfirmedAddress,
)
from wavetank.faults.fault import Fault
from wavetank.faults.functions import (
    BrokenDeployment,
    FunctionTimeout,
    HandlerCrash,
    NotificationFailure,
    OutOfMemory,
    SlowColdStart,
)
from wavetank.faults.host_faults import (
    DiskFull,
    MachineKilled,
    MachinePaused,
    NetworkCut,
    WrongClock,
)
from wavetank.faults.ticks import DuplicateTick, LateTick, MissedTick, OverlappingTicks

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
    MachinePaused,
    MachineKilled,
    NetworkCut,
    DiskFull,
    WrongClock,
)
VIRTUAL_KINDS = tuple(kind for kind in ALL_KINDS if not kind.live_only)
"""What can happen in virtual time too, and so on every engine but AWS."""
KINDS_BY_NAME: Mapping[str, type[Fault]] = MappingProxyType({kind.kind: kind for kind in ALL_KINDS})
