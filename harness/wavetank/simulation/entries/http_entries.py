"""Calls a function URL or an API: finds it, invokes its function in virtual time, and answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from wavetank.core.errors import UsageError
from wavetank.core.http_call import HttpAnswer, HttpCall
from wavetank.emulator.http_entries.authorizers import AuthorizerCall, FunctionResult
from wavetank.emulator.http_entries.entry import EntryErrors, FunctionCall, HttpEntry
from wavetank.emulator.http_entries.payload import MalformedAnswerError
from wavetank.engines.simulator.engine import Simulator
from wavetank.history import HttpAnswered, Trigger
from wavetank.simulation.async_invoker import AsyncInvoker
from wavetank.simulation.deployed_resources import Candidate, DeployedResources
from wavetank.simulation.entries.authorizer_results import AuthorizerResults
from wavetank.simulation.entries.deployed_entries import (
    Entries,
    choose_stage,
    function_urls,
    http_apis,
    rest_apis,
)
from wavetank.simulation.entries.function_url import FunctionUrl
from wavetank.simulation.simulation_clock import SimulationClock

if TYPE_CHECKING:
    from wavetank.emulator.lambda_.outcome import InvocationOutcome

type OnHttpAnswer = Callable[[HttpAnswer], None]

API_GATEWAY = "apigateway.amazonaws.com"
REST_API = "AWS::ApiGateway::RestApi"
MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, kw_only=True)
class EntryChoice:
    """Which entry is called, by logical id or name: a function's URL, or an API and its stage.

    `target` is either of them. Without a name it is the only one that is deployed.
    """

    target: str | None = None
    function_url: str | None = None
    api: str | None = None
    stage: str | None = None


@dataclass(frozen=True)
class DeployedEntry:
    """A function URL or a stage of an API; the history has its `label`, a logical id or a name."""

    label: str
    entry: HttpEntry


class HttpEntries:
    """The entries of a run, read when the first one is called."""

    def __init__(
        self,
        simulator: Simulator,
        clock: SimulationClock,
        invocations: AsyncInvoker,
        resources: DeployedResources,
    ) -> None:
        self._simulator = simulator
        self._clock = clock
        self._invocations = invocations
        self._resources = resources
        self._results = AuthorizerResults()

    def find(self, choice: EntryChoice) -> DeployedEntry:
        """The entry.

        Raises:
            UsageError: no such entry is deployed, or several are and none is named.
        """
        found = self._find(choice)
        url_or_stages = found.found
        if isinstance(url_or_stages, FunctionUrl):
            entry: HttpEntry = url_or_stages
        else:
            entry = choose_stage(url_or_stages, choice.stage)
        return DeployedEntry(self._resources.label(found), entry)

    def call(self, deployed: DeployedEntry, call: HttpCall, on_answer: OnHttpAnswer) -> str:
        """Call the entry; returns the id of the first function's request, empty if none is invoked.

        The first function is the authorizer, if it is asked.

        Raises:
            UsageError: what it would do is not simulated.
        """
        entry = deployed.entry
        routed = entry.route(call, self._clock.new_id(), self._clock.now)
        pending = _PendingCall(self._clock, deployed, call, on_answer, self._clock.now)
        if isinstance(routed, HttpAnswer):
            pending.end(routed)
        else:
            pending.limit(routed.timeout)
            self._authorize(routed, pending)
        return pending.request

    def _find(self, choice: EntryChoice) -> Candidate[Entries]:
        find = self._resources.find
        if choice.function_url is not None:
            return find(choice.function_url, self._urls, "a function with a URL")
        if choice.api is not None:
            return find(choice.api, self._apis, "an API")
        every = [*self._urls, *self._apis]
        if choice.target is not None:
            return find(choice.target, every, "a function with a URL, or an API")
        if len(every) != 1:
            expected = "one function URL or API in the templates"
            action = "name one by function_url=... or api=..."
            raise UsageError(expected, self._resources.labels(every), action)
        return every[0]

    def _is_permitted(self, routed: FunctionCall) -> bool:
        """Whether the function's own policy allows the invocation."""
        if routed.source is None:
            return self._simulator.url_is_public(routed.function)
        return self._simulator.service_may_invoke(API_GATEWAY, routed.source, routed.function)

    def _authorize(self, routed: FunctionCall, pending: "_PendingCall") -> None:
        """Invoke the authorizer if there is one, unless it has decided already."""
        asked = routed.authorizer
        if asked is None:
            self._invoke(routed, pending)
            return
        known = self._results.get(asked.key, self._clock.now)
        if known is not None:
            self._admit(routed, asked.decide(known), pending)
        elif not self._simulator.service_may_invoke(API_GATEWAY, asked.source, asked.function):
            pending.end(asked.failed)
        else:
            pending.request = self._invocations.queue(
                asked.function,
                asked.event,
                Trigger.HTTP,
                synchronous=True,
                on_end=lambda outcome: self._decided(routed, asked, outcome, pending),
            )

    def _decided(
        self,
        routed: FunctionCall,
        asked: AuthorizerCall,
        outcome: "InvocationOutcome | None",
        pending: "_PendingCall",
    ) -> None:
        """The authorizer has ended; None is a throttled invocation."""
        if pending.is_ended:
            return
        pending.request = ""
        if outcome is None:
            pending.end(asked.failed)
            return
        result = FunctionResult(outcome.payload, outcome.is_error)
        if asked.key and not result.is_error:
            self._results.add(asked.key, result, self._clock.now, asked.ttl)
        self._admit(routed, asked.decide(result), pending)

    def _admit(
        self,
        routed: FunctionCall,
        decision: HttpAnswer | Mapping[str, Any],
        pending: "_PendingCall",
    ) -> None:
        if isinstance(decision, HttpAnswer):
            pending.end(decision)
        else:
            self._invoke(routed.authorized(decision), pending)

    def _invoke(self, routed: FunctionCall, pending: "_PendingCall") -> None:
        if routed.refusal is not None:
            pending.end(routed.refusal)
            return
        if not self._is_permitted(routed):
            pending.end(pending.errors.forbidden)
            return
        pending.request = self._invocations.queue(
            routed.function,
            routed.event,
            Trigger.HTTP,
            on_end=lambda outcome: pending.finish(routed, outcome),
        )

    @cached_property
    def _urls(self) -> list[Candidate[Entries]]:
        return function_urls(self._simulator.aws)

    @cached_property
    def _apis(self) -> list[Candidate[Entries]]:
        found = http_apis(self._simulator)
        if any(each.kind == REST_API for each in self._resources.in_stacks):
            # not otherwise: the emulator loads the service when it is called first, in real time
            found += rest_apis(self._simulator.aws)
        return found


