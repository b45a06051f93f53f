"""The batches of a shard, or of some of its keys, that a function processes one after another."""

import json
from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from wavetank.core.text import pluralize
from wavetank.emulator.lambda_.discarded_batches import DiscardedBatch
from wavetank.emulator.lambda_.item_failures import failed_items
from wavetank.emulator.lambda_.stream_policy import (
    BatchResult,
    DiscardCondition,
    Records,
    StreamBatch,
    StreamRetryPolicy,
    after_error,
    after_failed_items,
    after_success,
    after_throttle,
    batch_length,
    retry_delay,
    split_by_age,
)
from wavetank.emulator.lambda_.stream_records import ShardRecord
from wavetank.history import DestinationReached, EventOffered, EventSettled, Settlement, Trigger
from wavetank.simulation.event_sources.mapping import EventSourceMapping
from wavetank.simulation.event_sources.polled_run import (
    FAILURES_MAX_AT_END,
    PAYLOAD_BYTES_MAX,
    SEPARATOR_BYTES,
    PlannedPoll,
    PolledRun,
)
from wavetank.simulation.event_sources.source_faults import SourceFaults
from wavetank.simulation.request_chains import InvocationCause, invocation_cause, stream_event
from wavetank.simulation.topology import unqualified

if TYPE_CHECKING:
    from wavetank.emulator.lambda_.outcome import InvocationOutcome
    from wavetank.emulator.shard_views import ShardView


