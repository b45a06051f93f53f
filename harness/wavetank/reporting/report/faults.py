"""The faults of a run: when each began, its injections, and when it was reverted."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from wavetank.faults.plan import FaultPlan
from wavetank.faults.serialization import describe
from wavetank.history import Event, FaultBegan, FaultInjected, FaultReverted
from wavetank.reporting.report.marks import Bins, LaneBuilder, Mark, MarkKind, shortened

INJECTIONS_SHOWN = 20


@dataclass(frozen=True)
class FaultInjection:
    """A record in a report that a fault hit an event: when, and what."""

    at: datetime
    what: str


@dataclass(frozen=True, kw_only=True)
class ReportedFault:
    """A fault in a report; `began` and `reverted` are None if that did not happen.

    `first` has the first injections; `marks` has all of them.
    """

    kind: str
    detail: str
    began: datetime | None = None
    reverted: datetime | None = None
    injections: int = 0
    first: tuple[FaultInjection, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass
class _FaultBuilder:
    """A fault, as far as the history was processed."""

    kind: str
    detail: str
    lane: LaneBuilder
    began: datetime | None = None
    reverted: datetime | None = None
    injections: int = 0
    first: list[FaultInjection] = field(default_factory=list)

    def result(self) -> ReportedFault:
        return ReportedFault(
            kind=self.kind,
            detail=self.detail,
            began=self.began,
            reverted=self.reverted,
            injections=self.injections,
            first=tuple(self.first),
            marks=self.lane.lane().marks,
        )


class Faults:
    """Collects the faults of a run; an injection may come after its fault's window."""

    def __init__(self, bins: Bins) -> None:
        self._bins = bins
        self._faults: dict[str, _FaultBuilder] = {}

    def observe(self, event: Event) -> None:
        """Processes the next event."""
        match event:
            case FaultBegan():
                self._of(event).began = event.at
                self._of(event).detail = event.detail
            case FaultInjected():
                self._inject(event)
            case FaultReverted():
                self._of(event).reverted = event.at

    def reported(self, plan: FaultPlan) -> tuple[ReportedFault, ...]:
        """The faults that began, in that order, then the planned ones that did not."""
        came = [fault.result() for fault in self._faults.values()]
        left = Counter(fault.detail for fault in came)
        absent = []
        for planned in plan.faults:
            detail = describe(planned)
            if left[detail]:
                left[detail] -= 1
            else:
                absent.append(ReportedFault(kind=planned.kind, detail=detail))
        return (*came, *absent)

    def _of(self, event: FaultBegan | FaultInjected | FaultReverted) -> _FaultBuilder:
        if event.fault not in self._faults:
            lane = LaneBuilder(event.fault, self._bins)
            self._faults[event.fault] = _FaultBuilder(event.kind, event.detail, lane)
        return self._faults[event.fault]

    def _inject(self, event: FaultInjected) -> None:
        fault = self._of(event)
        fault.injections += 1
        fault.lane.add(MarkKind.INJECTED, event.at, event.detail)
        if len(fault.first) < INJECTIONS_SHOWN:
            fault.first.append(FaultInjection(event.at, shortened(event.detail)))
