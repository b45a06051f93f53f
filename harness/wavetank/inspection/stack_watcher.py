"""Watches a deployed stack: attempts of its functions, objects in its buckets, its alerts."""

from dataclasses import dataclass, field

from wavetank.aws.clients import AwsClients
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.aws.sandbox_mailbox import MailboxMessage
from wavetank.core.clock import Clock
from wavetank.core.text import pluralize
from wavetank.inspection.access.bucket_access import PROBE_PREFIX
from wavetank.inspection.sandbox_watcher import (
    PipelineEvent,
    SandboxWatcher,
    WatchedKind,
    is_of_topics,
)
from wavetank.inspection.stack_resources import (
    BUCKET,
    FUNCTION,
    TOPIC,
    PipelineStacks,
    pipeline_stacks,
)

POLLS_BETWEEN_READINGS = 30
"""The stack is also read again when a function is seen that it did not have."""


@dataclass
class StackWatcher:
    """Polls a sandbox, and returns new events of one stack since the last poll.

    Objects that exist at the first poll are not reported.
    """

    aws: AwsClients
    name: str
    endpoint: str
    clock: Clock
    totals: dict[WatchedKind, int] = field(default_factory=lambda: dict.fromkeys(WatchedKind, 0))
    _keys: dict[str, set[str]] = field(default_factory=dict)
    _foreign: set[str] = field(default_factory=set)
    _polls_until_reading: int = 0

    def __post_init__(self) -> None:
        self._stacks = self._read()
        self._sandbox = SandboxWatcher(
            self.endpoint,
            self.clock,
            concerns=self._has_function,
            concerns_alert=self._sent,
        )

    def poll(self) -> list[PipelineEvent]:
        """The events since the last poll: attempts and alerts, then objects."""
        self._polls_until_reading -= 1
        if self._polls_until_reading <= 0:
            self._stacks = self._read()
        events = [*self._sandbox.poll(), *self._new_objects()]
        for event in events:
            self.totals[event.kind] += 1
        return events

    def report(self, problem: str) -> list[PipelineEvent]:
        """An error of a poll; only reported when it changes."""
        return self._sandbox.report(problem)

    def counts(self) -> list[str]:
        """The counts of events since the first poll."""
        totals = self.totals
        attempts = totals[WatchedKind.ATTEMPT] + totals[WatchedKind.FAILURE]
        return [
            pluralize(attempts, "attempt"),
            f"{totals[WatchedKind.FAILURE]} failed",
            pluralize(totals[WatchedKind.OBJECT], "object"),
            pluralize(totals[WatchedKind.ALERT], "e-mail"),
        ]

    def state_rows(self) -> list[list[str]]:
        """The counts."""
        return [self.counts()]

    def next_tick(self) -> list[str]:
        """Nothing: a stack may have any number of schedules."""
        return []

    def _read(self) -> PipelineStacks:
        self._polls_until_reading = POLLS_BETWEEN_READINGS
        return pipeline_stacks(self.aws, self.name)

    def _has_function(self, function: str) -> bool:
        if function in self._stacks.names(FUNCTION):
            return True
        if function in self._foreign:
            return False
        self._stacks = self._read()
        if function in self._stacks.names(FUNCTION):
            return True
        self._foreign.add(function)
        return False

    def _sent(self, message: MailboxMessage) -> bool:
        return is_of_topics(message, self._stacks.names(TOPIC))

    def _new_objects(self) -> list[PipelineEvent]:
        events = []
        for bucket in self._stacks.names(BUCKET):
            newest = SandboxControls(self.endpoint).bucket(bucket)["newest"]
            found = {
                entry["key"]: entry["size_bytes"]
                for entry in newest
                if not entry["key"].startswith(PROBE_PREFIX)
            }
            known = self._keys.get(bucket)
            self._keys[bucket] = (known or set()) | found.keys()
            for key in sorted(found.keys() - known) if known is not None else ():
                text = f"{bucket}/{key} ({found[key]} bytes)"
                events.append(PipelineEvent(WatchedKind.OBJECT, self.clock.now(), text))
        return events
