"""One run of a scenario on a pipeline: reset, simulate, record, check the invariants."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from wavetank.aws.answers import Answers
from wavetank.aws.clients import AwsClients
from wavetank.core.durations import duration_text
from wavetank.core.engine_names import EngineName
from wavetank.core.errors import ExitCode
from wavetank.core.findings import Finding, exit_code
from wavetank.deployment.pipelines.pipeline import Pipeline
from wavetank.engines.simulator.engine import Simulator
from wavetank.faults.fault import Fault
from wavetank.faults.serialization import plan_to_json
from wavetank.history import Event, TableSnapshot
from wavetank.invariants import Convergence, EnoughAlerts, InvariantSuite
from wavetank.invariants.unobservable import MANUAL_OPTIONS, mark_unobservable, observable_exit_code
from wavetank.scenario.expectation import apply_expectations, check_expectations
from wavetank.scenario.model import Scenario
from wavetank.scenario.run_store import FUNCTIONS_LOG
from wavetank.scenario.steps import manual_steps
from wavetank.scenario.supported_faults import check_supported
from wavetank.scenario.timing.settings import Durations, durations_to_json
from wavetank.scenario.workload.serialization import workloads_to_json
from wavetank.simulation.fault_effects import FaultEffects
from wavetank.simulation.history_recorder import HistoryRecorder, Watcher, recorded
from wavetank.simulation.reference_run import ReferenceRuns, is_comparable
from wavetank.simulation.run import Run, RunOptions

START = datetime(2030, 1, 1, tzinfo=UTC)
"""The default start of a run. It is fixed, so that runs can be compared."""
BATCH_SIZE = 64
"""About eight ticks of the ticker, so that the cost of a flush is spread over many events."""


@dataclass(frozen=True, kw_only=True)
class RunSpec:
    """The inputs of a run, apart from the pipeline; `start` is in virtual time.

    To compare it with a run on a live engine, it is run step by step as that one was, from
    `initial_table`, the table that the live run began with. `answers` are those of a test.
    """

    scenario: Scenario
    seed: int
    start: datetime = START
    initial_table: TableSnapshot | None = None
    answers: Answers = field(default_factory=Answers, compare=False)

    @property
    def is_manual(self) -> bool:
        """Whether its ticks are invoked step by step instead of by a rule."""
        return self.initial_table is not None


@dataclass(frozen=True)
class RunResult:
    """The result of a run: its findings, and the digest of its history.

    `unmatched` are faults that hit nothing: the run shows nothing about them. `effective` are those
    that took effect, which only a run in the simulator says. `errors` has a sentence for each
    function that failed, and `unanswered` the calls that nothing answered.
    """

    findings: tuple[Finding, ...]
    digest: str
    events: int
    exit_code: ExitCode
    unmatched: tuple[Fault, ...] = ()
    effective: tuple[Fault, ...] = ()
    errors: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()


def simulate(
    simulator: Simulator,
    pipeline: Pipeline,
    spec: RunSpec,
    history: Path | None,
    watch: Watcher = lambda _: None,
    setup: Callable[[AwsClients], None] = lambda _: None,
    references: ReferenceRuns | None = None,
) -> RunResult:
    """Run the spec from the baseline on; `history` is a new file for its events, or None.

    `watch` gets each event as it happens; `setup` may change the data that the run begins with.
    `references` has the runs without faults of earlier runs with the same pipeline and setup.

    Raises:
        UsageError: the simulator does not support the scenario, or the history file exists already.
        StuckError: a handler neither called AWS nor returned.
    """
    check_supported(spec.scenario, EngineName.SIMULATOR)
    suite = invariant_suite(pipeline, spec.scenario)
    options = run_options(spec, pipeline)

    def begin() -> None:
        simulator.reset()
        with simulator.frozen_at(spec.start):
            pipeline.begin(simulator.aws, spec.start, spec.initial_table)
            setup(simulator.aws)

    if suite.has(Convergence.key) and is_comparable(spec.scenario.plan):
        options = (references or ReferenceRuns()).with_reference(simulator, options, begin)
    effects = FaultEffects(spec.scenario.plan)

    def observe(event: Event) -> None:
        effects.observe(event)
        watch(event)

    log = history and history.with_name(FUNCTIONS_LOG)
    with (
        recorded(history, suite, observe, batch_size=BATCH_SIZE) as recorder,
        simulator.function_log.written_to(log),
    ):
        begin()
        Run(simulator, options, recorder.record).execute()
    result = run_result(spec, suite, recorder, EngineName.SIMULATOR if spec.is_manual else None)
    return replace(result, effective=effects.faults())


def run_result(
    spec: RunSpec, suite: InvariantSuite, recorder: HistoryRecorder, manual_on: EngineName | None
) -> RunResult:
    """The result of a run that was recorded; `manual_on` is the engine if it ran step by step."""
    findings, code = evaluate(spec.scenario, suite, manual_on)
    unmatched = spec.scenario.plan.unmatched(recorder.injected)
    return RunResult(
        findings=tuple(findings),
        digest=recorder.digest,
        events=recorder.events,
        exit_code=code,
        unmatched=unmatched,
        errors=recorder.errors.lines(),
        unanswered=recorder.unanswered.lines(),
    )


def evaluate(
    scenario: Scenario, suite: InvariantSuite, manual_on: EngineName | None
) -> tuple[list[Finding], ExitCode]:
    """The findings that the scenario's expectations apply to, and the exit code.

    `manual_on` is the engine of a run step by step, which leaves some invariants undecided.
    """
    findings = apply_expectations(suite.findings(), scenario.expectations)
    if manual_on is None:
        return findings, exit_code(findings)
    return mark_unobservable(findings, manual_on), observable_exit_code(findings, manual_on)


def invariant_suite(pipeline: Pipeline, scenario: Scenario) -> InvariantSuite:
    """The pipeline's invariants, and those that the scenario's expectations add.

    Raises:
        UsageError: the scenario expects an invariant that does not exist.
    """
    invariants = pipeline.invariants()
    if scenario.expectations.alerts_min:
        invariants.append(EnoughAlerts(scenario.expectations.alerts_min))
    suite = InvariantSuite(invariants)
    check_expectations(scenario.expectations, suite.keys())
    return suite


def run_options(spec: RunSpec, pipeline: Pipeline) -> RunOptions:
    """The options of the run that the spec describes."""
    scenario = spec.scenario
    plan = {"plan": plan_to_json(scenario.plan), "horizon": duration_text(scenario.horizon)}
    if scenario.workloads:
        plan["workload"] = workloads_to_json(scenario.workloads)
    if scenario.durations != Durations():
        plan["durations"] = durations_to_json(scenario.durations)
    if spec.is_manual:
        return RunOptions(
            scenario=scenario.name,
            seed=spec.seed,
            start=spec.start,
            horizon=timedelta(),
            durations=scenario.durations,
            steps=manual_steps(scenario.plan, scenario.horizon, spec.start),
            recorded_options={**pipeline.options(), **plan, **MANUAL_OPTIONS},
            answers=spec.answers,
        )
    return RunOptions(
        scenario=scenario.name,
        seed=spec.seed,
        start=spec.start,
        horizon=scenario.horizon,
        plan=scenario.plan,
        workloads=scenario.workloads,
        durations=scenario.durations,
        recorded_options={**pipeline.options(), **plan},
        answers=spec.answers,
    )
