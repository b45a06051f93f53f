"""Worker contexts without a simulator: one that checks plans, and some on which workers die."""

import ctypes
import hashlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from wavetank.campaign.results import CaseResult
from wavetank.campaign.worker_context import RunCase
from wavetank.core.errors import UsageError
from wavetank.core.findings import Finding, Verdict, exit_code
from wavetank.faults.functions import HandlerCrash
from wavetank.faults.plan import FaultPlan
from wavetank.faults.serialization import plan_to_json
from wavetank.faults.ticks import DuplicateTick, LateTick
from wavetank.simulation.runner import RunResult, RunSpec

CONSERVATION = "conservation"
CONTINUITY = "walk-continuity"
LATE_SECONDS_MAX = 100


def check_plan(spec: RunSpec) -> RunResult:
    """A handler that loses records where it crashes, and its walk where ticks come late or twice.

    Of the late ones only those matter that are later than 100 s.
    """
    plan = spec.scenario.plan
    findings = (
        _finding(CONSERVATION, broken=_has(plan, HandlerCrash)),
        _finding(CONTINUITY, broken=_comes_late(plan) and _has(plan, DuplicateTick)),
    )
    text = f"{spec.scenario.name} {spec.seed} {plan_to_json(plan)}"
    digest = hashlib.sha256(text.encode()).hexdigest()
    return RunResult(findings, digest, len(text), exit_code(findings))


def expected_result(spec: RunSpec) -> CaseResult:
    """The same as the result of a campaign's spec."""
    return CaseResult(spec=spec, outcome=check_plan(spec))


def _has(plan: FaultPlan, kind: type) -> bool:
    return any(isinstance(fault, kind) for fault in plan.faults)


def _comes_late(plan: FaultPlan) -> bool:
    late = [fault for fault in plan.faults if isinstance(fault, LateTick)]
    return any(fault.delay.total_seconds() > LATE_SECONDS_MAX for fault in late)


def _finding(key: str, *, broken: bool) -> Finding:
    verdict = Verdict.INVALID if broken else Verdict.VALID
    return Finding(key, verdict, "by the plan alone", key)


@contextmanager
def plan_context() -> Iterator[RunCase]:
    """Where plans are expected_result."""
    yield check_plan


@dataclass(frozen=True)
class DeadlyContext:
    """Whoever plays the seed dies of it, `times` times; files in the folder count them."""

    seed: int
    times: int
    folder: Path

    @contextmanager
    def __call__(self) -> Iterator[RunCase]:
        """Opens it."""
        yield self._play

    def _play(self, spec: RunSpec) -> RunResult:
        if spec.seed == self.seed and len(list(self.folder.iterdir())) < self.times:
            (self.folder / str(os.getpid())).touch()
            sys.stderr.write("the end is near\n")
            sys.stderr.flush()
            self.die()
        return check_plan(spec)

    def die(self) -> None:
        """Ends the process by a signal."""
        os.kill(os.getpid(), signal.SIGKILL)


class QuietlyDeadlyContext(DeadlyContext):
    """As `DeadlyContext`, but by native code, and with exit code 0."""

    def die(self) -> None:
        """Ends the process past the interpreter."""
        ctypes.CDLL(None).exit(0)


@dataclass(frozen=True)
class EndlessContext:
    """Seeds above `last` are never done with; each leaves a file named after its process."""

    last: int
    folder: Path

    @contextmanager
    def __call__(self) -> Iterator[RunCase]:
        """Opens it."""
        yield self._play

    def _play(self, spec: RunSpec) -> RunResult:
        if spec.seed > self.last:
            (self.folder / str(os.getpid())).touch()
            threading.Event().wait()
        return check_plan(spec)


def closed_context() -> AbstractContextManager[RunCase]:
    """One that cannot be opened."""
    raise UsageError("a stage", "none", "build one")


@contextmanager
def shaky_context() -> Iterator[RunCase]:
    """One on which every seventh seed is a mistake of the program's."""

    def play(spec: RunSpec) -> RunResult:
        if spec.seed % 7 == 0:
            raise LookupError(spec.scenario.name)
        return check_plan(spec)

    yield play


@contextmanager
def fatal_context() -> Iterator[RunCase]:
    """One that kills whoever opens it."""
    os.kill(os.getpid(), signal.SIGKILL)
    yield check_plan
