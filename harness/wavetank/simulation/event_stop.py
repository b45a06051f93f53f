"""Stops a run at one event of its history, and reads the state of that moment."""

from dataclasses import dataclass

from wavetank.engines.simulator.engine import Simulator
from wavetank.history import AttemptBegan, AttemptEnded, EndState, Event
from wavetank.history.lookup import NumberedEvent
from wavetank.simulation.end_state import EndStateReader
from wavetank.simulation.handler_debugger import HandlerDebugger, RunStopped
from wavetank.simulation.handler_task import in_handler_thread, pause
from wavetank.templates.transform import ARTIFACT_BUCKET


@dataclass(frozen=True)
class StoppedRun:
    """A run that stopped after `last`: what each resource holds, and the attempts that run.

    The bucket of functions' code is left out.
    """

    last: NumberedEvent
    state: tuple[EndState, ...]
    running: tuple[AttemptBegan, ...]


class EventStop:
    """Observes a run until the event of that number, at which it ends the run.

    With a debugger it opens that instead, in the handler in which the event happens. A call is
    recorded when its service has answered, so its effect is there. `error_began` is the event with
    which the attempt began whose error is awaited.

    Raises:
        RunStopped: by `observe`, in the thread that runs the simulation.
    """

    def __init__(
        self,
        simulator: Simulator,
        number: int,
        debugger: HandlerDebugger | None = None,
        error_began: AttemptBegan | None = None,
    ) -> None:
        self._simulator = simulator
        self._number = number
        self._debugger = debugger
        self._error_began = error_began
        self._reader = EndStateReader(simulator)
        self._running: dict[tuple[str, int], AttemptBegan] = {}
        self.last: NumberedEvent | None = None
        """The latest event of the run."""

    @property
    def is_reached(self) -> bool:
        """Whether the event has come."""
        return self.last is not None and self.last.number >= self._number

    def observe(self, event: Event) -> None:
        """Observe the next event of the run."""
        self.last = NumberedEvent(self.last.number + 1 if self.last else 1, event)
        self._reader.observe(event)
        self._follow_attempts(event)
        if self.last.number != self._number:
            return
        if self._debugger is None:
            _stop()
        elif isinstance(event, AttemptBegan):
            self._debugger.await_begin(event.request)
        elif in_handler_thread():
            self._debugger.open_in_call()
        elif not self._debugger.has_opened:
            _stop()

    def stopped(self) -> StoppedRun:
        """The state after the run has ended."""
        assert self.last is not None  # a run begins with an event
        now = self.last.event.at
        with self._simulator.frozen_at(now):
            found = self._reader.read(now, is_reference=False)
            state = tuple(each for each in found if each.name != ARTIFACT_BUCKET)
        return StoppedRun(self.last, state, tuple(self._running.values()))

    def _follow_attempts(self, event: Event) -> None:
        match event:
            case AttemptBegan():
                self._running[event.request, event.attempt] = event
                if self._debugger is not None and event == self._error_began:
                    self._debugger.await_error(event.request)
            case AttemptEnded():
                self._running.pop((event.request, event.attempt), None)


def _stop() -> None:
    """End the run: of a handler, nothing runs any more that could change the state."""
    if in_handler_thread():
        pause(RunStopped())
    raise RunStopped
