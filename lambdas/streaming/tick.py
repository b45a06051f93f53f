"""The order of the calls, on which the guarantee rests: read, deliver, and only then keep.

EventBridge may fire a tick twice, late or not at all; Lambda retries a failed one after the next
has run; a process may die between any two calls; a call may take effect though its reply is lost.
What holds all the same:

* **At least once.** The table moves to a tick only after its records were accepted, so a tick that
  the table has passed was delivered. One that it has not passed is delivered by the next
  invocation that succeeds: each makes good every minute since the table's.
* **Copies are identical.** The samples of a tick follow from the price before it and its time
  alone; whoever delivers it delivers the same bytes.
* **The walk is continuous.** Minutes are made in order, each from the one before, and the table
  ends on the last sample delivered.
* **No silent loss.** Work is left undone only with an error, and errors raise the alert.

The table may move in the middle, when two invocations overlap. Each move is conditional on going
forward; who finds the table further on reads it again and does what is then left, if anything.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from streaming.walk import TICK, Index, Sample, samples

GAP_MAX = timedelta(days=7)
"""The longest gap that is filled; a tick further ahead is more likely a wrong clock."""
TICKS_AT_ONCE = 25
"""Made, delivered and kept together: with five indices just one full batch for Firehose."""
ROUNDS_LOST_MAX = 5
"""How often the table may move under us before we leave it to a retry."""


class PricesMovedError(Exception):
    """Somebody else moved the table, or is about to, in the same moment."""


class TickOutOfReachError(Exception):
    """The tick is too far before or after the table's to be an ordinary event."""


class NoPricesError(Exception):
    """The table holds no index to make prices of."""


class Aws(Protocol):
    """The three calls of a tick."""

    def read_prices(self) -> list[Index]:
        """Every index in the table, each consistent in itself."""
        ...

    def deliver(self, samples: list[Sample]) -> None:
        """Returns only when the delivery stream has accepted every sample."""
        ...

    def keep_prices(self, indices: list[Index]) -> None:
        """Moves all of them at once, each only forward.

        Raises:
            PricesMovedError: one of them is already there or further, or is being moved.
        """
        ...


@dataclass(frozen=True)
class Summary:
    """What an invocation did: 0 records when the tick had been delivered before."""

    tick: datetime
    records: int


def run_tick(aws: Aws, tick: datetime, late_max: timedelta, seed: str) -> Summary:
    """Delivers the tick, and every minute before it that the table shows as missing.

    `late_max` is the oldest that a retry can be; `seed` tells this pipeline's walk from others'.

    Raises:
        NoPricesError: the table is empty.
        TickOutOfReachError: the tick is not plausible for this table.
        PricesMovedError: the table moved again and again.
        Exception: whatever a call raises; what was kept until then was delivered.
    """
    records, rounds_lost = 0, 0
    indices = _reachable(aws.read_prices(), tick, late_max)
    while behind := [index for index in indices if _last_tick(index, tick) < tick]:
        made = _next_samples(behind, tick, seed)
        aws.deliver(made)
        records += len(made)
        moved = {sample.ticker: sample for sample in made}  # in order, so each ticker's last
        try:
            aws.keep_prices([_moved_to(sample) for sample in moved.values()])
        except PricesMovedError:
            rounds_lost += 1
            if rounds_lost > ROUNDS_LOST_MAX:
                raise
            indices = aws.read_prices()
        else:
            indices = [_moved_to(moved[i.ticker]) if i.ticker in moved else i for i in indices]
    return Summary(tick, records)


def _next_samples(behind: list[Index], tick: datetime, seed: str) -> list[Sample]:
    """The samples of the next stretch of missing ticks, in order of time."""
    oldest = min(_last_tick(index, tick) for index in behind)
    until = min(tick, oldest + TICKS_AT_ONCE * TICK)
    walks = [samples(replace(i, tick=_last_tick(i, tick)), until, seed) for i in behind]
    made = [sample for walk in walks for sample in walk]
    return sorted(made, key=lambda sample: (sample.instant, sample.ticker))


def _last_tick(index: Index, tick: datetime) -> datetime:
    """The tick that the index stands at; a new index starts with the present one."""
    return tick - TICK if index.tick is None else index.tick


def _moved_to(last: Sample) -> Index:
    return Index(last.ticker, last.price, last.instant.replace(second=0))


def _reachable(indices: list[Index], tick: datetime, late_max: timedelta) -> list[Index]:
    """The indices, unless the tick makes no sense for them.

    A tick far in the future would carry the table with it, and every true tick after it would then
    look delivered: refused here, and should the table ever be ahead, said aloud rather than obeyed.
    """
    if not indices:
        raise NoPricesError("the price table is empty; seed it with the indices' first prices")
    for index in indices:
        ahead = tick - _last_tick(index, tick)
        if ahead > GAP_MAX or -ahead > late_max:
            raise TickOutOfReachError(
                f"{index.ticker} stands at {index.tick}, the tick asked for is {tick}: more than "
                f"{GAP_MAX} later or {late_max} earlier; if the table is wrong, reset its prices"
            )
    return indices
