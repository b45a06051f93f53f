"""A ledger of messages, records, objects and events, kept naively and idempotently.

The invariants compare both with what was sent.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wavetank.core.findings import Finding
from wavetank.deployment.pipelines.user_pipeline import TemplatesPipeline
from wavetank.history import Event, TableSnapshot, WorkloadSent
from wavetank.history.events import OK
from wavetank.invariants import Invariant
from wavetank.invariants.history_completeness import HistoryEnd, ProblemCounts, conclude

NAIVE = "naive-"


class Ledger(ABC):
    """Base of invariants of the final ledger: of the naive one, or of the idempotent one."""

    part = ""

    def __init__(self, prefix: str) -> None:
        self.key = f"{prefix}{self.part}"
        self.name = f"the ledger has what was sent ({self.key})"
        self._prefix = prefix
        self._sent: dict[str, list[WorkloadSent]] = {}
        self._items: Mapping[str, int] = {}

    def observe(self, event: Event) -> None:
        match event:
            case WorkloadSent(outcome=outcome) if outcome == OK:
                self._sent.setdefault(event.kind.partition("-")[2], []).append(event)
            case TableSnapshot():
                items = {each["id"]: int(each["n"]) for each in event.items if "n" in each}
                self._items = items or self._items  # the ticker's table has others

    def finding(self, end: HistoryEnd) -> Finding:
        violations = ProblemCounts()
        for source, sent in self._sent.items():
            for name, expected in self.expected(sent).items():
                item = f"{self._prefix}{name}-{source}"
                if (found := self._items.get(item)) != expected:
                    violations.add(item, f"expected {expected}, found {found}")
        none = ProblemCounts()
        return conclude(
            self.name, end, violations=violations, missing=none, doubt="", passed="it does"
        )

    @abstractmethod
    def expected(self, sent: list[WorkloadSent]) -> Mapping[str, int]:
        """The items that a source should have, by name."""


class Total(Ledger):
    """Each event is counted once."""

    part = "total"

    def expected(self, sent: list[WorkloadSent]) -> Mapping[str, int]:
        return {"total": len(sent)}


class Last(Ledger):
    """The newest event is the one that was sent last."""

    part = "last"

    def expected(self, sent: list[WorkloadSent]) -> Mapping[str, int]:
        return {"last": max(event.number for event in sent)}


class Minutes(Ledger):
    """Each minute in which an event was sent has an entry."""

    part = "minutes"

    def expected(self, sent: list[WorkloadSent]) -> Mapping[str, int]:
        return {f"{event.at:%Y-%m-%dT%H:%M}": 1 for event in sent}


PARTS = (Total, Last, Minutes)
KEYS = tuple(f"{prefix}{kind.part}" for kind in PARTS for prefix in (NAIVE, ""))


@dataclass(frozen=True, kw_only=True)
class LedgerPipeline(TemplatesPipeline):
    """The pipeline with those invariants of its ledger whose keys are in `checks`."""

    checks: tuple[str, ...] = KEYS

    def invariants(self) -> list[Invariant]:
        own = [kind(prefix) for kind in PARTS for prefix in (NAIVE, "")]
        return [*super().invariants(), *(each for each in own if each.key in self.checks)]


LEDGER = LedgerPipeline(template=Path(__file__).parent / "template.yaml")
