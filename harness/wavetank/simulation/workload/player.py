"""Which action of a workload is due when, and its record in the history.

The random numbers of a workload are its own, drawn from the run's seed and its position in the
scenario: a fault or another workload does not change what is sent.
"""

import json
import random
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from wavetank.aws.clients import BotoCoreError, ClientError, error_code
from wavetank.core.http_call import http_call
from wavetank.engines.simulator.engine import Simulator
from wavetank.history import Trigger, WorkloadSent
from wavetank.history.events import OK
from wavetank.scenario.workload.arrivals import arrival_times
from wavetank.scenario.workload.body import ActionValues, render
from wavetank.scenario.workload.kinds import HttpRequests, InvokeFunction, WorkloadSpec
from wavetank.simulation.async_invoker import AsyncInvoker
from wavetank.simulation.entries.http_entries import EntryChoice, HttpEntries
from wavetank.simulation.simulation_clock import SimulationClock
from wavetank.simulation.workload.senders import SENDERS, RefusedError, WorkloadAction
from wavetank.simulation.workload.targets import WorkloadTargets


class WorkloadPlayer:
    """Sends the workloads of a run, until `until` at the latest, which can be lowered."""

    def __init__(
        self,
        simulator: Simulator,
        clock: SimulationClock,
        invocations: AsyncInvoker,
        entries: HttpEntries,
        seed: int,
        until: datetime,
    ) -> None:
        self._simulator = simulator
        self._clock = clock
        self._invocations = invocations
        self._entries = entries
        self._seed = seed
        self._targets = WorkloadTargets(simulator.aws)
        self._count = 0
        self.until = until

    def plan(self, workloads: Iterable[WorkloadSpec]) -> None:
        """Schedule the first action of each; windows begin at the present instant.

        Raises:
            UsageError: the target of one is not deployed, or is of another type.
        """
        for workload in workloads:
            self._count += 1
            source = random.Random(f"workload {self._count} of {self._seed}")  # noqa: S311 - a simulation, not a secret
            handle = self._handle(workload)
            _Sequence(self, self._count, workload, handle, source).plan_next()

    def send(self, workload: WorkloadSpec, action: WorkloadAction, position: int) -> None:
        """Send one action now, and record it."""
        outcome, ids = OK, tuple[str, ...]()
        try:
            ids = self._sent(workload, action)
        except ClientError as error:
            outcome = error_code(error)
        except RefusedError as error:
            outcome = str(error)
        except BotoCoreError as error:  # the SDK refuses the parameters
            outcome = type(error).__name__
        values = action.values
        self._clock.record(
            WorkloadSent(
                self._clock.now,
                position,
                workload.kind,
                workload.target,
                values.number,
                values.key,
                ids,
                action.text,
                outcome,
            )
        )

    def _handle(self, workload: WorkloadSpec) -> str:
        """What the call of the workload takes.

        Raises:
            UsageError: its target is not deployed, or is of another type.
        """
        if isinstance(workload, HttpRequests):
            self._entries.find(_entry_choice(workload))
            return workload.target
        return self._targets.find(workload)

    def _call(self, workload: HttpRequests, action: WorkloadAction) -> tuple[str, ...]:
        path = action.rendered(workload.path)
        headers = {"Content-Type": workload.content_type} if action.body else {}
        call = http_call(workload.method, path, headers, action.body)
        entry = self._entries.find(_entry_choice(workload))
        request = self._entries.call(entry, call, lambda _: None)
        return (request,) if request else ()

    def _sent(self, workload: WorkloadSpec, action: WorkloadAction) -> tuple[str, ...]:
        if isinstance(workload, InvokeFunction):
            event = json.loads(action.text or "{}")
            return (self._invocations.queue(action.handle, event, Trigger.WORKLOAD),)
        if isinstance(workload, HttpRequests):
            return self._call(workload, action)
        return SENDERS[type(workload)](workload, action)

    def action(self, handle: str, values: ActionValues, body: bytes) -> WorkloadAction:
        """An action of this run."""
        simulator, new_id = self._simulator, self._clock.new_id
        put_event = simulator.put_service_event
        return WorkloadAction(simulator.aws, handle, values, body, new_id, put_event)

    @property
    def clock(self) -> SimulationClock:
        """The clock of the run."""
        return self._clock


class _Sequence:
    """The actions of one workload, of which only the next is scheduled."""

    def __init__(
        self,
        player: WorkloadPlayer,
        position: int,
        workload: WorkloadSpec,
        handle: str,
        source: random.Random,
    ) -> None:
        self._player = player
        self._position = position
        self._workload = workload
        self._handle = handle
        self._random = source
        self._begin = player.clock.now + workload.begins
        arrivals = random.Random(source.getrandbits(64))  # noqa: S311 - a simulation, not a secret
        self._times = enumerate(_times(workload, arrivals), 1)

    def plan_next(self) -> None:
        """Schedule the next action, if there is one before the rules stop."""
        number, after = next(self._times, (0, timedelta()))
        due = self._begin + after
        if number and due <= self._player.until:
            self._player.clock.at(due, lambda: self._send(number, due))

    def _send(self, number: int, due: datetime) -> None:
        if due > self._player.until:
            return
        self.plan_next()
        values = ActionValues(number, due, self._key(number), self._random)
        action = self._player.action(self._handle, values, self._body(values))
        self._player.send(self._workload, action, self._position)

    def _key(self, number: int) -> str:
        keys = self._workload.keys
        return f"key-{number if keys is None else self._random.randint(1, keys)}"

    def _body(self, values: ActionValues) -> bytes:
        body = self._workload.body
        if isinstance(body, str):
            return render(body, values).encode()
        made = body(values.number, self._random)
        if self._workload.needs_json:
            self._workload.check_json(made if isinstance(made, str) else made.decode())
        return made.encode() if isinstance(made, str) else made


def _entry_choice(workload: HttpRequests) -> EntryChoice:
    """The function's URL or the API of that name."""
    return EntryChoice(target=workload.target, stage=workload.stage or None)


def _times(workload: WorkloadSpec, source: random.Random) -> Iterator[timedelta]:
    """The time of each action from the beginning of the window on."""
    times = arrival_times(workload.rate, workload.arrival, workload.burst, source)
    for after in islice(times, workload.count):
        if workload.duration is not None and after >= workload.duration:
            return
        yield after
