"""One run in virtual time: rules fire, Lambda tries and gives up, Firehose delivers.

The loop takes what is due next, moves the time there, and does it; nothing waits. A handler that is
about to call AWS while something else is due at the same instant gives up its turn, so that two
invocations that overlap are interleaved at their calls, in an order drawn from the seed.
"""

import json
import uuid
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from wavetank.clients import ClientError, error_code, role_clients
from wavetank.clock import rfc3339
from wavetank.driver import wiring
from wavetank.driver.agenda import Agenda
from wavetank.driver.asynchronous import Failure, GiveUp, QueuedEvent, Retry, after_failure
from wavetank.driver.turns import Ended, Turn, is_a_turn, pause
from wavetank.engines.tank.environment import LambdaContext
from wavetank.history import (
    AttemptBegan,
    AttemptEnded,
    Called,
    DestinationReached,
    Drained,
    Event,
    Fired,
    GivenUp,
    MessageSent,
    ObjectDelivered,
    Outcome,
    RecordsAccepted,
    RecordsLost,
    Trigger,
)
from wavetank.history.events import OK
from wavetank.schedule import parse_schedule, scheduled_event

if TYPE_CHECKING:
    from wavetank.emulator.executor.outcome import Outcome as HandlerOutcome
    from wavetank.emulator.gate import ApiCall
    from wavetank.emulator.in_process.functions import DeployedFunction
    from wavetank.emulator.mailbox.confirmation import SentMessage
    from wavetank.engines.tank.engine import Tank
    from wavetank.engines.tank.environment import ExecutionEnvironment

HANDLER_SECONDS_MAX = 30.0
"""Real time between two calls of a handler; more, and it is taken to be stuck."""
DRAIN_MAX = timedelta(hours=26)
"""After the last firing: Firehose tries for a day, and Lambda for six hours."""


@dataclass(frozen=True)
class Request:
    """An event on its way to a function."""

    id: str
    function: str
    event: object
    trigger: Trigger
    queued: QueuedEvent


@dataclass
class Attempt:
    """A function's try at a request."""

    request: Request
    function: "DeployedFunction"
    environment: "ExecutionEnvironment"
    turn: "Turn[ApiCall, HandlerOutcome]"


