"""The base classes of faults: a window in which a fault is in force, and its target."""

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from wavetank.core.durations import YEAR, duration_text
from wavetank.core.field_values import FieldError
from wavetank.core.suggestions import shown
from wavetank.faults.capabilities import Capability
from wavetank.faults.choices import Choose
from wavetank.faults.references import UNLIMITED, Resource
from wavetank.faults.targets import FaultTarget, FaultTargets

if TYPE_CHECKING:
    from wavetank.faults.changes import Change
    from wavetank.faults.resources import Resources

MILLISECOND = timedelta(milliseconds=1)
COUNT_MAX = 1_000_000
"""More than the minutes in a year."""
OCCURRENCE_MAX, TIMES_MAX = 3, 3
"""The limits of what is generated."""
RESOURCE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


def names(resource: Resource) -> dict[str, Resource]:
    """The metadata of a field that names such a resource, or one of such values."""
    return {"resource": resource}


def check_resource_name(field: str, name: str) -> None:
    """Check the name of a deployed resource.

    Raises:
        FieldError: no resource can have that name.
    """
    if not RESOURCE_NAME.fullmatch(name):
        expected = f"`{field}` to be the name of a deployed resource"
        raise FieldError(field, expected, shown(name), "copy it from the template or the stack")


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A failure injected on purpose, `after` the start of the run, and reverted `lasts` later.

    The first paragraph of a kind's docstring is its description in the pages and the documents.

    Raises:
        FieldError: on construction, if a field has an invalid value.
    """

    kind: ClassVar[str]
    """Its name in files and histories."""
    title: ClassVar[str]
    """Its name on the pages, as a short sentence."""
    finds: ClassVar[str] = ""
    """The mistakes of handlers and templates that it typically finds; empty for a host's fault."""
    needs: ClassVar[Capability]
    """What an engine must be able to do."""
    requires: ClassVar[frozenset[Resource]] = frozenset()
    """Kinds of resource that it acts on, besides those that its fields name."""

    after: timedelta
    lasts: timedelta = timedelta(minutes=10)

    def __post_init__(self) -> None:
        if not self.lasts:
            raise FieldError("lasts", "`lasts` above zero", "0s", "say how long it lasts")
        for name in (item.name for item in fields(self)):
            match getattr(self, name):
                case timedelta() as duration:
                    _check_duration(name, duration)
                case int() as count if not 1 <= count <= COUNT_MAX:
                    expected = f"`{name}` from 1 to {COUNT_MAX}"
                    raise FieldError(name, expected, shown(count), "correct it")

    @classmethod
    def summary(cls) -> str:
        """What happens, in a sentence or two."""
        return " ".join((inspect.getdoc(cls) or "").partition("\n\n")[0].split())

    @classmethod
    def required_resources(cls) -> frozenset[Resource]:
        """The kinds of resource without which it hits nothing."""
        named = frozenset(item.metadata["resource"] for item in fields(cls) if item.metadata)
        return (named - {Resource.CODE}) | cls.requires

    @classmethod
    def targets_in(cls, targets: FaultTargets) -> tuple[FaultTarget, ...]:  # noqa: ARG003 - a kind that names what it hits looks for it
        """What it can hit in a pipeline, one by one; by default it names nothing, and hits all."""
        return (FaultTarget(),)

    @classmethod
    def generate(cls, choose: Choose, named: FaultTarget) -> dict[str, Any]:  # noqa: ARG003 - a kind with fields of its own chooses
        """Generate the values of its other fields, but not the window, for what it is to hit."""
        return {}

    @property
    def target(self) -> str:
        """What it acts on: two faults with the same target cannot be in force at one time."""
        raise NotImplementedError  # each kind defines it

    def window(self, begin: datetime) -> tuple[datetime, datetime]:
        """When it is injected, and when it is reverted, which is no longer part of it."""
        return begin + self.after, begin + self.reverted_after

    @property
    def reverted_after(self) -> timedelta:
        """From the start of the run to the end of the window."""
        return self.after + self.lasts

    def overlaps(self, other: "Fault") -> bool:
        """Whether both are in force at some instant."""
        return self.after < other.reverted_after and other.after < self.reverted_after


@dataclass(frozen=True, kw_only=True)
class StateFault(Fault):
    """Base of faults that change what is deployed, or its host, for as long as they last."""

    def changes(self, name: str, resources: "Resources") -> Iterator["Change"]:
        """The changes to make, each with everything needed to revert it. Makes none of them.

        `name` is the fault's name in its plan.

        Raises:
            UsageError: what it names is not deployed.
        """
        raise NotImplementedError  # each kind defines it


@dataclass(frozen=True, kw_only=True)
class CountedFault(Fault):
    """Base of faults that hit single events: `times` of them, from the `occurrence`-th on.

    Both count from one, from the start of the window. Without `times` it hits all of them.
    """

    occurrence: int = 1
    times: int | None = 1

    @classmethod
    def generate(cls, choose: Choose, named: FaultTarget) -> dict[str, Any]:
        occurrence, times = choose(1, OCCURRENCE_MAX), choose(1, TIMES_MAX + 1)
        limited = None if times > TIMES_MAX else times
        return super().generate(choose, named) | {"occurrence": occurrence, "times": limited}

    def hits(self, number: int) -> bool:
        """Whether it hits the `number`-th event of its window, counted from one."""
        last = None if self.times is None else self.occurrence + self.times - 1
        return number >= self.occurrence and (last is None or number <= last)


@dataclass(frozen=True, kw_only=True)
class StreamFault(Fault):
    """Base of faults of a delivery stream; `all` means every stream."""

    needs: ClassVar[Capability] = Capability.DELIVERIES

    stream: str = field(default=UNLIMITED, metadata=names(Resource.STREAM))

    def __post_init__(self) -> None:
        super().__post_init__()
        check_resource_name("stream", self.stream)

    @classmethod
    def targets_in(cls, targets: FaultTargets) -> tuple[FaultTarget, ...]:
        return targets.named("stream", Resource.STREAM)

    def is_of(self, stream: str) -> bool:
        """Whether it hits the stream of that name."""
        return self.stream in {UNLIMITED, stream}


def _check_duration(field: str, duration: timedelta) -> None:
    """Bounded, so that no instant overflows, and exact in its written form."""
    if not timedelta() <= duration <= YEAR or duration % MILLISECOND:
        whole = duration - duration % MILLISECOND
        found = duration_text(whole) if duration == whole else f"{duration}"
        expected = f"`{field}` between zero and {duration_text(YEAR)}, in whole milliseconds"
        raise FieldError(field, expected, found, "correct it")
