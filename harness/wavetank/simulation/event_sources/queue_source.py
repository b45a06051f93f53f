"""SQS -> Lambda in virtual time: polls a queue, gathers batches, and deletes what was processed.

Lambda polls with the permissions of the function's role. Here a message is received at the instant
at which it becomes visible, as by a long poll that never sleeps, in the order of arrival; a batch
is as large as what is visible then allows. With a batching window one batch is gathered at a time,
whose messages are in flight meanwhile. Batches are processed at the same time, as many as
`BatchConcurrency` says. A batch that fails or is throttled stays in flight until its visibility
timeout ends; that Lambda then polls less, by amounts that AWS does not document, is not simulated.
[Lambda developer guide: with-sqs, services-sqs-scaling, services-sqs-errorhandling]
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import batched
from typing import TYPE_CHECKING, Any

from wavetank.aws.clients import ClientError
from wavetank.core.text import pluralize
from wavetank.emulator.lambda_.event_filters import matches_filters
from wavetank.emulator.lambda_.item_failures import failed_items
from wavetank.emulator.lambda_.queue_records import message_record
from wavetank.history import EventOffered, EventSettled, Settlement, Trigger
from wavetank.simulation.event_sources.batch_concurrency import (
    BATCHES_AT_FIRST,
    BatchConcurrency,
)
from wavetank.simulation.event_sources.mapping import EventSourceMapping
from wavetank.simulation.event_sources.polled_run import (
    FAILURES_MAX_AT_END,
    PAYLOAD_BYTES_MAX,
    SEPARATOR_BYTES,
    PlannedPoll,
    PolledRun,
    SourceAccess,
)
from wavetank.simulation.event_sources.source_faults import SourceFaults
from wavetank.simulation.request_chains import (
    RecursiveLoop,
    invocation_cause,
    recursive_loop,
)
from wavetank.simulation.topology import unqualified

if TYPE_CHECKING:
    from wavetank.emulator.lambda_.outcome import InvocationOutcome

RECEIVED_MAX = 10
"""The most that one ReceiveMessage, or one call with a batch, takes."""
SECOND = timedelta(seconds=1)

type Records = Sequence[dict[str, Any]]


class QueueSource:
    """The poller of one mapping of a queue."""

    def __init__(self, run: PolledRun, mapping: EventSourceMapping) -> None:
        self._run = run
        self._clock = run.clock
        self._mapping = mapping
        self._function = unqualified(mapping.function)
        self._patterns = [json.loads(pattern) for pattern in mapping.filters]
        self._concurrency = BatchConcurrency(mapping.concurrency_max)
        self._poll_plan = PlannedPoll(run.clock, self._poll)
        self._window_plan = PlannedPoll(run.clock, self._end_window)
        self._gathered: list[dict[str, Any]] = []
        self._bytes = 0
        self._stopped: dict[str, RecursiveLoop] = {}
        self._window_end: datetime | None = None
        self._running = 0
        self._waiting_since: datetime | None = None
        self._access = SourceAccess(run, mapping)
        self._faults = SourceFaults(run.matcher, mapping)
        self._returns_at_end = Counter[str]()
        self._url = ""

    def plan(self) -> None:
        """Schedule the next poll, and the end of the batching window."""
        self._poll_plan.plan(self._next_poll())
        self._window_plan.plan(self._window_end)

    def remaining(self) -> list[str]:
        """How many messages the queue holds."""
        found = self._run.simulator.queues.messages(self._mapping.source)
        if not found:
            return []
        text = f"{pluralize(len(found), 'message')} of {self._mapping.source_name}"
        if loops := {str(self._stopped[each]) for each in found if each in self._stopped}:
            text += f", in {min(loops)}"
        return [text]

    def _next_poll(self) -> datetime | None:
        visible = self._run.simulator.queues.next_visible(self._mapping.source)
        if visible is None and self._running < BATCHES_AT_FIRST:
            self._waiting_since = None
        if visible is None or self._is_given_up():
            return None
        now = self._clock.now
        if visible > now and self._running < BATCHES_AT_FIRST:
            self._waiting_since = None
        if self._gathered or self._running < self._concurrency.limit(self._waiting_since, now):
            return self._access.earliest(visible)
        if visible <= now and self._waiting_since is None:
            self._waiting_since = now
        if self._waiting_since is None:
            return None  # the end of a running batch makes room
        return self._concurrency.next_increase(self._waiting_since, now)

    def _is_given_up(self) -> bool:
        if self._clock.now <= self._run.last_action():
            return False
        queues, source = self._run.simulator.queues, self._mapping.source
        if self._access.is_given_up:
            return True
        if queues.has_dead_letter_queue(source):
            return False
        returns = self._returns_at_end
        return all(returns[each] >= FAILURES_MAX_AT_END for each in queues.messages(source))

    def _poll(self) -> None:
        try:
            messages = list(self._receive())
        except ClientError:
            self._access.refused()
            return
        self._access.accepted()
        self._gather([message_record(message, self._mapping.source) for message in messages])

    def _receive(self) -> Iterator[Any]:
        """What is visible now, at most what the batch has room for."""
        room = self._mapping.batch_size - len(self._gathered)
        sqs = self._sqs()
        while room > 0:
            found: Any = sqs.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=min(room, RECEIVED_MAX),
                MessageAttributeNames=["All"],
                MessageSystemAttributeNames=["All"],
                WaitTimeSeconds=0,
            ).get("Messages", [])
            yield from found
            if len(found) < RECEIVED_MAX:
                return
            room -= len(found)

    def _gather(self, records: Records) -> None:
        matching = self._offered(records)
        if not matching:
            return
        window = self._mapping.window
        if window and not self._gathered:
            self._window_end = self._clock.now + window
        for record in matching:
            size = len(json.dumps(record)) + SEPARATOR_BYTES
            if self._gathered and self._bytes + size > PAYLOAD_BYTES_MAX:
                self._invoke()
            self._gathered.append(record)
            self._bytes += size
        if not window or len(self._gathered) >= self._mapping.batch_size:
            self._invoke()

    def _offered(self, records: Records) -> Records:
        """Those that match a filter, without those of a recursive loop; the others are settled."""
        matching = [each for each in records if matches_filters(each, self._patterns)]
        ids = set(_ids(matching))
        self._delete(
            [each for each in records if each["messageId"] not in ids], "", Settlement.FILTERED
        )
        stopped = {each: loop for each in _ids(matching) if (loop := self._stopping_loop(each))}
        self._settle(
            [each for each in matching if each["messageId"] in stopped], "", Settlement.STOPPED
        )
        self._stopped |= stopped
        return [each for each in matching if each["messageId"] not in stopped]

    def _stopping_loop(self, message: str) -> RecursiveLoop | None:
        """The recursive loop for which Lambda does not invoke the function with the message."""
        causes = self._run.chains.causes([message])
        if not causes:
            return None
        cause = invocation_cause(self._function, self._mapping.source, causes)
        function = self._run.simulator.function(self._mapping.function)
        loop = recursive_loop(cause, is_allowed=function.may_recurse)
        return loop if loop is not None and loop.is_stopped else None

    def _end_window(self) -> None:
        if self._gathered:
            self._invoke()

    def _invoke(self) -> None:
        """Invoke the function with what is gathered."""
        records, self._gathered, self._bytes = tuple(self._gathered), [], 0
        self._window_end = None
        if len(records) > 1 and self._faults.splits(_batch(records)):
            # neighbours are apart, since they are often of one key
            self._invoke_with(records[::2])
            self._invoke_with(records[1::2])
        else:
            self._invoke_with(records)

    def _invoke_with(self, records: Records) -> None:
        self._running += 1
        ids = _ids(records)
        request = self._run.invocations.queue(
            self._mapping.function,
            {"Records": records},
            Trigger.QUEUE,
            on_end=lambda outcome: self._end(request, records, outcome),
            source=self._mapping.source,
            causes=self._run.chains.causes(ids),
        )
        source = self._mapping.recorded_source
        self._clock.record(EventOffered(self._clock.now, request, source, ids))
        for record in filter(_is_first, records):
            visible_after = self._faults.visible_after(record["messageId"])
            if visible_after is not None:
                self._show_after([record], visible_after)

    def _end(self, request: str, records: Records, outcome: "InvocationOutcome | None") -> None:
        """Delete what was processed; the rest is visible again after its visibility timeout."""
        self._running -= 1
        failed = self._failed(records, outcome)
        processed = [each for each in records if each["messageId"] not in failed]
        if (again := self._repeat_after(processed)) is None:
            self._delete(processed, request, Settlement.PROCESSED)
        else:
            failed = frozenset(_ids(records))
            self._show_after(processed, again)
        self._return([each for each in records if each["messageId"] in failed], request)

    def _return(self, failed: Records, request: str) -> None:
        """Leave the messages to their visibility timeout; the function may have deleted some."""
        gone = self._run.simulator.queues.gone(self._mapping.source, _ids(failed))
        deleted = [each for each in failed if each["messageId"] in gone]
        self._settle(deleted, request, Settlement.PROCESSED)
        returned = [each for each in failed if each["messageId"] not in gone]
        self._settle(returned, request, Settlement.RETURNED)

    def _repeat_after(self, processed: Records) -> timedelta | None:
        """How much later the messages come back by a fault, though they were processed."""
        if not processed or not all(map(_is_first, processed)):
            return None  # it repeats them once
        return self._faults.repeat_after(_batch(processed))

    def _show_after(self, records: Records, duration: timedelta) -> None:
        """Make the messages visible that much later, unless they are deleted or visible already."""
        sqs = self._run.simulator.aws.sqs
        for chunk in batched(records, RECEIVED_MAX, strict=False):
            entries: Any = [
                {
                    "Id": str(number),
                    "ReceiptHandle": record["receiptHandle"],
                    "VisibilityTimeout": duration // SECOND,
                }
                for number, record in enumerate(chunk)
            ]
            try:
                sqs.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)
            except sqs.exceptions.QueueDoesNotExist:
                return  # its messages are gone with it

    def _failed(self, records: Records, outcome: "InvocationOutcome | None") -> frozenset[str]:
        if outcome is None or outcome.is_error:
            return frozenset(_ids(records))
        if self._mapping.reports_item_failures:
            return failed_items(outcome.payload, _ids(records))
        return frozenset()

    def _delete(self, records: Records, request: str, settlement: Settlement) -> None:
        """Delete the messages; those that the role may not delete are visible again later."""
        for chunk in batched(records, RECEIVED_MAX, strict=False):
            entries: Any = [
                {"Id": str(number), "ReceiptHandle": record["receiptHandle"]}
                for number, record in enumerate(chunk)
            ]
            try:
                sqs = self._sqs()
                answer = sqs.delete_message_batch(QueueUrl=self._url, Entries=entries)
            except ClientError:
                self._settle(chunk, request, Settlement.RETURNED)
                continue
            failed = {int(entry["Id"]) for entry in answer.get("Failed", [])}
            kept = [record for number, record in enumerate(chunk) if number in failed]
            gone = [record for number, record in enumerate(chunk) if number not in failed]
            self._settle(gone, request, settlement)
            self._settle(kept, request, Settlement.RETURNED)

    def _settle(self, records: Records, request: str, settlement: Settlement) -> None:
        if not records:
            return
        now, source, ids = self._clock.now, self._mapping.recorded_source, _ids(records)
        function = self._mapping.consumer
        self._clock.record(EventSettled(now, request, source, ids, settlement, function))
        if settlement in {Settlement.PROCESSED, Settlement.FILTERED}:
            self._run.chains.forget(ids)
        elif now > self._run.last_action():
            self._returns_at_end.update(ids)

    def _sqs(self) -> Any:
        """The client with which Lambda polls.

        Raises:
            ClientError: the role or the queue does not exist.
        """
        if not self._url:
            name = self._mapping.source_name
            self._url = self._run.simulator.aws.sqs.get_queue_url(QueueName=name)["QueueUrl"]
        return self._access.clients().sqs


def _is_first(record: dict[str, Any]) -> bool:
    """Whether the message was never received before."""
    return bool(record["attributes"]["ApproximateReceiveCount"] == "1")


def _batch(records: Records) -> str:
    """The batch, for the history."""
    return f"a batch of {pluralize(len(records), 'message')}"


def _ids(records: Records) -> tuple[str, ...]:
    return tuple(record["messageId"] for record in records)
