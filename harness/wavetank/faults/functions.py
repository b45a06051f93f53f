"""Faults of functions: invocations that end early, code that fails, and no concurrency."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from wavetank.faults.broken_code import break_package
from wavetank.faults.capabilities import Capability
from wavetank.faults.changes import CodeChange, ConcurrencyChange
from wavetank.faults.choices import SECOND, Choose, choose_from
from wavetank.faults.fault import (
    CountedFault,
    Fault,
    StateFault,
    check_resource_name,
    names,
)
from wavetank.faults.references import FunctionReference, FunctionRole, Resource
from wavetank.faults.resources import code_sha256
from wavetank.faults.targets import FaultTarget, FaultTargets

if TYPE_CHECKING:
    from wavetank.faults.resources import Resources

CALLS: Mapping[FunctionRole, int] = MappingProxyType(
    {
        FunctionRole.RULE_TARGET: 3,
        FunctionRole.FAILURE_DESTINATION: 1,
        FunctionRole.TRIGGER_TARGET: 8,
    }
)
"""The API calls at which an invocation of each is ended: those of the ticker's, and of a batch."""


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

    @classmethod
    def targets_in(cls, targets: FaultTargets) -> tuple[FaultTarget, ...]:
        return targets.of_functions()

    @property
    def target(self) -> str:
        return f"invocations of the {self.function}"


@dataclass(frozen=True, kw_only=True)
class InvocationFault(FunctionFault, CountedFault):
    """Base of faults that end an invocation on one `side` of its `call_number`-th API call.

    Calls are counted from one. An invocation that makes fewer calls is neither hit nor counted; but
    one that succeeds without any call has its first when it returns, before Lambda has the result.
    """

    needs: ClassVar[Capability] = Capability.INVOCATIONS

    call_number: int = 1
    side: Side = Side.AFTER

    @classmethod
    def generate(cls, choose: Choose, named: FaultTarget) -> dict[str, Any]:
        values = super().generate(choose, named)
        assert named.role is not None  # it is a function
        # Small numbers more often: most handlers make few calls, and the fault would hit nothing.
        number = choose(1, choose(1, CALLS[named.role]))
        return values | {"call_number": number, "side": choose_from(choose, tuple(Side))}


@dataclass(frozen=True, kw_only=True)
class HandlerCrash(InvocationFault):
    """The process of the function exits at once."""

    kind: ClassVar[str] = "handler-crash"
    title: ClassVar[str] = "A handler crashes"
    finds: ClassVar[str] = (
        "work is left half done, or done again by the next attempt; so is part of a batch"
    )


@dataclass(frozen=True, kw_only=True)
class FunctionTimeout(InvocationFault):
    """The handler hangs until Lambda stops it at the function's timeout."""

    kind: ClassVar[str] = "function-timeout"
    title: ClassVar[str] = "A handler times out"
    finds: ClassVar[str] = "as for a crash, and calls without a timeout of their own"


@dataclass(frozen=True, kw_only=True)
class OutOfMemory(InvocationFault):
    """Lambda kills the process because it uses too much memory."""

    kind: ClassVar[str] = "out-of-memory"
    title: ClassVar[str] = "A handler runs out of memory"
    finds: ClassVar[str] = "as for a crash, and state in memory that the next attempt lacks"


@dataclass(frozen=True, kw_only=True)
class FunctionStateFault(FunctionFault, StateFault):
    """Base of faults that change a deployed function."""

    needs: ClassVar[Capability] = Capability.FUNCTIONS


@dataclass(frozen=True, kw_only=True)
class BrokenDeployment(FunctionStateFault):
    """Code with a large portion commented out is deployed: every invocation fails.

    The code from before is deployed again at the end.
    """

    kind: ClassVar[str] = "broken-deployment"
    title: ClassVar[str] = "A function's code is broken"
    finds: ClassVar[str] = "a function that always fails raises no alarm"

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
    finds: ClassVar[str] = "discarded events have no destination and no dead-letter queue"

    @property
    def target(self) -> str:
        return f"the concurrency of the {self.function}"

    def changes(self, name: str, resources: "Resources") -> Iterator[ConcurrencyChange]:  # noqa: ARG002 - concurrency has no name
        for function in resources.functions(self.function):
            yield ConcurrencyChange(
                function=function, former=resources.reserved_concurrency(function)
            )


@dataclass(frozen=True, kw_only=True)
class ThrottledFunction(FunctionFault, CountedFault):
    """Lambda throttles an invocation (429), as other functions use up the account's concurrency.

    Lambda retries an asynchronous event after a second, then after waits that double up to five
    minutes, for as long as MaximumEventAgeInSeconds says. Messages come back after their visibility
    timeout, a batch of a stream is retried, and an HTTP client gets the error.
    [Lambda developer guide: lambda-concurrency, invocation-async-error-handling,
    services-sqs-errorhandling, invocation-retries]
    """

    kind: ClassVar[str] = "throttled-function"
    title: ClassVar[str] = "A function is throttled"
    finds: ClassVar[str] = "retried events arrive out of order; HTTP clients do not try again"
    needs: ClassVar[Capability] = Capability.INVOCATIONS

    @property
    def target(self) -> str:
        return f"the concurrency of the {self.function}"


@dataclass(frozen=True, kw_only=True)
class NotificationFailure(CountedFault):
    """The function that sends the alerts fails by itself, before it has done anything."""

    kind: ClassVar[str] = "notification-failure"
    title: ClassVar[str] = "The notification function fails"
    finds: ClassVar[str] = "a failed alert is not tried again"
    needs: ClassVar[Capability] = Capability.INVOCATIONS
    requires: ClassVar[frozenset[Resource]] = frozenset({Resource.FAILURE_DESTINATION})

    @property
    def target(self) -> str:
        return f"invocations of the {FunctionRole.FAILURE_DESTINATION}"


@dataclass(frozen=True, kw_only=True)
class SlowColdStart(FunctionFault, CountedFault):
    """An invocation finds no warm environment, and a new one `takes` that long to be ready."""

    kind: ClassVar[str] = "slow-cold-start"
    title: ClassVar[str] = "A cold start is slow"
    finds: ClassVar[str] = "the caller gives up, or the next event overtakes this one"
    needs: ClassVar[Capability] = Capability.INVOCATIONS

    takes: timedelta = timedelta(seconds=9)

    @property
    def target(self) -> str:
        return f"cold starts of the {self.function}"

    @classmethod
    def generate(cls, choose: Choose, named: FaultTarget) -> dict[str, Any]:
        return super().generate(choose, named) | {"takes": choose(1, 30) * SECOND}
