"""Pairs of a kind of fault and what it hits: what the coverage of a campaign counts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from wavetank.faults.catalogue import kinds_for, nothing_to_hit
from wavetank.faults.fault import Fault
from wavetank.faults.guarantee import can_hit
from wavetank.faults.targets import FaultTarget, FaultTargets


@dataclass(frozen=True, kw_only=True)
class FaultPair:
    """A kind of fault, and one thing that it can hit: `handler-crash` and the function `Notify`."""

    kind: type[Fault]
    hit: FaultTarget

    def __str__(self) -> str:
        """`handler-crash in Notify`; the kind alone if it has but one target."""
        name = self.hit.name
        preposition = "in" if self.hit.role is not None else "of"
        return f"{self.kind.kind} {preposition} {name}" if name else self.kind.kind

    def simplest(self) -> Fault:
        """The fault at the start of a run, with the defaults of its kind."""
        return self.kind(after=timedelta(), **dict(self.hit.values))

    def is_of(self, fault: Fault) -> bool:
        """Whether the fault is of the kind, and names this target."""
        named = self.hit.values
        return type(fault) is self.kind and all(getattr(fault, n) == value for n, value in named)


def fault_pairs(targets: FaultTargets) -> tuple[FaultPair, ...]:
    """The pairs that campaigns try, in the order of the catalogue.

    Left out are those that can never hit anything within the guarantee.

    Raises:
        UsageError: there are none.
    """
    found = tuple(pair for pair in _pairs(targets) if can_hit(pair.simplest(), targets))
    if not found:
        raise nothing_to_hit()
    return found


def _pairs(targets: FaultTargets) -> Iterator[FaultPair]:
    for kind in kinds_for(targets):
        yield from (FaultPair(kind=kind, hit=hit) for hit in kind.targets_in(targets))
