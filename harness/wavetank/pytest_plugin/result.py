"""The result of a run, and how it fails a test."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from wavetank.core.findings import Finding, Verdict
from wavetank.core.text import pluralize
from wavetank.faults.fault import Fault
from wavetank.faults.serialization import describe
from wavetank.history import (
    AttemptErrors,
    Event,
    FaultInjected,
    ObjectDelivered,
    UnansweredCalls,
    read_history,
)
from wavetank.pytest_plugin.failure_summary import failure_lines
from wavetank.scenario.model import Scenario
from wavetank.scenario.workload.serialization import describe_workload


@dataclass(frozen=True, kw_only=True, repr=False)
class ScenarioResult:
    """The result of one run: its verdicts, and its events, read from the file on demand.

    The same seed, scenario and code give the same `digest`. `command` runs the test again.
    """

    findings: tuple[Finding, ...]
    digest: str
    history: Path
    scenario: Scenario
    seed: int
    lasted: str
    command: str

    def __repr__(self) -> str:
        return f"<ScenarioResult of {self.lasted}, seed {self.seed}>"

    def events(self) -> Iterator[Event]:
        """All events, in order."""
        return read_history(self.history)

    def of[E: Event](self, kind: type[E]) -> list[E]:
        """The events of that kind, in order."""
        return [event for event in self.events() if isinstance(event, kind)]

    @property
    def delivered(self) -> list[str]:
        """Every delivered record in the order of delivery, as the function put it."""
        return [text for event in self.of(ObjectDelivered) for text in event.records]

    @property
    def verdicts(self) -> Mapping[str, Verdict]:
        """The verdict of each invariant by its short name, such as `conservation`."""
        return {finding.key: finding.verdict for finding in self.findings}

    @property
    def unmatched(self) -> tuple[Fault, ...]:
        """The faults of the test that hit no event, so that the run shows nothing about them."""
        injected = {event.fault for event in self.of(FaultInjected)}
        return self.scenario.plan.unmatched(injected)

    @property
    def unanswered(self) -> tuple[str, ...]:
        """The calls that neither an emulator nor the test answered, with their numbers."""
        calls = UnansweredCalls()
        for event in self.events():
            calls.observe(event)
        return calls.lines()

    def assert_all_valid(self) -> None:
        """Fails the test if an invariant is broken or undecided, or a run shows nothing.

        The latter are faults that hit no event, and calls that had no answer.
        """
        __tracebackhide__ = True
        if unanswered := self.unanswered:
            missing = "; ".join(unanswered)
            action = "write simulator.answers(service, operation, ...) in the test"
            raise AssertionError("\n".join([f"{missing}: {action}", *self._errors()]))
        if unmatched := self.unmatched:
            faults = "; ".join(map(describe, unmatched))
            unseen = f"no event matched the fault {faults}: the run shows nothing about it"
            raise AssertionError("\n".join([unseen, *self._errors()]))
        broken = [found for found in self.findings if not found.verdict.passes]
        if broken:
            raise AssertionError(self._failure(broken))

    def run_report(self) -> str:
        """The run for the report of a failed test."""
        return run_report(
            describe_run(self.scenario, self.seed, self.lasted),
            list(failure_lines(self.events())),
            f"history: {self.history}",
            f"run it again: {self.command}",
        )

    def _errors(self) -> list[str]:
        """A line for each function that failed, with its first error."""
        errors = AttemptErrors()
        for event in self.events():
            errors.observe(event)
        return [f"  {line}" for line in errors.lines()]

    def _failure(self, broken: list[Finding]) -> str:
        count = pluralize(len(self.findings), "invariant")
        lines = [f"{len(broken)} of {count} not valid:"]
        for found in broken:
            lines += [
                f"  {found.verdict}: {found.requirement} ({found.key})",
                f"    {found.evidence}",
            ]
        lines += self._errors()
        return "\n".join([*lines, f"seed {self.seed}; run it again: {self.command}"])


def describe_run(scenario: Scenario, seed: int, lasted: str) -> str:
    """Length and seed in one line, and one line for each workload and each fault."""
    faults = [f"  fault: {describe(fault)}" for fault in scenario.plan.faults]
    workloads = [f"  workload: {describe_workload(each)}" for each in scenario.workloads]
    return "\n".join([f"{lasted} of virtual time, seed {seed}", *workloads, *faults])


def run_report(run: str, wrong: list[str], *more: str) -> str:
    """The description of the run, what went wrong in it, and more lines."""
    happened = ["what went wrong, and when:", *(f"  {line}" for line in wrong)]
    return "\n".join([run, *(happened if wrong else ["nothing went wrong"]), *more])
