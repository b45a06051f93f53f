"""The fixture `simulator`: complete runs of the pipeline, each from the baseline."""

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Unpack

from wavetank.aws.answers import Respond, Response
from wavetank.aws.clients import AwsClients
from wavetank.aws.web_answers import WebAnswer
from wavetank.core.durations import duration_text
from wavetank.core.errors import UsageError
from wavetank.core.http_call import HttpAnswer, HttpBody, http_call
from wavetank.history import Event
from wavetank.pytest_plugin.custom_invariants import Check
from wavetank.pytest_plugin.durations import Span, duration_of
from wavetank.pytest_plugin.failure_summary import failure_lines
from wavetank.pytest_plugin.resources import name_of
from wavetank.pytest_plugin.result import ScenarioResult, run_report
from wavetank.pytest_plugin.session_simulator import Deployed
from wavetank.pytest_plugin.test_context import RunContext
from wavetank.pytest_plugin.virtual_clock import VirtualClock, clock_at_begin
from wavetank.pytest_plugin.workload import WorkloadFields, workload_of
from wavetank.scenario.timing.settings import durations_from_dict
from wavetank.simulation.entries.http_entries import EntryChoice
from wavetank.simulation.run import Run, RunOptions
from wavetank.simulation.runner import simulate

type Setup = Callable[[AwsClients], None]


class SimulatorFixture:
    """The fixture `simulator`: the pipeline in virtual time, reset before each run."""

    def __init__(self, deployed: Deployed, context: RunContext) -> None:
        self._deployed = deployed
        self._context = context
        self._clock: VirtualClock | None = None
        self._now = context.start
        self._requests = 0
        self._events_of_calls: list[Event] = []

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

    def workload(self, kind: str, target: str, **fields: Unpack[WorkloadFields]) -> None:
        """Sends a workload to a resource in all further runs of this test.

        `target` is a logical id of the templates or a name, and the fields are those of
        `[[workload]]` in a scenario, such as `rate="6 per minute"`. The `body` may also be a list
        or a dict, which becomes JSON, a strategy of Hypothesis, or a function of the number of the
        event. With `virtual_clock` it is sent in the run in progress, from now on.

        Raises:
            UsageError: a field is invalid; in the run in progress, the target is not deployed.
        """
        workload = workload_of(kind, target, fields)
        if self._clock is not None:
            self._clock.add_workload(workload)
        else:
            self._context.workloads.append(workload)

    def invariant(self, name: str, check: Check) -> None:
        """Checks all further runs of this test by a function, beside the pipeline's invariants.

        `check` gets the result of the run, as in `result.of(MessageSent)`. It returns what is
        wrong, as a text or several, or raises an AssertionError. Its verdict is in the result under
        the name, and `assert_all_valid` includes it.

        Raises:
            UsageError: the test has an invariant of that name.
        """
        if name in self._context.checks:
            raise UsageError("one invariant of a name", f"a second {name!r}", "name it otherwise")
        self._context.checks[name] = check

    def answers(self, service: str, operation: str, answer: Response | Respond) -> None:
        """Answers handlers' calls of the operation, from now on and in all runs of this test.

        For services without an emulator, such as `answers("comprehend", "DetectSentiment",
        {"Sentiment": "POSITIVE"})`: `service` as `boto3.client` takes it, and `operation` as the
        API reference names it. The answer is a response, a `ClientError`, or a function that
        returns or raises one; it gets the call's parameters, and the virtual time if it has a
        second argument. The latest answer counts, also over an emulator's.

        Raises:
            UsageError: there is no such operation, or it has no such response or error.
        """
        self._context.answers.add(service, operation, answer)

    def answers_web(self, url: str, answer: WebAnswer) -> None:
        """Answers handlers' requests to a URL of the web, from now on and in all runs of this test.

        The answer is the body, an `HttpAnswer` with its status, or a function that gets the request
        and returns either. The query of a request is not compared. A request that has no answer
        ends the test with an error that names it: a simulator has no network.

        Raises:
            UsageError: it is no URL of http or https, or the answer has another type.
        """
        self._context.answers.web.add(url, answer)

    def durations(self, **durations: object) -> None:
        """Sets what calls and handlers take, in all further runs of this test.

        The arguments are the keys of `[durations]` in a scenario, which this replaces, such as
        `handler="20ms to 2s"`, `dynamodb="50ms"` or `functions={"Importer": {"handler": "45s"}}`;
        the name of a call has a colon: `**{"s3:PutObject": "1s"}`. With `virtual_clock` it applies
        to the run in progress, from now on.

        Raises:
            UsageError: a key or value is invalid; in the run in progress, a function is not
                deployed.
        """
        self._context.durations = durations_from_dict(durations)
        if self._clock is not None:
            self._clock.use_durations(self._context.durations)

    def http(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: HttpBody | None = None,
        function_url: str | None = None,
        api: str | None = None,
        stage: str | None = None,
    ) -> HttpAnswer:
        """Calls a function URL or an API in virtual time, and returns its answer.

        `function_url` is a function, and `api` an API, by logical id or name; neither is needed if
        the templates have only one entry. A `body` of a dict or a list is sent as JSON.

        With `virtual_clock` the call is part of the run in progress, whose time passes until the
        answer. Otherwise it continues where the last call or run ended, without schedules, until
        its effects have ended; data stay as they are.

        Raises:
            UsageError: there is no such entry, or what it does is not simulated.
        """
        call = http_call(method, path, headers or {}, body)
        choice = EntryChoice(function_url=function_url, api=api, stage=stage)
        if self._clock is not None:
            return self._clock.http(call, choice)
        if not self._events_of_calls:
            self._context.run_reports.append(self._report_of_calls)
        run = Run(self._deployed.simulator, self._next_request(), self._events_of_calls.append)
        with run.started():
            answer = run.http(call, choice)
            run.end(run.now)
            self._now = run.now
        return answer

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
        if self._clock is not None:
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
            watch=self._observe,
            setup=setup or (lambda _: None),
        )
        found = ScenarioResult(
            findings=done.findings,
            digest=done.digest,
            history=history,
            scenario=spec.scenario,
            seed=spec.seed,
            lasted=duration_text(spec.scenario.horizon),
            command=self._context.command,
        )
        self._context.run_reports.append(found.run_report)
        return self._context.completed(found)

    def _report_of_calls(self) -> str:
        """The calls of `http` outside of runs, for the report of a failed test."""
        return run_report(
            f"calls by simulator.http, seed {self._context.seed}",
            list(failure_lines(self._events_of_calls)),
            f"run it again: {self._context.command}",
        )

    @contextmanager
    def stepped_by_clock(self) -> Iterator[VirtualClock]:
        """A run that is in progress for the body, advanced by the clock."""
        try:
            with clock_at_begin(self._deployed, self._context) as clock:
                self._clock = clock
                try:
                    yield clock
                finally:
                    self._now = clock.now()
        finally:
            self._clock = None

    def _next_request(self) -> RunOptions:
        """The run of one further request, whose random ids no earlier one has had."""
        self._requests += 1
        source = random.Random(f"request {self._requests} of {self._context.seed}")  # noqa: S311 - a simulation, not a secret
        return RunOptions(
            scenario=self._context.scenario.name,
            seed=source.getrandbits(64),
            start=self._now,
            horizon=timedelta(),
            answers=self._context.answers,
            durations=self._context.durations or self._context.scenario.durations,
        )

    def _observe(self, event: Event) -> None:
        """A request after the run begins at its end."""
        self._now = event.at
