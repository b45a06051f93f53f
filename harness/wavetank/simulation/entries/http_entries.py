"""Calls a function URL or an API: finds it, invokes its function in virtual time, and answers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from wavetank.core.errors import UsageError
from wavetank.core.http_call import HttpAnswer, HttpCall
from wavetank.core.suggestions import one_of
from wavetank.emulator.http_entries.entry import FunctionCall, HttpEntry
from wavetank.emulator.http_entries.payload_v2 import MalformedAnswerError
from wavetank.engines.simulator.engine import Simulator
from wavetank.history import HttpAnswered, Trigger
from wavetank.inspection.stack_resources import StackResource, every_resource
from wavetank.simulation.async_invoker import AsyncInvoker
from wavetank.simulation.entries.deployed_entries import (
    ApiStage,
    choose_stage,
    function_urls,
    http_api_stages,
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


class HttpEntries:
    """The entries of a run, read when the first one is called."""

    def __init__(
        self, simulator: Simulator, clock: SimulationClock, invocations: AsyncInvoker
    ) -> None:
        self._simulator = simulator
        self._clock = clock
        self._invocations = invocations

    def find(self, choice: EntryChoice) -> HttpEntry:
        """The entry.

        Raises:
            UsageError: no such entry is deployed, or several are and none is named.
        """
        if choice.target is not None:
            return self._either(choice.target, choice.stage)
        if choice.function_url is not None:
            return self._named(choice.function_url, self._urls, "a function with a URL")
        if choice.api is not None:
            found = self._named(choice.api, self._apis, "an API")
            return choose_stage([each for each in self._apis if each.id == found.id], choice.stage)
        entries: list[FunctionUrl | ApiStage] = [*self._urls, *self._apis]
        names = {each.name for each in entries}
        if len(names) != 1:
            several = ", ".join(sorted(map(self._logical, names))) or "none"
            expected = "one function URL or API in the templates"
            raise UsageError(expected, several, "name one by function_url=... or api=...")
        return self._urls[0] if self._urls else choose_stage(self._apis, choice.stage)

    def call(self, entry: HttpEntry, call: HttpCall, on_answer: OnHttpAnswer) -> str:
        """Call the entry; returns the id of the function's request, empty if none is invoked.

        Raises:
            UsageError: what it would do is not simulated.
        """
        routed = entry.route(call, self._clock.new_id(), self._clock.now)
        pending = _PendingCall(
            self._clock, self._logical(entry.name), entry, call, on_answer, self._clock.now
        )
        if isinstance(routed, HttpAnswer):
            pending.end(routed)
        elif not self._is_permitted(routed):
            pending.end(entry.errors.forbidden)
        else:
            self._invoke(routed, pending)
        return pending.request

    def _either(self, target: str, stage: str | None) -> HttpEntry:
        expected = "a function with a URL, or an API"
        entries: list[FunctionUrl | ApiStage] = [*self._urls, *self._apis]
        found = self._named(target, entries, expected)
        if isinstance(found, FunctionUrl):
            return found
        return choose_stage([each for each in self._apis if each.id == found.id], stage)

    def _is_permitted(self, routed: FunctionCall) -> bool:
        """Whether the function's own policy allows the invocation."""
        if routed.source is None:
            return self._simulator.url_is_public(routed.function)
        return self._simulator.service_may_invoke(API_GATEWAY, routed.source, routed.function)

    def _invoke(self, routed: FunctionCall, pending: "_PendingCall") -> None:
        pending.request = self._invocations.queue(
            routed.function,
            routed.event,
            Trigger.HTTP,
            on_end=lambda outcome: pending.finish(routed, outcome),
        )
        pending.limit(routed.timeout)

    def _named[Entry: FunctionUrl | ApiStage](
        self, name: str, entries: list[Entry], expected: str
    ) -> Entry:
        by_name = {each.name: each for each in entries}
        by_id = {each.id: each for each in entries}
        named = [each for each in self._resources if each.logical_id == name]
        for known in (name, *(each.name for each in named)):
            found = by_name.get(known) or by_id.get(known)
            if found is not None:
                return found
        names = [self._logical(each) for each in by_name]
        if not names:
            raise UsageError(expected, f"{name}, and none is deployed", "add it to the template")
        raise UsageError(*one_of(f"{expected}: one of", name, names))

    def _logical(self, name: str) -> str:
        """The logical id of the function or the API of that name."""
        ids = {each.name: each.id for each in self._apis}
        known = {name, ids.get(name, name)}
        found = (each.logical_id for each in self._resources if each.name in known)
        return next(found, name)

    @cached_property
    def _urls(self) -> list[FunctionUrl]:
        return function_urls(self._simulator.aws)

    @cached_property
    def _apis(self) -> list[ApiStage]:
        found: list[ApiStage] = [*http_api_stages(self._simulator)]
        if any(each.kind == REST_API for each in self._resources):
            # not otherwise: the emulator loads the service when it is called first, in real time
            found += rest_apis(self._simulator.aws)
        return found

    @cached_property
    def _resources(self) -> list[StackResource]:
        return list(every_resource(self._simulator.aws))


class _PendingCall:
    """A client that waits for its answer, which it gets once."""

    def __init__(
        self,
        clock: SimulationClock,
        name: str,
        entry: HttpEntry,
        call: HttpCall,
        on_answer: OnHttpAnswer,
        begin: datetime,
    ) -> None:
        self._clock = clock
        self._name = name
        self._entry = entry
        self._call = call
        self._on_answer = on_answer
        self._begin = begin
        self._limit: int | None = None
        self._is_ended = False
        self.request = ""

    def limit(self, timeout: timedelta | None) -> None:
        """Answer that it took too long, unless the function ends before."""
        if timeout is not None and not self._is_ended:
            due = self._begin + timeout
            self._limit = self._clock.at(due, self._time_out)

    def finish(self, routed: FunctionCall, outcome: "InvocationOutcome | None") -> None:
        """The function has ended; None is a throttled invocation."""
        if self._is_ended:
            return
        if self._limit is not None:
            self._clock.cancel(self._limit)
        self.end(self._answer(routed, outcome))

    def end(self, answer: HttpAnswer) -> None:
        """The client has its answer."""
        self._is_ended = True
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
            return errors.failed
        try:
            return routed.answer(outcome.payload)
        except MalformedAnswerError:
            return errors.malformed
