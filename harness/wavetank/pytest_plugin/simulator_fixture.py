"""The fixture `simulator`: complete runs of the pipeline, each from the baseline."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Unpack

from wavetank.aws.clients import AwsClients
from wavetank.core.durations import duration_text
from wavetank.core.errors import UsageError
from wavetank.pytest_plugin.durations import Span, duration_of
from wavetank.pytest_plugin.resources import name_of
from wavetank.pytest_plugin.result import ScenarioResult
from wavetank.pytest_plugin.session_simulator import Deployed
from wavetank.pytest_plugin.test_context import RunContext
from wavetank.pytest_plugin.virtual_clock import VirtualClock, clock_at_begin
from wavetank.simulation.runner import simulate

type Setup = Callable[[AwsClients], None]


class SimulatorFixture:
    """The fixture `simulator`: the pipeline in virtual time, reset before each run."""

    def __init__(self, deployed: Deployed, context: RunContext) -> None:
        self._deployed = deployed
        self._context = context
        self._is_stepped = False

    @property
    def aws(self) -> AwsClients:
        """Clients of the simulator, such as `aws.s3`."""
        return self._deployed.simulator.aws

    def name_of(self, logical_id: str) -> str:
        """The physical name of a resource of the templates in the simulator.

        Raises:
            UsageError: no template has such a resource.
        """
        return name_of(self.aws, logical_id)

    def run(
        self, *, seed: int | None = None, setup: Setup | None = None, **span: Unpack[Span]
    ) -> ScenarioResult:
        """Simulates the pipeline for the duration with the test's faults, drains it, and checks it.

        It lasts at least until five minutes after the last fault is reverted. Each run begins at
        the baseline, which `setup` may change first, with the clients that it gets.

        Raises:
            UsageError: no duration is given, or `virtual_clock` has a run in progress.
            StuckError: a handler never returned.
        """
        if self._is_stepped:
            raise UsageError(
                "one run at a time",
                "simulator.run() while virtual_clock has another in progress",
                "use virtual_clock.advance(...), or remove that fixture",
            )
        spec = self._context.spec(duration_of(span), seed)
        history = self._context.history()
        done = simulate(
            self._deployed.simulator,
            self._deployed.pipeline,
            spec,
            history,
            setup=setup or (lambda _: None),
        )
        result = ScenarioResult(
            findings=done.findings,
            digest=done.digest,
            history=history,
            scenario=spec.scenario,
            seed=spec.seed,
            lasted=duration_text(spec.scenario.horizon),
            command=self._context.command,
        )
        self._context.run_reports.append(result.run_report)
        return result

    @contextmanager
    def stepped_by_clock(self) -> Iterator[VirtualClock]:
        """A run that is in progress for the body, advanced by the clock."""
        self._is_stepped = True
        try:
            with clock_at_begin(self._deployed, self._context) as clock:
                yield clock
        finally:
            self._is_stepped = False
