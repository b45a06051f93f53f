"""What happens in a running pipeline, as it happens: ticks, objects, alerts."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from wavetank.aws.clients import AwsClients
from wavetank.aws.observers import (
    DeliveredObject,
    TablePrice,
    delivered_objects,
    last_tick,
    read_prices,
)
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.aws.sandbox_mailbox import ALERT, MailboxMessage, mailbox_page, messages_since
from wavetank.core.clock import Clock, rfc3339
from wavetank.core.naming import Names
from wavetank.core.text import counted

OVERLAP = timedelta(hours=1)
LOOKS_BETWEEN_LISTINGS = 15
NOT_SAID = "not said"
"""What an alert has in place of what Lambda's record does not tell."""


class WatchedKind(StrEnum):
    """What can be seen to happen."""

    HELD = "held"
    TICK = "tick"
    OBJECT = "object"
    ALERT = "alert"
    RESTART = "restart"
    TROUBLE = "trouble"


@dataclass(frozen=True)
class Happening:
    """One thing that happened, when it was noticed, in words."""

    kind: WatchedKind
    noticed: datetime
    text: str


@dataclass
class Watcher:
    """Looks again and again, and tells what is new since the last look.

    What is there at the first look is told in one line and counts for nothing: a sandbox that takes
    up what the last one held has months of it.
    """

    aws: AwsClients
    names: Names
    endpoint: str
    clock: Clock
    prices: list[TablePrice] = field(default_factory=list)
    totals: dict[WatchedKind, int] = field(default_factory=lambda: dict.fromkeys(WatchedKind, 0))
    ticked: datetime | None = None
    """When the last tick was noticed."""
    rule_on: bool = True
    records: int = 0
    """That were delivered since the first look."""
    buffered: int = 0
    """Records that the delivery stream holds."""
    given_up: set[str] = field(default_factory=set)
    """The requests whose failure was told by e-mail."""
    _looked: bool = False
    _delivered: int = 0
    _objects: int = 0
    """How many objects the stream has delivered since LocalStack's start."""
    _listed: int = 0
    """How many it had delivered at the last listing of the bucket."""
    _looks_until_listing: int = 0
    _tick: datetime | None = None
    _keys: set[str] = field(default_factory=set)
    _newest: DeliveredObject | None = None
    _message: str = ""
    """The id of the last message that was told of."""
    _trouble: str = ""

    def look(self) -> list[Happening]:
        """What is new, in the order of a pipeline: ticks, objects, alerts."""
        if not self._looked:
            return self._first_look()
        self._look_at_stream()
        objects, messages = self._new_objects(), self._new_messages()
        self._look_at_rule()
        self._trouble = ""
        happenings = [
            *self._new_tick(),
            *(self._happening(WatchedKind.OBJECT, _object_line(entry)) for entry in objects),
            *(self._happening(WatchedKind.ALERT, _alert_line(message)) for message in messages),
        ]
        self.given_up |= {_request(message.text) for message in messages}
        for happening in happenings:
            self.totals[happening.kind] += 1
        return happenings

    def _first_look(self) -> list[Happening]:
        """Counts what there is, which may be months of it, and lists nothing."""
        page = mailbox_page(self.endpoint, limit=0)
        held = SandboxControls(self.endpoint).bucket(self.names.bucket)
        found = [
            DeliveredObject(
                entry["key"], entry["size_bytes"], datetime.fromisoformat(entry["modified"])
            )
            for entry in held["newest"]
        ]
        self._keys = {entry.key for entry in found}
        self._newest = max(found, key=lambda entry: entry.key, default=None)
        self._look_at_stream()
        self._look_at_rule()
        happenings = [*self._before(held["objects"], page.alerts), *self._new_tick()]
        self._looked, self._message, self.records = True, page.newest, 0
        return happenings

    def _look_at_rule(self) -> None:
        rule = self.aws.events.describe_rule(Name=self.names.rule)
        self.rule_on = rule["State"] == "ENABLED"

    def _before(self, objects: int, messages: int) -> Iterator[Happening]:
        if objects or messages:
            there = f"{counted(objects, 'object')} and {counted(messages, 'e-mail')}"
            yield self._happening(WatchedKind.HELD, f"{there} from before")

    def _look_at_stream(self) -> None:
        """Its counts begin again with each LocalStack."""
        state = SandboxControls(self.endpoint).streams().get(self.names.delivery_stream, {})
        self._objects = state.get("objects_delivered", 0)
        before, self._delivered = self._delivered, state.get("records_delivered", 0)
        self.buffered = state.get("records_held", 0)
        self.records += self._delivered - (before if self._delivered >= before else 0)

    def notice(self, trouble: str) -> list[Happening]:
        """Something that cannot be looked at, such as a deleted table: news only once."""
        if trouble == self._trouble:
            return []
        self._trouble = trouble
        return [self._happening(WatchedKind.TROUBLE, trouble)]

    def _new_tick(self) -> list[Happening]:
        """A tick by its name; where the function leaves none in the table, by the prices moving."""
        before, self.prices = self.prices, read_prices(self.aws, self.names.table)
        shown = "  ".join(f"{price.price:.2f}" for price in self.prices)
        tick = last_tick(self.prices)
        if tick is None:
            if not (before and self.prices and before != self.prices):
                return []
            self.ticked = self.clock.now()
            return [self._happening(WatchedKind.TICK, f"prices moved  {shown}")]
        if tick == self._tick:
            return []
        self._tick, self.ticked = tick, self.clock.now()
        return [self._happening(WatchedKind.TICK, f"{rfc3339(tick)}  {shown}")]

    def _new_objects(self) -> list[DeliveredObject]:
        """Objects arrive in the order of their keys, but for those of one second.

        LocalStack goes through the whole bucket to list a part of it, so it is asked only once the
        stream has delivered, and now and then for what others may have put there.
        """
        self._looks_until_listing -= 1
        if self._listed == self._objects and self._looks_until_listing > 0:
            return []
        self._listed, self._looks_until_listing = self._objects, LOOKS_BETWEEN_LISTINGS
        after = ""
        if self._newest is not None:
            after = f"{self._newest.modified - OVERLAP:%Y/%m/%d/%H}"
        found = delivered_objects(self.aws, self.names.bucket, after)
        fresh = [entry for entry in found if entry.key not in self._keys]
        self._keys = {entry.key for entry in found}
        self._newest = found[-1] if found else self._newest
        return fresh

    def _new_messages(self) -> list[MailboxMessage]:
        """Those after the last one; none where a LocalStack that came back does not have that."""
        fresh: list[MailboxMessage] = []
        for page in messages_since(self.endpoint, self._message, kind=ALERT):
            if not page.continues:
                self._message = mailbox_page(self.endpoint, limit=0).newest
                return []
            fresh += page.messages
            self._message = page.next
        return fresh

    def _happening(self, kind: WatchedKind, text: str) -> Happening:
        return Happening(kind, self.clock.now(), text)


def _object_line(entry: DeliveredObject) -> str:
    return f"{entry.key} ({entry.size_bytes} bytes)"


def _alert_line(message: MailboxMessage) -> str:
    return f"to {message.address}: {_error_line(message.text)}"


def _request(text: str) -> str:
    """The request that the alert is about; the whole text where it names none."""
    named = (line for line in text.splitlines() if line.startswith("Request:"))
    return next(named, text)


def _error_line(text: str) -> str:
    """The line of the alert that says what went wrong, or why it was given up, or its first."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for name in ("Error:", "Reason:"):
        for line in lines:
            if line.startswith(name) and not line.endswith(NOT_SAID):
                return line.removeprefix(name).strip()
    return (lines or ["empty message"])[0]
