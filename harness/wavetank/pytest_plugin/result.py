"""What came of a run, and how it fails a test."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from wavetank.core.findings import Finding, Verdict
from wavetank.core.text import counted
from wavetank.faults.serialization import describe
from wavetank.history import Event, ObjectDelivered, read_history
from wavetank.pytest_plugin.failure_summary import trouble
from wavetank.scenario.model import Scenario


@dataclass(frozen=True, kw_only=True, repr=False)
class ScenarioResult:
    """One run: its verdicts, and all that happened in it, read from its file when asked for.

    One seed, one scenario and one code give one `digest`. `command` runs the test again.
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
        """What happened, in order."""
        return read_history(self.history)

    def of[E: Event](self, kind: type[E]) -> list[E]:
        """The events of that kind, in order."""
        return [event for event in self.events() if isinstance(event, kind)]

    @property
    def delivered(self) -> list[str]:
        """Every record that arrived in a bucket, as the function put it, in order of arrival."""
        return [text for event in self.of(ObjectDelivered) for text in event.records]

    @property
    def verdicts(self) -> Mapping[str, Verdict]:
        """Of each invariant by its short name, such as `conservation`."""
        return {finding.key: finding.verdict for finding in self.findings}

    def assert_all_valid(self) -> None:
        """Fails the test where an invariant is broken, or where nothing shows that it holds."""
        __tracebackhide__ = True
        broken = [found for found in self.findings if found.verdict is not Verdict.VALID]
        if broken:
            raise AssertionError(self._failure(broken))

    def account(self) -> str:
        """The run for whoever reads that its test failed."""
        return account(
            story(self.scenario, self.seed, self.lasted),
            list(trouble(self.events())),
            f"all that happened: {self.history}",
            f"the same again: {self.command}",
        )

    def _failure(self, broken: list[Finding]) -> str:
        count = counted(len(self.findings), "invariant")
        lines = [f"{len(broken)} of {count} not shown to hold:"]
        for found in broken:
            lines += [
                f"  {found.verdict}: {found.requirement} ({found.key})",
                f"    {found.evidence}",
            ]
        return "\n".join([*lines, f"seed {self.seed}; the same again: {self.command}"])


def story(scenario: Scenario, seed: int, lasted: str) -> str:
    """What was played, in a line and one for each fault."""
    faults = [f"  fault: {describe(fault)}" for fault in scenario.plan.faults]
    return "\n".join([f"{lasted} of virtual time, seed {seed}", *faults])


def account(told: str, wrong: list[str], *more: str) -> str:
    """What was played, what went wrong in it, and more."""
    happened = ["what went wrong, and when:", *(f"  {line}" for line in wrong)]
    return "\n".join([told, *(happened if wrong else ["nothing went wrong on the way"]), *more])
