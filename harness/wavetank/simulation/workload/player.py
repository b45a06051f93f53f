"""Which action of a workload is due when, and its record in the history.

The random numbers of a workload are its own, drawn from the run's seed and its position in the
scenario: a fault or another workload does not change what is sent.
"""

import random
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from wavetank.aws.clients import BotoCoreError, ClientError, error_code
from wavetank.history import WorkloadSent
from wavetank.history.events import OK
from wavetank.scenario.workload.arrivals import arrival_times
from wavetank.scenario.workload.body import ActionValues, render
from wavetank.scenario.workload.kinds import WorkloadSpec
from wavetank.simulation.simulation_clock import SimulationClock
from wavetank.simulation.workload.senders import (
    RefusedError,
    Send,
    WorkloadAction,
    WorkloadSenders,
)


class WorkloadPlayer:
    """Sends the workloads of a run, until `until` at the latest, which can be lowered."""

    def __init__(
        self, clock: SimulationClock, senders: WorkloadSenders, seed: int, until: datetime
    ) -> None:
        self._senders = senders
        self._seed = seed
        self._count = 0
        self.clock = clock
        self.until = until

    def plan(self, workloads: Iterable[WorkloadSpec]) -> None:
        """Schedule the first action of each; windows begin at the present instant.

        Raises:
            UsageError: the target of one is not deployed, or is of another type.
        """
        for workload in workloads:
            self._count += 1
            source = random.Random(f"workload {self._count} of {self._seed}")  # noqa: S311 - a simulation, not a secret
            send = self._senders.sender(workload)
            _Sequence(self, self._count, workload, send, source).plan_next()


class _Sequence:
    """The actions of one workload, of which only the next is scheduled."""

    def __init__(
        self,
        player: WorkloadPlayer,
        position: int,
        workload: WorkloadSpec,
        sender: Send,
        source: random.Random,
    ) -> None:
        self._player = player
        self._position = position
        self._workload = workload
        self._sender = sender
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
        self._record(WorkloadAction(values, self._body(values)))

    def _record(self, action: WorkloadAction) -> None:
        """Send the action now, and record it."""
        outcome, ids = OK, tuple[str, ...]()
        try:
            ids = self._sender(action)
        except ClientError as error:
            outcome = error_code(error)
        except RefusedError as error:
            outcome = str(error)
        except BotoCoreError as error:  # the SDK refuses the parameters
            outcome = type(error).__name__
        clock, workload, values = self._player.clock, self._workload, action.values
        clock.record(
            WorkloadSent(
                clock.now,
                self._position,
                workload.kind,
                workload.target,
                values.number,
                values.key,
                ids,
                action.text,
                outcome,
            )
        )

    def _key(self, number: int) -> str:
        keys = self._workload.keys
        return f"key-{number if keys is None else self._random.randint(1, keys)}"

    def _body(self, values: ActionValues) -> bytes:
        body = self._workload.body
        if isinstance(body, str):
            return render(body, values).encode()
        if isinstance(body, bytes):
            return body
        made = body(values.number, self._random)
        if self._workload.needs_json:
            self._workload.check_json(made if isinstance(made, str) else made.decode())
        return made.encode() if isinstance(made, str) else made


def _times(workload: WorkloadSpec, source: random.Random) -> Iterator[timedelta]:
    """The time of each action from the beginning of the window on."""
    times = arrival_times(workload.rate, workload.arrival, workload.burst, source)
    for after in islice(times, workload.count):
        if workload.duration is not None and after >= workload.duration:
            return
        yield after