class _PendingCall:
    """A client that waits for its answer, which it gets once."""

    def __init__(
        self,
        clock: SimulationClock,
        deployed: DeployedEntry,
        call: HttpCall,
        on_answer: OnHttpAnswer,
        begin: datetime,
    ) -> None:
        self._clock = clock
        self._name = deployed.label
        self._entry = deployed.entry
        self._call = call
        self._on_answer = on_answer
        self._begin = begin
        self._limit: int | None = None
        self.is_ended = False
        self.request = ""

    @property
    def errors(self) -> EntryErrors:
        """The answers of the entry to requests that fail before, in or after the function."""
        return self._entry.errors

    def limit(self, timeout: timedelta | None) -> None:
        """Answer that it took too long, unless the function ends before."""
        if timeout is not None:
            due = self._begin + timeout
            self._limit = self._clock.at(due, self._time_out)

    def finish(self, routed: FunctionCall, outcome: "InvocationOutcome | None") -> None:
        """The function has ended; None is a throttled invocation."""
        if self.is_ended:
            return
        self.end(self._answer(routed, outcome))

    def end(self, answer: HttpAnswer) -> None:
        """The client has its answer, without a body for HEAD."""
        self.is_ended = True
        if self._limit is not None:
            self._clock.cancel(self._limit)
        if self._call.method == "HEAD":
            answer = replace(answer, body=b"")
        now = self._clock.now
        self._clock.record(
            HttpAnswered(
                now,
                self.request,
                self._name,
                self._call.method,
                self._call.path,
                answer.status,
                (now - self._begin) // MILLISECOND,
            )
        )
        self._on_answer(answer)

    def _time_out(self) -> None:
        self._limit = None
        self.end(self._entry.errors.timed_out)

    def _answer(self, routed: FunctionCall, outcome: "InvocationOutcome | None") -> HttpAnswer:
        errors = self._entry.errors
        if outcome is None:
            return errors.rejected
        if outcome.is_error:
            return errors.failed if routed.failed is None else routed.failed(outcome.payload)
        try:
            return routed.answer(outcome.payload)
        except MalformedAnswerError:
            return errors.malformed
