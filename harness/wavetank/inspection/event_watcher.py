"""Watches a running pipeline of the ticker for new ticks, objects, failed attempts and alerts."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from wavetank.aws.clients import AwsClients
from wavetank.aws.observers import DeliveredObject, delivered_objects, topic_arn
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.aws.sandbox_mailbox import mailbox_page
from wavetank.core.clock import Clock, rfc3339
from wavetank.core.naming import Names
from wavetank.core.text import pluralize, span
from wavetank.inspection.access.bucket_access import PROBE_PREFIX
from wavetank.inspection.sandbox_watcher import (
    PipelineEvent,
    SandboxWatcher,
    WatchedKind,
    is_of_topics,
)
from wavetank.ticker.observers import TablePrice, last_tick, read_prices

OVERLAP = timedelta(hours=1)
POLLS_BETWEEN_LISTINGS = 15
POLLS_BETWEEN_READINGS = 5
RATE = timedelta(minutes=1)


@dataclass
class Watcher:
    """Polls the ticker pipeline, and returns events since the last poll.

    What exists at the first poll is reported in one line and not counted: a sandbox that restores
    the data of the last one has months of it.
    """

    aws: AwsClients
    names: Names
    endpoint: str
    clock: Clock
    alone: bool = True
    """Whether other functions in the sandbox are reported too: it has no other pipeline."""
    prices: list[TablePrice] = field(default_factory=list)
    totals: dict[WatchedKind, int] = field(default_factory=lambda: dict.fromkeys(WatchedKind, 0))
    ticked: datetime | None = None
    """When the last tick was noticed."""
    rule_on: bool = True
    records: int = 0
    """Records delivered since the first poll."""
    buffered: int = 0
    """Records in the delivery stream's buffer."""
    _polled: bool = False
    _delivered: int = 0
    _objects: int = 0
    """How many objects the stream has delivered since LocalStack's start."""
    _listed: int = 0
    """How many it had delivered at the last listing of the bucket."""
    _polls_until_listing: int = 0
    _polls_until_reading: int = 0
    _tick: datetime | None = None
    _keys: set[str] = field(default_factory=set)
    _newest: DeliveredObject | None = None

    def __post_init__(self) -> None:
        own = frozenset({self.names.streaming_function, self.names.notification_function})
        self._sandbox = SandboxWatcher(self.endpoint, self.clock, own)
        if not self.alone:
            self._sandbox.concerns = own.__contains__
            topic = f":{self.names.topic}"
            self._sandbox.concerns_alert = lambda message: is_of_topics(message, [topic])

    @property
    def given_up(self) -> set[str]:
        """The requests whose failure was reported by e-mail."""
        return self._sandbox.given_up

    def poll(self) -> list[PipelineEvent]:
        """The events since the last poll: ticks, then objects, then attempts and alerts."""
        if not self._polled:
            return self._first_poll()
        self._read_stream()
        objects = [self._event(WatchedKind.OBJECT, _object_line(e)) for e in self._new_objects()]
        others = self._sandbox.new_events()
        ticks = self._new_tick() if self._may_have_changed() else []
        events = sorted([*ticks, *objects, *others], key=lambda event: event.noticed)
        for event in events:
            self.totals[event.kind] += 1
        self._sandbox.problem = ""
        return events

    def _first_poll(self) -> list[PipelineEvent]:
        """Counts the existing objects and messages without listing them."""
        page = mailbox_page(self.endpoint, limit=0)
        alerts = page.alerts.get(topic_arn(self.aws, self.names), 0)
        held = SandboxControls(self.endpoint).bucket(self.names.bucket)
        found = [
            DeliveredObject(
                entry["key"], entry["size_bytes"], datetime.fromisoformat(entry["modified"])
            )
            for entry in held["newest"]
        ]
        self._keys = {entry.key for entry in found}
        self._newest = max(found, key=lambda entry: entry.key, default=None)
        self._read_stream()
        self._read_rule()
        events = [
            *self._existing(held["objects"], alerts),
            *self._new_tick(),
            *self._sandbox.poll(),
        ]
        self._polled, self.records = True, 0
        return events

    def _may_have_changed(self) -> bool:
        """Whether the rule and the table are read again: after an attempt, and now and then.

        Each read costs the sandbox more than all other requests of a poll together. The rule is
        changed by others, and so is the table where AWS's images run the functions.
        """
        self._polls_until_reading -= 1
        if not self._sandbox.had_attempts and self._polls_until_reading > 0:
            return False
        self._polls_until_reading = POLLS_BETWEEN_READINGS
        self._read_rule()
        return True

    def _read_rule(self) -> None:
        rule = self.aws.events.describe_rule(Name=self.names.rule)
        self.rule_on = rule["State"] == "ENABLED"

    def _existing(self, objects: int, messages: int) -> Iterator[PipelineEvent]:
        if objects or messages:
            existing = f"{pluralize(objects, 'object')} and {pluralize(messages, 'e-mail')}"
            yield self._event(WatchedKind.HELD, f"{existing} from before")

    def _read_stream(self) -> None:
        """The stream's counts restart at 0 with each LocalStack."""
        state = SandboxControls(self.endpoint).streams().get(self.names.delivery_stream, {})
        self._objects = state.get("objects_delivered", 0)
        before, self._delivered = self._delivered, state.get("records_delivered", 0)
        self.buffered = state.get("buffered_records", 0)
        # A lower count than before means that LocalStack was restarted.
        self.records += self._delivered - (before if self._delivered >= before else 0)

    def report(self, problem: str) -> list[PipelineEvent]:
        """An error of a poll, such as a deleted table; only reported when it changes."""
        return self._sandbox.report(problem)

    def counts(self) -> list[str]:
        """The counts of events since the first poll."""
        return [
            pluralize(self.totals[WatchedKind.TICK], "tick"),
            f"{len(self.given_up)} given up",
            pluralize(self.totals[WatchedKind.OBJECT], "object"),
            pluralize(self.records, "record"),
            pluralize(self.totals[WatchedKind.ALERT], "e-mail"),
        ]

    def state_rows(self) -> list[list[str]]:
        """The prices, then the counts."""
        prices = [f"{price.ticker} {price.price:.2f}" for price in self.prices]
        buffered = f"{pluralize(self.buffered, 'record')} buffered"
        return [prices, [*self.counts(), buffered]]

    def next_tick(self) -> list[str]:
        """The next tick, from the last one: AWS has no API for when a rule fires next."""
        if not self.rule_on:
            return ["no next tick: the rule is off"]
        if self.ticked is None:
            return ["no tick yet"]
        seconds = (self.ticked + RATE - self.clock.now()).total_seconds()
        return [f"next tick in {span(seconds)}" if seconds >= 1 else "next tick due"]

    def _new_tick(self) -> list[PipelineEvent]:
        """The tick in the table; if the function writes none, any change of the prices."""
        before, self.prices = self.prices, read_prices(self.aws, self.names.table)
        shown = "prices: " + "  ".join(f"{price.ticker} {price.price:.2f}" for price in self.prices)
        tick = last_tick(self.prices)
        if tick is None:
            if not (before and self.prices and before != self.prices):
                return []
            self.ticked = self.clock.now()
            return [self._event(WatchedKind.TICK, f"a change of the table  {shown}")]
        if tick == self._tick:
            return []
        self._tick, self.ticked = tick, self.clock.now()
        return [self._event(WatchedKind.TICK, f"{rfc3339(tick)}  {shown}")]

    def _new_objects(self) -> list[DeliveredObject]:
        """Objects arrive in the order of their keys, except those of the same second.

        LocalStack reads the whole bucket to list a part of it, so it is only asked once the stream
        has delivered, and occasionally for objects that others have put.
        """
        self._polls_until_listing -= 1
        if self._listed == self._objects and self._polls_until_listing > 0:
            return []
        self._listed, self._polls_until_listing = self._objects, POLLS_BETWEEN_LISTINGS
        after = ""
        if self._newest is not None:
            after = f"{self._newest.modified - OVERLAP:%Y/%m/%d/%H}"
        found = [
            entry
            for entry in delivered_objects(self.aws, self.names.bucket, after)
            if not entry.key.startswith(PROBE_PREFIX)
        ]
        fresh = [entry for entry in found if entry.key not in self._keys]
        self._keys = {entry.key for entry in found}
        self._newest = found[-1] if found else self._newest
        return fresh

    def _event(self, kind: WatchedKind, text: str) -> PipelineEvent:
        return PipelineEvent(kind, self.clock.now(), text)


def _object_line(entry: DeliveredObject) -> str:
    return f"{entry.key} ({entry.size_bytes} bytes)"
