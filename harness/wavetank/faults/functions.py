"""Invocations that end badly, at a point of the handler's work that the fault names."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import ClassVar

from wavetank.faults.fault import CountedFault, Fault, FunctionRole


class Side(StrEnum):
    """Of a call: `after` is when it has taken effect and before the handler hears of it."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, kw_only=True)
class InvocationFault(CountedFault):
    """Ends an invocation on one `side` of its `call_number`-th API call, counted from one.

    An invocation that makes fewer calls is not struck, and not counted either.
    """

    function: FunctionRole = FunctionRole.RULE_TARGET
    call_number: int = 1
    side: Side = Side.AFTER

    @property
    def target(self) -> str:
        return f"invocations of the {self.function}"


@dataclass(frozen=True, kw_only=True)
class HandlerCrash(InvocationFault):
    """The process is gone at once."""

    kind: ClassVar[str] = "handler-crash"


@dataclass(frozen=True, kw_only=True)
class FunctionTimeout(InvocationFault):
    """The handler hangs until Lambda stops it at the function's timeout."""

    kind: ClassVar[str] = "function-timeout"


@dataclass(frozen=True, kw_only=True)
class OutOfMemory(InvocationFault):
    """Lambda kills the process for the memory that it takes."""

    kind: ClassVar[str] = "out-of-memory"


@dataclass(frozen=True, kw_only=True)
class BrokenDeployment(Fault):
    """Code with a large portion commented out is deployed, and the former code afterwards."""

    kind: ClassVar[str] = "broken-deployment"

    function: FunctionRole = FunctionRole.RULE_TARGET

    @property
    def target(self) -> str:
        return f"invocations of the {self.function}"


@dataclass(frozen=True, kw_only=True)
class NotificationFailure(CountedFault):
    """The function that tells people fails by itself, before it has done anything."""

    kind: ClassVar[str] = "notification-failure"

    @property
    def target(self) -> str:
        return f"invocations of the {FunctionRole.FAILURE_DESTINATION}"


@dataclass(frozen=True, kw_only=True)
class SlowColdStart(CountedFault):
    """An invocation finds no warm environment, and a new one `takes` so long to be ready."""

    kind: ClassVar[str] = "slow-cold-start"

    function: FunctionRole = FunctionRole.RULE_TARGET
    takes: timedelta = timedelta(seconds=9)

    @property
    def target(self) -> str:
        return f"cold starts of the {self.function}"
