"""The faults of a run: when each began, what it struck, and when it was healed."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from wavetank.faults.plan import FaultPlan
from wavetank.faults.serialization import describe
from wavetank.history import Event, FaultBegan, FaultInjected, FaultReverted
from wavetank.reporting.report.marks import Bins, LaneBuilder, Mark, MarkKind, shortened

STRIKES_SHOWN = 20


@dataclass(frozen=True)
class FaultInjection:
    """What was struck, and when."""

    at: datetime
    what: str


@dataclass(frozen=True, kw_only=True)
class FaultSeen:
    """One fault. Without `began` it was planned and never came, without `healed` it never went.

    `first` are the first of its strikes; `marks` has all of them.
    """

    kind: str
    detail: str
    began: datetime | None = None
    healed: datetime | None = None
    strikes: int = 0
    first: tuple[FaultInjection, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass
class _Open:
    """A fault as far as it was seen."""

    kind: str
    detail: str
    lane: LaneBuilder
    began: datetime | None = None
    healed: datetime | None = None
    strikes: int = 0
    first: list[FaultInjection] = field(default_factory=list)

    def seen(self) -> FaultSeen:
        return FaultSeen(
            kind=self.kind,
            detail=self.detail,
            began=self.began,
            healed=self.healed,
            strikes=self.strikes,
            first=tuple(self.first),
            marks=self.lane.lane().marks,
        )


class Faults:
    """Takes in what is told of faults; a strike may come after its fault's window."""

    def __init__(self, bins: Bins) -> None:
        self._bins = bins
        self._faults: dict[str, _Open] = {}

    def observe(self, event: Event) -> None:
        """Takes in the next event."""
        match event:
            case FaultBegan():
                self._of(event).began = event.at
                self._of(event).detail = event.detail
            case FaultInjected():
                self._strike(event)
            case FaultReverted():
                self._of(event).healed = event.at

    def seen(self, plan: FaultPlan) -> tuple[FaultSeen, ...]:
        """Those that came, in the order in which they did, and then those that did not."""
        came = [fault.seen() for fault in self._faults.values()]
        left = Counter(fault.detail for fault in came)
        absent = []
        for planned in plan.faults:
            detail = describe(planned)
            if left[detail]:
                left[detail] -= 1
            else:
                absent.append(FaultSeen(kind=planned.kind, detail=detail))
        return (*came, *absent)

    def _of(self, event: FaultBegan | FaultInjected | FaultReverted) -> _Open:
        if event.fault not in self._faults:
            lane = LaneBuilder(event.fault, self._bins)
            self._faults[event.fault] = _Open(event.kind, event.detail, lane)
        return self._faults[event.fault]

    def _strike(self, event: FaultInjected) -> None:
        fault = self._of(event)
        fault.strikes += 1
        fault.lane.add(MarkKind.STRUCK, event.at, event.detail)
        if len(fault.first) < STRIKES_SHOWN:
            fault.first.append(FaultInjection(event.at, shortened(event.detail)))
