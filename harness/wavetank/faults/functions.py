"""Faults of functions: invocations that end early, code that fails, and no concurrency."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from wavetank.faults.broken_code import break_package
from wavetank.faults.capabilities import Capability
from wavetank.faults.changes import CodeChange, ConcurrencyChange
from wavetank.faults.choices import SECOND, Choose, choose_from
from wavetank.faults.fault import (
    CountedFault,
    Fault,
    Resource,
    StateFault,
    check_resource_name,
    names,
)
from wavetank.faults.references import FunctionReference, FunctionRole
from wavetank.faults.resources import code_sha256

if TYPE_CHECKING:
    from wavetank.faults.resources import Resources

CALLS_OF_TICK, CALLS_OF_ALERT = 3, 1
"""The API calls that an invocation of either function makes."""


class Side(StrEnum):
    """The moment of a fault at an API call: before it takes effect, or after.

    `after` is still before the handler has the response.
    """

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, kw_only=True)
class FunctionFault(Fault):
    """Base of faults of one function, given by its role in the pipeline or by name."""

    function: FunctionReference = field(
        default=FunctionRole.RULE_TARGET, metadata=names(Resource.FUNCTION)
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        check_resource_name("function", self.function)

    @property
    def target(self) -> str:
        return f"invocations of the {self.function}"


@dataclass(frozen=True, kw_only=True)
class InvocationFault(FunctionFault, CountedFault):
    """Base of faults that end an invocation on one `side` of its `call_number`-th API call.

    Calls are counted from one. An invocation that makes fewer calls is neither hit nor counted.
    """

    needs: ClassVar[Capability] = Capability.INVOCATIONS

    call_number: int = 1
    side: Side = Side.AFTER

    @classmethod
    def generate(cls, choose: Choose) -> dict[str, Any]:
        values = super().generate(choose)
        function = choose_from(choose, tuple(FunctionRole))
        calls = CALLS_OF_TICK if function is FunctionRole.RULE_TARGET else CALLS_OF_ALERT
        number = choose(1, calls)
        side = choose_from(choose, tuple(Side))
        return values | {"function": function, "call_number": number, "side": side}


@dataclass(frozen=True, kw_only=True)
class HandlerCrash(InvocationFault):
    """The process of the function exits at once."""

    kind: ClassVar[str] = "handler-crash"
    title: ClassVar[str] = "A handler crashes"


@dataclass(frozen=True, kw_only=True)
class FunctionTimeout(InvocationFault):
    """The handler hangs until Lambda stops it at the function's timeout."""

    kind: ClassVar[str] = "function-timeout"
    title: ClassVar[str] = "A handler times out"


@dataclass(frozen=True, kw_only=True)
class OutOfMemory(InvocationFault):
    """Lambda kills the process because it uses too much memory."""

    kind: ClassVar[str] = "out-of-memory"
    title: ClassVar[str] = "A handler runs out of memory"


@dataclass(frozen=True, kw_only=True)
class FunctionStateFault(FunctionFault, StateFault):
    """Base of faults that change a deployed function."""

    needs: ClassVar[Capability] = Capability.FUNCTIONS

    @classmethod
    def generate(cls, choose: Choose) -> dict[str, Any]:
        return super().generate(choose) | {"function": choose_from(choose, tuple(FunctionRole))}


@dataclass(frozen=True, kw_only=True)
class BrokenDeployment(FunctionStateFault):
    """Code with a large portion commented out is deployed: every invocation fails.

    The code from before is deployed again at the end.
    """

    kind: ClassVar[str] = "broken-deployment"
    title: ClassVar[str] = "A function's code is broken"

    def changes(self, name: str, resources: "Resources") -> Iterator[CodeChange]:  # noqa: ARG002 - code has no name
        for function in resources.functions(self.function):
            working = resources.deployed_code(function)
            broken = break_package(working.archive, working.handler)
            yield CodeChange(
                function=function,
                former=code_sha256(working.archive),
                put=code_sha256(broken),
                package=resources.store(working.archive),
                broken=resources.store(broken),
            )


@dataclass(frozen=True, kw_only=True)
class NoConcurrency(FunctionStateFault):
    """The function's reserved concurrency is 0: its events go to the failure destination at once.

    [AWS Lambda developer guide, invocation-async-retain-records]
    """

    kind: ClassVar[str] = "no-concurrency"
    title: ClassVar[str] = "A function may not run"

    @property
    def target(self) -> str:
        return f"the concurrency of the {self.function}"

    def changes(self, name: str, resources: "Resources") -> Iterator[ConcurrencyChange]:  # noqa: ARG002 - concurrency has no name
        for function in resources.functions(self.function):
            yield ConcurrencyChange(
                function=function, former=resources.reserved_concurrency(function)
            )


@dataclass(frozen=True, kw_only=True)
class NotificationFailure(CountedFault):
    """The function that sends the alerts fails by itself, before it has done anything."""

    kind: ClassVar[str] = "notification-failure"
    title: ClassVar[str] = "The notification function fails"
    needs: ClassVar[Capability] = Capability.INVOCATIONS

    @property
    def target(self) -> str:
        return f"invocations of the {FunctionRole.FAILURE_DESTINATION}"


@dataclass(frozen=True, kw_only=True)
class SlowColdStart(FunctionFault, CountedFault):
    """An invocation finds no warm environment, and a new one `takes` that long to be ready."""

    kind: ClassVar[str] = "slow-cold-start"
    title: ClassVar[str] = "A cold start is slow"
    needs: ClassVar[Capability] = Capability.INVOCATIONS

    takes: timedelta = timedelta(seconds=9)

    @property
    def target(self) -> str:
        return f"cold starts of the {self.function}"

    @classmethod
    def generate(cls, choose: Choose) -> dict[str, Any]:
        values = super().generate(choose)
        function = choose_from(choose, tuple(FunctionRole))
        return values | {"function": function, "takes": choose(1, 30) * SECOND}
