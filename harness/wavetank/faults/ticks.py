"""Faults of a rule's events. EventBridge delivers at least once, and not always on time."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from wavetank.faults.capabilities import Capability
from wavetank.faults.changes import RuleChange
from wavetank.faults.choices import SECOND, Choose
from wavetank.faults.fault import CountedFault, StateFault, check_resource_name, names
from wavetank.faults.references import UNLIMITED, Resource
from wavetank.faults.targets import FaultTarget, FaultTargets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wavetank.faults.resources import Resources


@dataclass(frozen=True, kw_only=True)
class TickFault(CountedFault):
    """Base of faults of ticks whose scheduled time is in the window.

    What they cause may come later.
    """

    needs: ClassVar[Capability] = Capability.RULE_EVENTS
    requires: ClassVar[frozenset[Resource]] = frozenset({Resource.RULE})

    @property
    def target(self) -> str:
        return "the rule's ticks"


@dataclass(frozen=True, kw_only=True)
class MissedTick(TickFault):
    """The rule does not fire."""

    kind: ClassVar[str] = "missed-tick"
    title: ClassVar[str] = "A tick is missed"
    finds: ClassVar[str] = "no later event makes up for what a missing one should have done"


@dataclass(frozen=True, kw_only=True)
class LateTick(TickFault):
    """The event arrives `delay` after its scheduled time, which it still carries."""

    kind: ClassVar[str] = "late-tick"
    title: ClassVar[str] = "A tick is late"
    finds: ClassVar[str] = "the time of the invocation is taken for the scheduled one"

    delay: timedelta = timedelta(seconds=90)

    @classmethod
    def generate(cls, choose: Choose, named: FaultTarget) -> dict[str, Any]:
        return super().generate(choose, named) | {"delay": choose(1, 300) * SECOND}


@dataclass(frozen=True, kw_only=True)
class DuplicateTick(TickFault):
    """The event arrives again, `copies` times, `gap` apart: same scheduled time, other event id."""

    kind: ClassVar[str] = "duplicate-tick"
    title: ClassVar[str] = "A tick arrives twice"
    finds: ClassVar[str] = "an event that arrives twice counts twice"

    copies: int = 1
    gap: timedelta = timedelta(seconds=1)

    @classmethod
    def generate(cls, choose: Choose, named: FaultTarget) -> dict[str, Any]:
        counted = super().generate(choose, named)
        return counted | {"copies": choose(1, 3), "gap": choose(0, 120) * SECOND}


@dataclass(frozen=True, kw_only=True)
class OverlappingTicks(TickFault):
    """A tick's event arrives again at the same instant as the tick that is `ticks_later`."""

    kind: ClassVar[str] = "overlapping-ticks"
    title: ClassVar[str] = "Two ticks overlap"
    finds: ClassVar[str] = "two invocations read one state, and one overwrites the other's result"

    ticks_later: int = 1

    @classmethod
    def generate(cls, choose: Choose, named: FaultTarget) -> dict[str, Any]:
        return super().generate(choose, named) | {"ticks_later": choose(1, 3)}


@dataclass(frozen=True, kw_only=True)
class RuleOff(StateFault):
    """The rule is disabled and does not fire. With `all`, every rule with a schedule is."""

    kind: ClassVar[str] = "rule-off"
    title: ClassVar[str] = "The rule is disabled"
    finds: ClassVar[str] = "nothing notices that no events come"
    needs: ClassVar[Capability] = Capability.RULES

    rule: str = field(default=UNLIMITED, metadata=names(Resource.RULE))

    def __post_init__(self) -> None:
        super().__post_init__()
        check_resource_name("rule", self.rule)

    @classmethod
    def targets_in(cls, targets: FaultTargets) -> tuple[FaultTarget, ...]:
        return targets.named("rule", Resource.RULE)

    @property
    def target(self) -> str:
        return "the rule's state"

    def disables(self, rule: str) -> bool:
        """Whether it disables the rule of that name."""
        return self.rule in {UNLIMITED, rule}

    def changes(self, name: str, resources: "Resources") -> "Iterator[RuleChange]":  # noqa: ARG002 - a rule's state has no name
        for rule in resources.rules(self.rule):
            if resources.rule_is_enabled(rule):
                yield RuleChange(rule=rule)
