"""The fixture `simulator`: whole runs of the pipeline, each from the baseline on."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Unpack

from wavetank.aws.clients import AwsClients
from wavetank.core.clock import Clock
from wavetank.core.durations import duration_text
from wavetank.core.errors import UsageError
from wavetank.deployment.pipelines.pipeline import Pipeline
from wavetank.invariants import Invariant
from wavetank.pytest_plugin.durations import Span, duration_of
from wavetank.pytest_plugin.resources import name_of
from wavetank.pytest_plugin.result import ScenarioResult
from wavetank.pytest_plugin.session_simulator import Deployed
from wavetank.pytest_plugin.test_context import Case
from wavetank.pytest_plugin.virtual_clock import VirtualClock, clock_at_begin
from wavetank.simulation.runner import simulate

type Arrange = Callable[[AwsClients], None]


class SimulatorFixture:
    """The pipeline in virtual time. Data are put back before each test, and before each run."""

    def __init__(self, deployed: Deployed, case: Case) -> None:
        self._deployed = deployed
        self._case = case
        self._is_moved_by_hand = False

    @property
    def aws(self) -> AwsClients:
        """Clients of what is in the simulator, such as `aws.s3`."""
        return self._deployed.simulator.aws

    def name_of(self, logical_id: str) -> str:
        """The name that a resource of the templates has in the simulator.

        Raises:
            UsageError: no template has such a resource.
        """
        return name_of(self.aws, logical_id)

    def run(
        self, *, seed: int | None = None, given: Arrange | None = None, **span: Unpack[Span]
    ) -> ScenarioResult:
        """Plays the pipeline for so long with the test's faults, lets it drain, and judges it.

        At least until five minutes after the last fault is healed. Each run begins at the
        baseline; `given` changes it beforehand, with the clients that it gets.

        Raises:
            UsageError: nobody says for how long, or `virtual_clock` has a run under way.
            StuckError: a handler never came back.
        """
        if self._is_moved_by_hand:
            raise UsageError(
                "one run at a time",
                "simulator.run() while virtual_clock moves another",
                "use virtual_clock.advance(...), or take that fixture away",
            )
        story = self._case.story(duration_of(span), seed)
        pipeline = self._deployed.pipeline
        history = self._case.history()
        played = simulate(
            self._deployed.simulator, _Given(pipeline, given) if given else pipeline, story, history
        )
        told = ScenarioResult(
            findings=played.findings,
            digest=played.digest,
            history=history,
            scenario=story.scenario,
            seed=story.seed,
            lasted=duration_text(story.scenario.horizon),
            command=self._case.command,
        )
        self._case.accounts.append(told.account)
        return told

    @contextmanager
    def moved_by_hand(self) -> Iterator[VirtualClock]:
        """For the body, one run is under way, and moves as the clock is told."""
        self._is_moved_by_hand = True
        try:
            with clock_at_begin(self._deployed, self._case) as clock:
                yield clock
        finally:
            self._is_moved_by_hand = False


@dataclass(frozen=True)
class _Given:
    """The pipeline, with what a test puts into it before its run."""

    pipeline: Pipeline
    arrange: Arrange

    def deploy(self, aws: AwsClients, clock: Clock) -> None:
        self.pipeline.deploy(aws, clock)

    def begin(self, aws: AwsClients, start: datetime) -> None:
        self.pipeline.begin(aws, start)
        self.arrange(aws)

    def invariants(self) -> list[Invariant]:
        return self.pipeline.invariants()

    def options(self) -> Mapping[str, str]:
        return self.pipeline.options()
