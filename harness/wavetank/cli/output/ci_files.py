"""Results for CI systems: a file of JUnit XML, and in a job of GitHub its errors and summary."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from wavetank.campaign.reproduction import Reproductions
from wavetank.campaign.results import CaseOutcome, CaseResult
from wavetank.campaign.summary import CampaignSummary
from wavetank.cli.output.campaign_progress import CampaignOutput
from wavetank.cli.output.console_output import Output
from wavetank.core.clock import Clock
from wavetank.core.errors import InfrastructureError
from wavetank.core.private_files import users_umask
from wavetank.core.settings import github_job
from wavetank.core.text import short_path
from wavetank.faults.serialization import describe
from wavetank.reporting.ci_results import (
    CiCase,
    CiOutcome,
    annotations,
    cases_of_run,
    job_summary,
    junit_xml,
)
from wavetank.scenario.serialization import scenario_to_toml
from wavetank.simulation.runner import RunResult, RunSpec

JunitOption = Annotated[
    Path | None,
    typer.Option(
        "--junit-xml",
        metavar="FILE",
        help="Write the results as JUnit XML, which CI systems show.",
    ),
]
OF_ENDINGS = {
    CaseOutcome.BROKEN: CiOutcome.FAILURE,
    CaseOutcome.INFRASTRUCTURE: CiOutcome.ERROR,
    CaseOutcome.UNKNOWN: CiOutcome.ERROR,
    CaseOutcome.VALID: CiOutcome.PASSED,
}


def write_ci_results(
    suite: str, cases: Sequence[CiCase], junit: Path | None, output: Output
) -> None:
    """Writes the file, if there is to be one, and what GitHub shows, in a job of it.

    Raises:
        InfrastructureError: a file cannot be written.
    """
    if junit is not None:
        with _writing(junit), users_umask():
            junit.parent.mkdir(parents=True, exist_ok=True)
            junit.write_bytes(junit_xml(suite, cases))
        output.say(f"JUnit XML: {short_path(junit)}")
        output.emit("junit", file=str(junit))
    job = github_job()
    if job is None:
        return
    for line in annotations(suite, cases):
        output.verbatim(line)
    if job.summary is not None:
        with _writing(job.summary), job.summary.open("a", encoding="utf-8") as file:
            file.write(job_summary(suite, cases))


@dataclass(frozen=True)
class CiRun:
    """The results of a run for CI systems: a case for each invariant, and the run's command."""

    junit: Path | None
    command: str

    def write(self, spec: RunSpec, result: RunResult, output: Output) -> None:
        """Writes the results; `write_ci_results` says what it raises."""
        suite = f"{spec.scenario.name}, seed {spec.seed}"
        write_ci_results(suite, cases_of_run(result.findings, self.command), self.junit, output)


class CiCampaignOutput(CampaignOutput):
    """Shows a campaign, and writes its results for CI systems once all cases have run."""

    def __init__(
        self, output: Output, reproductions: Reproductions, clock: Clock, junit: Path | None
    ) -> None:
        super().__init__(output, reproductions, clock)
        self._cases: list[tuple[int, CiCase]] = []
        self._junit = junit

    def takes(self, result: CaseResult, summary: CampaignSummary) -> None:
        """Shows one more result, and keeps it."""
        super().takes(result, summary)
        self._cases.append((result.spec.seed, self._case(result)))

    def summary(self, summary: CampaignSummary, how: str) -> None:
        """Shows all results, and writes them in the order of their seeds."""
        super().summary(summary, how)
        cases = [case for _, case in sorted(self._cases, key=lambda each: each[0])]
        write_ci_results("campaign", cases, self._junit, self._output)

    def _case(self, result: CaseResult) -> CiCase:
        is_remembered = result.spec in self._chosen.remembered
        name = f"{'remembered ' if is_remembered else ''}seed {result.spec.seed}"
        outcome = OF_ENDINGS[result.ending]
        if outcome is CiOutcome.PASSED:
            return CiCase(name=name, outcome=outcome)
        is_own = self._reproductions.has_own_scenario(result)
        found = ", ".join(result.broken) or result.problem or "not decided"
        return CiCase(
            name=name,
            outcome=outcome,
            message=f"{result.ending}: {found}",
            details="\n".join(_details(result)),
            command=self._reproductions.of_failure(result),
            scenario=scenario_to_toml(result.spec.scenario) if is_own else "",
        )


def _details(result: CaseResult) -> Iterator[str]:
    """The evidence of what is not valid, and the faults."""
    for finding in result.outcome.findings if result.outcome else ():
        if not finding.verdict.passes:
            yield f"{finding.verdict}: {finding.requirement}: {finding.evidence}"
    yield from (f"fault: {describe(fault)}" for fault in result.spec.scenario.plan.faults)


@contextmanager
def _writing(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        action = "choose a file that you can write to"
        raise InfrastructureError(f"to write {file}", reason, action) from error
