"""The fixture `virtual_clock`: one run that the test advances and inspects in between."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Unpack

from wavetank.core.durations import YEAR, duration_text
from wavetank.core.errors import UsageError
from wavetank.core.http_call import HttpAnswer, HttpCall
from wavetank.history import Event, HistoryWriter, RunBegan
from wavetank.pytest_plugin.durations import Span, duration_of
from wavetank.pytest_plugin.failure_summary import failure_lines
from wavetank.pytest_plugin.result import ScenarioResult, describe_run, run_report
from wavetank.pytest_plugin.session_simulator import Deployed
from wavetank.pytest_plugin.test_context import RunContext
from wavetank.scenario.expectation import apply_expectations
from wavetank.scenario.timing.settings import Durations, durations_to_json
from wavetank.scenario.workload.kinds import WorkloadSpec
from wavetank.simulation.entries.http_entries import EntryChoice
from wavetank.simulation.run import Run, RunOptions
from wavetank.simulation.runner import invariant_suite, run_options


class VirtualClock:
    """The fixture `virtual_clock`: the simulator's time, which only `advance` moves."""

    def __init__(self, deployed: Deployed, context: RunContext) -> None:
        self._deployed = deployed
        self._context = context
        self._options: RunOptions = run_options(context.spec(YEAR, None), deployed.pipeline)
        self._events: list[Event] = []
        self._run = Run(deployed.simulator, self._options, self._events.append)
        self._is_finished = False

    def now(self) -> datetime:
        """The current instant, in UTC."""
        return self._run.now

    def advance(self, **span: Unpack[Span]) -> datetime:
        """Runs everything that is due in the duration, such as rules, retries and deliveries.

        Returns the new time.

        Raises:
            UsageError: the duration is negative, or the run is finished.
            StuckError: a handler never returned.
        """
        self._require_in_progress()
        self._run.run_until(self.now() + duration_of(span))
        return self.now()

    def invoke(self, function: str, event: object = None) -> str:
        """Invokes the function, by name or ARN, asynchronously.

        Returns the request id, which the events have too.

        Raises:
            UsageError: the run is finished.
            ClientError: the function does not exist.
        """
        self._require_in_progress()
        found = self._deployed.simulator.aws.awslambda.get_function_configuration(
            FunctionName=function
        )
        request = self._run.invoke(found["FunctionArn"], event)
        self._run.run_until(self.now())
        return request

    def add_workload(self, workload: WorkloadSpec) -> None:
        """Sends the workload from now on; see `simulator.workload`.

        Raises:
            UsageError: the run is finished, or the target is not deployed.
        """
        self._require_in_progress()
        self._run.add_workload(workload)

    def use_durations(self, durations: Durations) -> None:
        """Lets calls and handlers take these from now on; see `simulator.durations`.

        Raises:
            UsageError: the run is finished, or a function is not deployed.
        """
        self._require_in_progress()
        self._run.use_durations(durations)

    def http(self, call: HttpCall, choice: EntryChoice) -> HttpAnswer:
        """Calls a function URL or an API; see `simulator.http`.

        Raises:
            UsageError: the run is finished, or there is no such entry.
        """
        self._require_in_progress()
        return self._run.http(call, choice)

    def of[E: Event](self, kind: type[E]) -> list[E]:
        """The events of that kind so far, in order."""
        return [event for event in self._events if isinstance(event, kind)]

    def finish(self) -> ScenarioResult:
        """Reverts faults, stops the rules, drains the pipeline, and checks the run.

        Raises:
            UsageError: the run is finished already.
        """
        self._require_in_progress()
        self._is_finished = True  # even if the end raises: the run cannot be continued
        lasted = self.now() - self._options.start
        until = replace(self._options, horizon=lasted).until
        self._run.end(until)
        changed = {"horizon": duration_text(lasted)}
        if self._context.durations is not None:
            changed["durations"] = durations_to_json(self._context.durations)
        self._events[0] = _ending(self._events[0], until, changed)
        return self._result(lasted)

    def run_report(self) -> str:
        """The run so far, for the report of a failed test."""
        lasted = duration_text(self.now() - self._options.start)
        return run_report(
            describe_run(self._context.scenario, self._context.seed, lasted),
            list(failure_lines(self._events)),
            f"run it again: {self._context.command}",
        )

    @contextmanager
    def _in_progress(self) -> Iterator[None]:
        """The run is in progress for the body."""
        with self._run.started():
            yield

    def _result(self, lasted: timedelta) -> ScenarioResult:
        context, history = self._context, self._context.history()
        suite = invariant_suite(self._deployed.pipeline, context.scenario)
        with HistoryWriter(history) as writer:
            writer.write(*self._events)
        suite.observe_all(self._events)
        findings = apply_expectations(suite.findings(), context.scenario.expectations)
        found = ScenarioResult(
            findings=tuple(findings),
            digest=writer.digest,
            history=history,
            scenario=context.scenario,
            seed=context.seed,
            lasted=duration_text(lasted),
            command=context.command,
        )
        return context.completed(found)

    def _require_in_progress(self) -> None:
        if self._is_finished:
            raise UsageError("a run in progress", "a finished one", "use the result of finish()")


@contextmanager
def clock_at_begin(deployed: Deployed, context: RunContext) -> Iterator[VirtualClock]:
    """A run from the baseline that has just begun, in progress for the duration of the body."""
    deployed.simulator.reset()
    with deployed.simulator.frozen_at(context.start):
        deployed.pipeline.begin(deployed.simulator.aws, context.start)
    clock = VirtualClock(deployed, context)
    context.run_reports.append(clock.run_report)
    with clock._in_progress():  # noqa: SLF001 - private, since tests must not call it
        yield clock


def _ending(began: Event, until: datetime, changed: Mapping[str, str]) -> RunBegan:
    """The run's first event, with the end of the run and other options, which are known now."""
    assert isinstance(began, RunBegan)  # the first event of every run
    return replace(began, until=until, options={**began.options, **changed})