class Run:
    """Drives the tank from `start` to `until`, and then until nothing is left to happen.

    `record` gets every event, in order. The rules fire whether or not they are switched on: in the
    tank they are deployed switched off, so that nothing else fires them.
    """

    def __init__(
        self, tank: "Tank", seed: int, start: datetime, record: Callable[[Event], None]
    ) -> None:
        self._tank = tank
        self._now = start
        self._record = record
        self._random = Random(seed)  # noqa: S311 - a simulation, not a secret
        self._agenda = Agenda[Callable[[], None]](self._random)
        self._warm: dict[str, list[tuple[str, ExecutionEnvironment]]] = defaultdict(list)
        self._running: str = ""
        self._records: dict[str, deque[str]] = defaultdict(deque)
        self._delivery: datetime | None = None

    def go(self, until: datetime) -> None:
        """Runs until nothing is left to happen, at most a day and two hours after `until`."""
        rules = list(wiring.scheduled_rules(self._tank.aws))
        for rule in rules:
            self._plan_firing(rule, self._now, self._now, until)
        with self._tank.frozen_at(self._now), self._tank.watched_by(self):
            end = until + DRAIN_MAX
            while (due := self._agenda.next_due()) is not None and due <= end:
                self._now, act = self._agenda.take()
                self._tank.move_to(self._now)
                act()
                self._plan_delivery()
        left = tuple(["undelivered records"] if self._tank.next_delivery() else [])
        self._note(Drained(self._now, complete=not left and not len(self._agenda), left=left))

    # --- rules -----------------------------------------------------------------------------------

    def _plan_firing(
        self, rule: wiring.ScheduledRule, created: datetime, after: datetime, until: datetime
    ) -> None:
        due = parse_schedule(rule.expression).due_after(created, after)
        if due is not None and due <= until:
            self._agenda.add(due, lambda: self._fire(rule, created, due, until))

    def _fire(
        self, rule: wiring.ScheduledRule, created: datetime, due: datetime, until: datetime
    ) -> None:
        for target in rule.targets:
            if self._tank.rule_may_invoke(rule.arn, target.arn):
                event = scheduled_event(rule.arn, due) | {"id": self.new_id()}
                given = json.loads(target.input) if target.input else event
                request = self._queue(target.arn, given, Trigger.SCHEDULE)
                self._note(Fired(self._now, rule.name, target.arn, request.id, due))
        self._plan_firing(rule, created, due, until)

    def _queue(self, function: str, event: object, trigger: Trigger) -> Request:
        request = Request(self.new_id(), function, event, trigger, QueuedEvent(self._now))
        self._agenda.add(self._now, lambda: self._attempt(request))
        return request

    # --- attempts --------------------------------------------------------------------------------

    def _attempt(self, request: Request) -> None:
        function = self._tank.function(request.function)
        environment = self._take_environment(function)
        context = self._context(request, function)
        self._note(
            AttemptBegan(
                self._now,
                request.id,
                function.name,
                request.queued.attempts + 1,
                environment.is_cold,
                request.trigger,
            )
        )
        turn: Turn[ApiCall, HandlerOutcome] = Turn(
            lambda: environment.invoke(request.event, context), HANDLER_SECONDS_MAX
        )
        attempt = Attempt(request, function, environment, turn)
        self._follow(attempt, turn.start)

    def _follow(self, attempt: Attempt, give_turn: Callable[[], Any]) -> None:
        """Gives the attempt its turn, and sees what it does with it."""
        self._running = attempt.request.id
        state = give_turn()
        self._running = ""
        if isinstance(state, Ended):
            self._end(attempt, state.value)
        else:
            self._agenda.add(self._now, lambda: self._follow(attempt, attempt.turn.go_on))

    def _end(self, attempt: Attempt, outcome: "HandlerOutcome") -> None:
        request, function = attempt.request, attempt.function
        self._warm[function.arn].append((function.revision, attempt.environment))
        error = json.loads(outcome.payload) if outcome.is_error else {}
        self._note(
            AttemptEnded(
                self._now,
                request.id,
                function.name,
                request.queued.attempts + 1,
                Outcome.ERROR if outcome.is_error else Outcome.SUCCESS,
                str(error.get("errorType", "")),
                str(error.get("errorMessage", "")),
            )
        )
        if outcome.is_error:
            self._fail(request, function, error)

    def _fail(self, request: Request, function: "DeployedFunction", error: object) -> None:
        queued = replace(request.queued, function_errors=request.queued.function_errors + 1)
        configuration = wiring.invoke_configuration(self._tank.aws, function.name)
        match after_failure(queued, Failure.FUNCTION, self._now, configuration):
            case Retry(at):
                again = replace(request, queued=queued)
                self._agenda.add(at, lambda: self._attempt(again))
            case GiveUp(condition):
                self._note(
                    GivenUp(self._now, request.id, function.name, condition, queued.attempts)
                )
                if configuration.on_failure:
                    record = self._failure_record(request, function, queued, condition, error)
                    self._send(request, function, configuration.on_failure, record)

    def _send(
        self, request: Request, function: "DeployedFunction", destination: str, record: object
    ) -> None:
        """Hands the failure's record on, with the function's own rights."""
        invocation, outcome = None, OK
        role = role_clients(self._tank.aws, function.role)
        try:
            if ":sns:" in destination:
                role.sns.publish(TopicArn=destination, Message=json.dumps(record))
            else:
                role.awslambda.invoke(FunctionName=destination, InvocationType="DryRun")
                invocation = self._queue(destination, record, Trigger.DESTINATION).id
        except ClientError as error:
            outcome = error_code(error)
        self._note(DestinationReached(self._now, request.id, destination, outcome, invocation))

    def _failure_record(
        self,
        request: Request,
        function: "DeployedFunction",
        queued: QueuedEvent,
        condition: str,
        error: object,
    ) -> dict[str, object]:
        """[Lambda developer guide: invocation-async-retain-records]."""
        return {
            "version": "1.0",
            "timestamp": rfc3339(self._now),
            "requestContext": {
                "requestId": request.id,
                "functionArn": f"{function.arn}:$LATEST",
                "condition": condition,
                "approximateInvokeCount": queued.attempts,
            },
            "requestPayload": request.event,
            "responseContext": {
                "statusCode": 200,
                "executedVersion": "$LATEST",
                "functionError": "Unhandled",
            },
            "responsePayload": error,
        }

    def _take_environment(self, function: "DeployedFunction") -> "ExecutionEnvironment":
        """A warm one of this revision, or a new one; those of an older revision are gone."""
        warm = self._warm[function.arn]
        while warm:
            revision, environment = warm.pop()
            if revision == function.revision:
                return environment
        return self._tank.environment(function, f"environment-{self.new_id()[:8]}")

    def _context(self, request: Request, function: "DeployedFunction") -> LambdaContext:
        return LambdaContext(
            aws_request_id=request.id,
            function_name=function.name,
            invoked_function_arn=function.arn,
            memory_limit_in_mb=str(function.memory_mb),
            log_group_name=f"/aws/lambda/{function.name}",
            log_stream_name="stream",
            remaining_milliseconds=lambda: function.timeout_seconds * 1000,
        )

    # --- Firehose --------------------------------------------------------------------------------

    def _plan_delivery(self) -> None:
        due = self._tank.next_delivery()
        if due is not None and due != self._delivery:
            self._delivery = due
            self._agenda.add(max(due, self._now), self._deliver)

    def _deliver(self) -> None:
        self._delivery = None
        self._tank.deliver_due()

    def accepted(self, stream: str, records: Sequence[bytes]) -> None:
        """Firehose took them."""
        texts = tuple(record.decode(errors="replace") for record in records)
        self._records[stream].extend(texts)
        self._note(RecordsAccepted(self._now, self._running, stream, texts))

    def delivered(self, stream: str, bucket: str, key: str, first: int, count: int) -> None:
        """Firehose delivered them, in the order in which it took them."""
        del first
        texts = self._take_records(stream, count)
        self._note(ObjectDelivered(self._now, stream, bucket, key, texts))

    def lost(self, stream: str, first: int, count: int, reason: str) -> None:
        """Firehose gave them up."""
        del first
        self._note(RecordsLost(self._now, stream, self._take_records(stream, count), reason))

    def _take_records(self, stream: str, count: int) -> tuple[str, ...]:
        return tuple(self._records[stream].popleft() for _ in range(count))

    # --- the gate, and e-mail --------------------------------------------------------------------

    def before(self, call: "ApiCall") -> None:
        """A handler that is not alone at this instant lets the others have their turn."""
        if call.by_service is None and is_a_turn() and self._agenda.next_due() == self._now:
            pause(call)

    def after(self, call: "ApiCall", error: str | None) -> None:
        """What a handler called is part of the history."""
        if call.by_service is None and is_a_turn():
            called = (call.service, call.operation, error or OK, error is None)
            self._note(Called(self._now, self._running, *called))

    def sent(self, message: "SentMessage") -> None:
        """An e-mail reached its address."""
        self._note(
            MessageSent(self._now, message.topic, message.address, message.subject, message.text)
        )

    def _note(self, event: Event) -> None:
        self._record(event)

    def new_id(self) -> str:
        """A random UUID, drawn from the seed."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))