class ShardLane:
    """Gathers records into batches, and retries a batch until it is processed or discarded."""

    def __init__(self, run: PolledRun, mapping: EventSourceMapping, shard: "ShardView") -> None:
        self._run = run
        self._clock = run.clock
        self._mapping = mapping
        self._shard = shard
        self._policy = StreamRetryPolicy(
            retries_max=mapping.retries_max,
            record_age_max=mapping.record_age_max,
            bisects=mapping.bisects,
        )
        self._pending = deque[ShardRecord]()
        self._sizes = deque[int]()
        self._length = 0
        self._waiting = deque[StreamBatch]()
        self._running: StreamBatch | None = None
        self._window_end: datetime | None = None
        self._retry_at: datetime | None = None
        self._last_request = ""
        self._reported = False
        self._failures_at_end = 0
        self._faults = SourceFaults(run.matcher, mapping)
        self._has_changed = True
        self._next = PlannedPoll(run.clock, self._offer)

    @property
    def has_room(self) -> bool:
        """Whether it could begin another batch, or add to the one that it gathers."""
        is_free = self._running is None and not self._waiting
        return is_free and len(self._pending) < self._mapping.batch_size

    def count(self) -> int:
        """How many records it holds."""
        running = 0 if self._running is None else len(self._running.records)
        return len(self._pending) + running + sum(len(each.records) for each in self._waiting)

    def add(self, records: Iterable[ShardRecord]) -> None:
        """Take records, which match a filter, in the order of the shard."""
        for record in records:
            self._pending.append(record)
            self._sizes.append(len(json.dumps(record.content)) + SEPARATOR_BYTES)
        self._measure()
        self._has_changed = True

    def plan(self) -> None:
        """Schedule the next batch, if anything has changed."""
        if self._has_changed:
            self._has_changed = False
            self._next.plan(self._next_batch())

    def _next_batch(self) -> datetime | None:
        if self._running is not None or self._is_given_up():
            return None
        if self._waiting:
            return self._retry_at or self._clock.now
        if not self._pending:
            return None
        if self._window_end is None:
            self._window_end = self._clock.now + self._mapping.window
        return self._clock.now if self._is_full() else self._window_end

    def _is_full(self) -> bool:
        return self._length >= self._mapping.batch_size or self._length < len(self._pending)

    def _measure(self) -> None:
        """Find how many of the pending records make the next batch."""
        sizes = list(islice(self._sizes, self._mapping.batch_size))
        self._length = batch_length(sizes, self._mapping.batch_size, PAYLOAD_BYTES_MAX)

    def _is_given_up(self) -> bool:
        is_limited = self._policy.retries_max is not None or self._policy.record_age_max is not None
        return not is_limited and self._failures_at_end >= FAILURES_MAX_AT_END

    def _offer(self) -> None:
        """Invoke the function with the next batch, without records that are too old by now."""
        self._retry_at, self._has_changed = None, True
        if not self._waiting:
            self._waiting.append(StreamBatch(_taken(self._pending, self._length)))
            _taken(self._sizes, self._length)
            self._measure()
        self._window_end = None
        batch = self._without_old(self._waiting.popleft())
        if batch.records:
            self._invoke(batch.offered())

    def _without_old(self, batch: StreamBatch) -> StreamBatch:
        now = self._clock.now
        expired, rest = split_by_age(batch.records, self._shard.retention, now)
        self._settle(expired, "", Settlement.EXPIRED)
        old, rest = split_by_age(rest, self._policy.record_age_max, now)
        self._discard(old, batch, DiscardCondition.AGE)
        return StreamBatch(rest, batch.retries, batch.invocations)

    def _invoke(self, batch: StreamBatch) -> None:
        self._running, source = batch, self._mapping.recorded_source
        request = self._run.invocations.queue(
            self._mapping.function,
            {"Records": [record.content for record in batch.records]},
            Trigger.STREAM,
            on_end=lambda outcome: self._end(request, batch, outcome),
            source=source,
            causes=self._run.chains.causes(self._chained(batch.records)),
        )
        ids = _ids(batch.records)
        self._clock.record(EventOffered(self._clock.now, request, source, ids))

    def _end(self, request: str, batch: StreamBatch, outcome: "InvocationOutcome | None") -> None:
        self._running, self._last_request, self._has_changed = None, request, True
        result = self._result(batch, outcome)
        if (again := self._repeat_after(batch, result)) is not None:
            result = BatchResult(retried=(batch,))
        self._settle(result.processed, request, Settlement.PROCESSED)
        self._waiting.extendleft(reversed(result.retried))
        if result.retried:
            returned = tuple(each for part in result.retried for each in part.records)
            self._settle(returned, request, Settlement.RETURNED)
            wait = retry_delay(batch.invocations) if again is None else again
            self._retry_at = self._clock.now + wait
        if result.retried and self._clock.now > self._run.last_action():
            self._failures_at_end += 1
        else:
            self._failures_at_end = 0
        self._discard(result.discarded, batch, DiscardCondition.RETRIES)

    def _repeat_after(self, batch: StreamBatch, result: BatchResult) -> timedelta | None:
        """How much later the batch comes back by a fault, though it was processed."""
        if batch.invocations > 1 or result.processed != batch.records:
            return None  # it repeats the batch once
        what = f"a batch of {pluralize(len(batch.records), 'record')}"
        return self._faults.repeat_after(what)

    def _result(self, batch: StreamBatch, outcome: "InvocationOutcome | None") -> BatchResult:
        self._reported = False
        if outcome is None:
            return after_throttle(batch)
        if outcome.is_error:
            return after_error(batch, self._policy)
        if not self._mapping.reports_item_failures:
            return after_success(batch)
        self._reported = True
        failed = failed_items(outcome.payload, _ids(batch.records))
        return after_failed_items(batch, failed, self._policy)

    def _discard(self, records: Records, batch: StreamBatch, condition: DiscardCondition) -> None:
        """Settle the records, and report them to the on-failure destination."""
        if not records:
            return
        request = self._last_request if batch.invocations else ""
        if self._mapping.on_failure and not request:
            request = self._clock.new_id()  # the report and the settlement are of one request
        cause = self._cause(records)
        self._settle(records, request, Settlement.DISCARDED)
        if self._mapping.on_failure:
            with self._run.invocations.causing(cause):
                self._report(records, batch, condition, request)

    def _report(
        self, records: Records, batch: StreamBatch, condition: DiscardCondition, request: str
    ) -> None:
        function = self._run.simulator.function(self._mapping.function)
        discarded = DiscardedBatch(
            mapping=self._mapping.id,
            function=self._mapping.function,
            version=function.version,
            stream=self._mapping.source,
            shard=self._shard.id,
            records=records,
            condition=condition,
            request=request,
            invocations=batch.invocations,
            reported=self._reported,
            now=self._clock.now,
        )
        outcome = self._send(function.role, discarded)
        target = self._mapping.on_failure or ""
        self._clock.record(DestinationReached(self._clock.now, request, target, outcome))

    def _send(self, role: str, discarded: DiscardedBatch) -> str:
        destinations, target = self._run.invocations.destinations, self._mapping.on_failure or ""
        if target.split(":")[2] != "s3":
            return destinations.send(role, target, discarded.message())
        key = discarded.object_key(self._clock.new_id())
        return destinations.send_object(role, target, key, discarded.object())

    def _settle(self, records: Records, request: str, settlement: Settlement) -> None:
        if not records:
            return
        now, source, function = (
            self._clock.now,
            self._mapping.recorded_source,
            self._mapping.consumer,
        )
        ids = _ids(records)
        self._clock.record(EventSettled(now, request, source, ids, settlement, function))
        if settlement is not Settlement.RETURNED:
            self._run.chains.forget(self._chained(records))

    def _cause(self, records: Records) -> InvocationCause:
        """The mapping's invocation by these records, which causes the report about them."""
        causes = self._run.chains.causes(self._chained(records))
        function = unqualified(self._mapping.function)
        return invocation_cause(function, self._mapping.source, causes)

    def _chained(self, records: Records) -> list[str]:
        return [stream_event(self._mapping.source, each.number) for each in records]


def _taken[T](queue: deque[T], count: int) -> tuple[T, ...]:
    """The first ones, which are removed."""
    return tuple(queue.popleft() for _ in range(count))


def _ids(records: Records) -> tuple[str, ...]:
    return tuple(record.id for record in records)
