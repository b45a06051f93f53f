"""The fixture `virtual_clock`: one run, moved on by the test, which looks around in between."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Unpack

from wavetank.core.durations import YEAR, duration_text
from wavetank.core.errors import UsageError
from wavetank.history import Event, HistoryWriter, RunBegan
from wavetank.pytest_plugin.durations import Span, duration_of
from wavetank.pytest_plugin.failure_summary import trouble
from wavetank.pytest_plugin.result import ScenarioResult, account, story
from wavetank.pytest_plugin.session_simulator import Deployed
from wavetank.pytest_plugin.test_context import Case
from wavetank.scenario.expectation import apply_expectations
from wavetank.simulation.run import Run, RunOptions
from wavetank.simulation.runner import invariant_suite, run_options


class VirtualClock:
    """What time it is in the simulator: it stands still but for `advance`, and never goes back."""

    def __init__(self, deployed: Deployed, case: Case) -> None:
        self._deployed = deployed
        self._case = case
        self._options: RunOptions = run_options(case.story(YEAR, None), deployed.pipeline)
        self._events: list[Event] = []
        self._run = Run(deployed.simulator, self._options, self._events.append)
        self._is_over = False

    def now(self) -> datetime:
        """The instant, in UTC."""
        return self._run.now

    def advance(self, **span: Unpack[Span]) -> datetime:
        """Has everything happen that is due until then, rules, retries and deliveries; then it is.

        Raises:
            UsageError: it would go back, or the run is over.
            StuckError: a handler never came back.
        """
        self._require_going()
        self._run.run_until(self.now() + duration_of(span))
        return self.now()

    def invoke(self, function: str, event: object = None) -> str:
        """Has Lambda invoke the function, by name or ARN, as for any caller who does not wait.

        Returns the request's id, by which the events know it.

        Raises:
            UsageError: the run is over.
            ClientError: there is no such function.
        """
        self._require_going()
        found = self._deployed.simulator.aws.awslambda.get_function_configuration(
            FunctionName=function
        )
        request = self._run.invoke(found["FunctionArn"], event)
        self._run.run_until(self.now())
        return request

    def of[E: Event](self, kind: type[E]) -> list[E]:
        """The events of that kind so far, in order."""
        return [event for event in self._events if isinstance(event, kind)]

    def finish(self) -> ScenarioResult:
        """Heals what is to be healed, stops the rules, lets all drain, and judges the run.

        Raises:
            UsageError: the run is over.
        """
        self._require_going()
        self._is_over = True
        lasted = self.now() - self._options.start
        until = replace(self._options, horizon=lasted).until
        self._run.end(until)
        self._events[0] = _ending(self._events[0], until, lasted)
        return self._told(lasted)

    def account(self) -> str:
        """The run so far, for whoever reads that its test failed."""
        lasted = duration_text(self.now() - self._options.start)
        return account(
            story(self._case.scenario, self._case.seed, lasted),
            list(trouble(self._events)),
            f"the same again: {self._case.command}",
        )

    @contextmanager
    def _going(self) -> Iterator[None]:
        """For the body the run is under way."""
        with self._run.started():
            yield

    def _told(self, lasted: timedelta) -> ScenarioResult:
        case, history = self._case, self._case.history()
        judges = invariant_suite(self._deployed.pipeline, case.scenario)
        with HistoryWriter(history) as writer:
            writer.write(*self._events)
        judges.observe_all(self._events)
        findings = apply_expectations(judges.findings(), case.scenario.expectations)
        return ScenarioResult(
            findings=tuple(findings),
            digest=writer.digest,
            history=history,
            scenario=case.scenario,
            seed=case.seed,
            lasted=duration_text(lasted),
            command=case.command,
        )

    def _require_going(self) -> None:
        if self._is_over:
            raise UsageError("a run that goes on", "one that was finished", "look at what it told")


@contextmanager
def clock_at_begin(deployed: Deployed, case: Case) -> Iterator[VirtualClock]:
    """A run that has just begun, from the baseline, under way for as long as the body runs."""
    deployed.simulator.reset()
    with deployed.simulator.frozen_at(case.start):
        deployed.pipeline.begin(deployed.simulator.aws, case.start)
    clock = VirtualClock(deployed, case)
    case.accounts.append(clock.account)
    with clock._going():  # noqa: SLF001 - for this function, not for tests
        yield clock


def _ending(began: Event, until: datetime, lasted: timedelta) -> RunBegan:
    """The run's first event, once it is known when its rules fired last."""
    assert isinstance(began, RunBegan)  # every run's first
    options = {**began.options, "horizon": duration_text(lasted)}
    return replace(began, until=until, options=options)
