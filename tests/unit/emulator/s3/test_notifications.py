"""Which keys a bucket's notification is for, and the order of its sequencers."""

import threading
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest

from wavetank.core.clock import WallClock
from wavetank.emulator.s3.notifications import BucketNotifications, QueueNotifier, Sequencers

PUT = "s3:ObjectCreated:Put"


class StoppedClock(WallClock):
    """A clock that the test advances."""

    time = datetime(2026, 11, 30, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


def _selects(key: str, **rules: str) -> bool:
    notifier: Any = QueueNotifier(None)  # type: ignore[arg-type]  # sends nothing here
    context = SimpleNamespace(event_type=PUT, key_name=quote(key))
    filters = [{"Name": name.capitalize(), "Value": value} for name, value in rules.items()]
    config = {"Events": ["s3:ObjectCreated:*"], "Filter": {"Key": {"FilterRules": filters}}}
    return bool(notifier.should_notify(context, config))


@pytest.mark.parametrize(
    ("key", "rules", "selected"),
    [
        ("in/a.json", {"prefix": "in/", "suffix": ".json"}, True),
        ("in/a.txt", {"prefix": "in/", "suffix": ".json"}, False),
        ("in b/a.json", {"prefix": "in b/"}, True),
        ("in b/a.json", {"prefix": "in+b/"}, True),
        ("in+b/a.json", {"prefix": "in+b/"}, True),
        ("a.json", {}, True),
    ],
)
def test_a_filter_is_compared_with_the_key_itself(
    key: str,
    rules: dict[str, str],
    selected: bool,  # noqa: FBT001 - a parameter of pytest
) -> None:
    """Its value may be URL-encoded, as the guide wants it for special characters."""
    assert _selects(key, **rules) is selected


def test_sequencers_are_in_the_order_of_events() -> None:
    """Within one instant too; and a new run has the same ones."""
    clock, sequencers = StoppedClock(), Sequencers()
    found = [sequencers.next(clock) for _ in range(20)]
    clock.time += timedelta(seconds=1)
    found.append(sequencers.next(clock))
    assert found == sorted(set(found))
    sequencers.restart()
    assert sequencers.next(StoppedClock()) == found[0]


def test_a_sequencer_is_drawn_when_an_object_is_written() -> None:
    """Once for all targets and in the order of writes, whichever thread delivers first."""
    drawn: dict[int, list[str]] = {}
    dispatcher = BucketNotifications(
        None,  # type: ignore[arg-type]  # delivers nothing here
        StoppedClock(),
        is_synchronous=False,
    )
    notifier = SimpleNamespace(
        service_name="sqs",
        should_notify=lambda *_: True,
        notify=lambda ctx, _: drawn.setdefault(ctx.write, []).append(ctx.sequencer),
    )
    faked: Any = notifier
    dispatcher.notifiers = {"QueueConfigurations": faked}
    tasks: list[Any] = []
    dispatcher.executor.shutdown()
    dispatcher.executor = SimpleNamespace(submit=lambda *task: tasks.append(task))
    for write in range(3):
        dispatcher.send_notifications(
            SimpleNamespace(write=write), {"QueueConfigurations": [{}, {}]}
        )
    for call, *arguments in reversed(tasks):
        call(*arguments)
    assert all(len(set(found)) == 1 and len(found) == 2 for found in drawn.values())
    assert [drawn[write][0] for write in range(3)] == sorted(found[0] for found in drawn.values())


def test_sequencers_of_several_threads_differ() -> None:
    """Requests are made in several threads."""
    clock, sequencers, found = StoppedClock(), Sequencers(), list[str]()

    def draw() -> None:
        found.extend([sequencers.next(clock) for _ in range(500)])

    threads = [threading.Thread(target=draw) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 4_000
