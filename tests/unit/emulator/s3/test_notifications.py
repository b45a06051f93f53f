"""Which keys a bucket's notification is for, and the order of its sequencers."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest

from wavetank.core.clock import WallClock
from wavetank.emulator.s3.notifications import QueueNotifier, Sequencers

PUT = "s3:ObjectCreated:Put"


class StoppedClock(WallClock):
    """A clock that the test advances."""

    time = datetime(2026, 11, 30, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


def _selects(key: str, **rules: str) -> bool:
    notifier: Any = QueueNotifier(None, StoppedClock())  # type: ignore[arg-type]  # sends nothing here
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
