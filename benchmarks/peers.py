"""One tick of the streaming function on several emulators: same handler, same loop.

All run at the same time and take turns, a few ticks each, so that other load of the host affects
all of them; each is started while the others are idle. The records of each are counted too: the
fastest way to make a tick is to drop it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import batched
from pathlib import Path
from statistics import median

from benchmarks.loop_process import LoopProcess, TimedTick, looping
from benchmarks.peer_pipeline import delivered, handler_setup, prepare_pipeline
from benchmarks.peer_servers import Peer, RunningPeer
from wavetank.aws.clients import AwsClients, BotoCoreError, ClientError, sandbox_clients
from wavetank.aws.observers import resident_megabytes
from wavetank.core.clock import Clock
from wavetank.core.errors import WavetankError
from wavetank.core.naming import Names, derive_names
from wavetank.core.schedule import scheduled_event
from wavetank.core.settings import REGION, SANDBOX_ACCOUNT, Settings

WARM_UP = 20
TICKS_A_TURN = 10
FIRST_TICK = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class PeerCost:
    """The cost of a tick on a peer, and what happened to its records.

    `tick_ms` is the median. `records` are those in the bucket, in `objects` objects, of the
    `accepted` ones that the handler reported, warm-up included. `resident_mb` is the server's
    memory after the last tick.
    """

    name: str
    version: str
    tick_ms: float
    records: int
    accepted: int
    objects: int
    start_seconds: float
    resident_mb: int


@dataclass(frozen=True)
class PeerUnavailable:
    """A peer that could not be measured, and why."""

    name: str
    reason: str


type Event = Mapping[str, object]
type PeerResult = PeerCost | PeerUnavailable


def measure_peers(
    peers: Sequence[Peer],
    settings: Settings,
    scratch: Path,
    ticks: int,
    clock: Clock,
    on_step: Callable[[str], None] = lambda _: None,
) -> list[PeerResult]:
    """Runs the peers in the scratch folder, and measures `ticks` ticks of each.

    A peer that does not come up, or on which the handler fails, is reported as unavailable. All
    results are returned at the end, since none is complete before.
    """
    names = derive_names("Dora", "Explorer")
    turns = list(batched(_events(names, WARM_UP + ticks), TICKS_A_TURN, strict=False))
    with ExitStack() as stack:
        measured: list[_MeasuredPeer | PeerUnavailable] = []
        for number, peer in enumerate(peers):
            on_step(f"starting {peer.name}")
            folder = scratch / str(number)
            start = partial(_start, peer, names, settings, folder, clock, stack)
            measured.append(_attempt(peer.name, start))
        for number, turn in enumerate(turns, 1):
            on_step(f"ticking, turn {number} of {len(turns)}")
            measured = _each(measured, partial(_MeasuredPeer.run, turn=turn))
        on_step("counting the records")
        return _each(measured, lambda peer: peer.cost(names, clock))


@dataclass(frozen=True)
class _MeasuredPeer:
    """A running peer, ready for a tick, and its ticks so far."""

    name: str
    running: RunningPeer
    aws: AwsClients
    loop: LoopProcess
    ticks: tuple[TimedTick, ...] = ()

    def run(self, turn: Sequence[Event]) -> "_MeasuredPeer":
        return replace(self, ticks=(*self.ticks, *self.loop.run(turn)))

    def cost(self, names: Names, clock: Clock) -> PeerCost:
        resident_mb = resident_megabytes(self.running.process_id)
        accepted = sum(tick.records for tick in self.ticks)
        records, objects = delivered(self.aws, names, accepted, clock)
        return PeerCost(
            name=self.name,
            version=self.running.version,
            tick_ms=median(tick.milliseconds for tick in self.ticks[WARM_UP:]),
            records=records,
            accepted=accepted,
            objects=objects,
            start_seconds=self.running.start_seconds,
            resident_mb=resident_mb,
        )


def _start(
    peer: Peer, names: Names, settings: Settings, folder: Path, clock: Clock, stack: ExitStack
) -> _MeasuredPeer:
    """The peer runs until the stack is unwound."""
    folder.mkdir(parents=True)
    running = stack.enter_context(peer.running(folder))
    aws = sandbox_clients(running.endpoint)
    prepare_pipeline(aws, names, clock)
    setup = handler_setup(settings, names)
    loop = stack.enter_context(looping(setup, running.endpoint, settings.path, folder))
    return _MeasuredPeer(peer.name, running, aws, loop)


def _events(names: Names, count: int) -> Iterator[Event]:
    """Events of successive minutes in EventBridge's form; the minutes are not waited for."""
    rule_arn = f"arn:aws:events:{REGION}:{SANDBOX_ACCOUNT}:rule/{names.rule}"
    for minute in range(count):
        yield scheduled_event(rule_arn, FIRST_TICK + timedelta(minutes=minute))


def _each[T](
    measured: Sequence[_MeasuredPeer | PeerUnavailable], step: Callable[[_MeasuredPeer], T]
) -> list[T | PeerUnavailable]:
    """The step of every available peer; one that fails is unavailable from then on."""
    return [
        peer if isinstance(peer, PeerUnavailable) else _attempt(peer.name, partial(step, peer))
        for peer in measured
    ]


def _attempt[T](name: str, step: Callable[[], T]) -> T | PeerUnavailable:
    try:
        return step()
    except (WavetankError, ClientError, BotoCoreError) as error:
        return PeerUnavailable(name, str(error))
