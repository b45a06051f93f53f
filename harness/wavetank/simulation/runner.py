"""One story on a pipeline: back to the baseline, the run, its history, and the verdicts."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from wavetank.core.durations import duration_text
from wavetank.core.engine_names import EngineName
from wavetank.core.errors import ExitCode
from wavetank.core.findings import Finding, exit_code
from wavetank.deployment.pipelines.pipeline import Pipeline
from wavetank.deployment.seed import put_items
from wavetank.engines.simulator.engine import Simulator
from wavetank.faults.serialization import plan_to_json
from wavetank.history import TableSnapshot
from wavetank.invariants import EnoughAlerts, Judges
from wavetank.invariants.unobservable import BY_HAND, decided, told_by_hand
from wavetank.scenario.expectation import as_expected, check_expectations
from wavetank.scenario.model import Scenario
from wavetank.scenario.run_store import FUNCTIONS_LOG
from wavetank.scenario.steps import steps_by_hand
from wavetank.scenario.supported_faults import check_supported
from wavetank.simulation.history_recorder import HistoryRecorder, Watcher, recorded
from wavetank.simulation.run import Run, RunOptions

START = datetime(2030, 1, 1, tzinfo=UTC)
"""Where a story begins unless it is told otherwise: always the same, so that runs compare."""
EVENTS_AT_ONCE = 64
"""Some eight ticks of the ticker: what each event would cost by itself is shared by so many."""


@dataclass(frozen=True, kw_only=True)
class RunSpec:
    """What decides a run, besides the pipeline; `start` is virtual.

    Where it is to be compared with one that a live engine told, it is told by hand as that one was,
    and `begins_with` is the table that it found.
    """

    scenario: Scenario
    seed: int
    start: datetime = START
    begins_with: TableSnapshot | None = None

    @property
    def by_hand(self) -> bool:
        """Whether its ticks are told one after the other, and no rule fires."""
        return self.begins_with is not None


@dataclass(frozen=True)
class RunResult:
    """What came of a story: the verdicts, and the digest of its history."""

    findings: tuple[Finding, ...]
    digest: str
    events: int
    exit_code: ExitCode


def play(
    simulator: Simulator,
    pipeline: Pipeline,
    story: RunSpec,
    history: Path | None,
    watch: Watcher = lambda _: None,
) -> RunResult:
    """Plays the story, from the baseline on; `history` is a new file for what happens, if any.

    `watch` is shown each event as it happens.

    Raises:
        UsageError: the story is none for virtual time, or the history's file is there already.
        StuckError: a handler never came back.
    """
    check_supported(story.scenario, EngineName.SIMULATOR)
    judges = judges_of(pipeline, story.scenario)
    log = history and history.with_name(FUNCTIONS_LOG)
    with (
        recorded(history, judges, watch, at_once=EVENTS_AT_ONCE) as recording,
        simulator.function_log.written_to(log),
    ):
        simulator.reset()
        with simulator.frozen_at(story.start):
            pipeline.begin(simulator.aws, story.start)
            if story.begins_with is not None:
                put_items(simulator.aws.dynamodb, story.begins_with.table, story.begins_with.items)
        Run(simulator, run_options(story, pipeline), recording.take).go()
    return concluded(story, judges, recording, EngineName.SIMULATOR if story.by_hand else None)


def concluded(
    story: RunSpec, judges: Judges, recording: HistoryRecorder, by_hand_on: EngineName | None
) -> RunResult:
    """What came of a story that has been recorded; told by hand on that engine, where it was."""
    findings, code = verdicts(story.scenario, judges, by_hand_on)
    return RunResult(tuple(findings), recording.digest, recording.events, code)


def verdicts(
    scenario: Scenario, judges: Judges, by_hand_on: EngineName | None
) -> tuple[list[Finding], ExitCode]:
    """What the judges found, as the scenario takes it, and what it comes to."""
    findings = as_expected(judges.findings(), scenario.expectations)
    if by_hand_on is None:
        return findings, exit_code(findings)
    return told_by_hand(findings, by_hand_on), decided(findings, by_hand_on)


def judges_of(pipeline: Pipeline, scenario: Scenario) -> Judges:
    """Those of the pipeline's invariants, and of what the scenario expects.

    Raises:
        UsageError: the scenario expects something that nobody judges.
    """
    invariants = pipeline.invariants()
    if scenario.expectations.alerts_min:
        invariants.append(EnoughAlerts(scenario.expectations.alerts_min))
    judges = Judges(invariants)
    check_expectations(scenario.expectations, judges.keys())
    return judges


def run_options(story: RunSpec, pipeline: Pipeline) -> RunOptions:
    """What the story decides of a run of the pipeline."""
    scenario = story.scenario
    plan = {"plan": plan_to_json(scenario.plan), "horizon": duration_text(scenario.horizon)}
    if story.by_hand:
        return RunOptions(
            scenario=scenario.name,
            seed=story.seed,
            start=story.start,
            horizon=timedelta(),
            steps=steps_by_hand(scenario.plan, scenario.horizon, story.start),
            told={**pipeline.options(), **plan, **BY_HAND},
        )
    return RunOptions(
        scenario=scenario.name,
        seed=story.seed,
        start=story.start,
        horizon=scenario.horizon,
        plan=scenario.plan,
        told={**pipeline.options(), **plan},
    )
