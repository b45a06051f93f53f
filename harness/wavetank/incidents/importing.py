"""Exported events as workloads at their relative times, and the scenario that sends them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from wavetank.core.durations import YEAR, duration_text
from wavetank.core.errors import UsageError
from wavetank.core.field_values import FieldError
from wavetank.core.text import pluralize
from wavetank.incidents.events import ExportedEvent, Resending
from wavetank.incidents.scrubbing import Scrubber
from wavetank.incidents.targets import ImportTarget, ImportTargets
from wavetank.scenario.model import Scenario
from wavetank.scenario.schema import DESCRIPTION_CHARACTERS_MAX
from wavetank.scenario.workload.body import verbatim
from wavetank.scenario.workload.kinds import WORKLOADS_BY_NAME, WorkloadSpec

MINUTE, MILLISECOND = timedelta(minutes=1), timedelta(milliseconds=1)
MARGIN = 5 * MINUTE
"""How long a run goes on after the last event; what is in flight then is waited for in any case."""

SUMMARY = "An incident: "
"""How its description begins."""


@dataclass(frozen=True)
class Imported:
    """The scenario, and how many of each part of the events were left out."""

    scenario: Scenario
    left_out: Counter[str]


def import_events(
    name: str,
    events: Sequence[ExportedEvent],
    targets: ImportTargets,
    scrubber: Scrubber,
    to: ImportTarget | None = None,
) -> Imported:
    """A scenario of that name which sends the events, scrubbed, at their times from the first one.

    Events without a time are sent at the beginning. `to` gets them all; without it the resource is
    the one that the event was sent to in AWS.

    Raises:
        UsageError: there is no event, the template lacks the resource that one is for, or one
            cannot be scrubbed or sent.
    """
    if not events:
        raise UsageError("events to import", "none", "export the messages, objects or logs again")
    times = [each.at for each in events if each.at]
    if times and max(times) - min(times) > YEAR - 2 * MARGIN:
        expected = f"events within {duration_text(YEAR)} of each other"
        action = "import those of the incident alone"
        raise UsageError(expected, f"from {min(times)} to {max(times)}", action)
    begin = min(times, default=None)
    workloads = [
        _workload(each, _since(begin, each.at), targets, scrubber, to)
        for each in sorted(events, key=lambda each: _since(begin, each.at))
    ]
    horizon = ceil((workloads[-1].begins + MARGIN) / MINUTE) * MINUTE
    scenario = Scenario(
        name=name,
        description=f"{SUMMARY}{', '.join(_summary(workloads))}"[:DESCRIPTION_CHARACTERS_MAX],
        horizon=horizon,
        workloads=tuple(workloads),
    )
    return Imported(scenario, Counter(part for each in events for part in each.left_out))


def _since(begin: datetime | None, at: datetime | None) -> timedelta:
    """The time since the beginning, in whole milliseconds."""
    if begin is None or at is None:
        return timedelta()
    return (at - begin) // MILLISECOND * MILLISECOND


def _summary(workloads: Sequence[WorkloadSpec]) -> Iterator[str]:
    """`3 times send-message to Orders`, with the time that all take at the end."""
    for (kind, target), count in Counter((each.kind, each.target) for each in workloads).items():
        yield f"{pluralize(count, 'time')} {kind} to {target}"
    yield f"within {duration_text(max(workloads[-1].begins, timedelta()))}"


def _workload(
    event: ExportedEvent,
    begins: timedelta,
    targets: ImportTargets,
    scrubber: Scrubber,
    to: ImportTarget | None,
) -> WorkloadSpec:
    way, target = _way(event, targets, to)
    body = scrubber.body(way.body, event.where)
    fields: dict[str, Any] = {
        name: verbatim(scrubber.text(value, event.where)) for name, value in way.fields.items()
    }
    kind = WORKLOADS_BY_NAME[target.kind]
    written = verbatim(body) if isinstance(body, str) else body
    try:
        return kind(target=target.name, count=1, begins=begins, body=written, **fields)
    except FieldError as error:
        found = f"{error.found} in {event.where}"
        raise UsageError(error.expected, found, "choose another --to, or leave it out") from error


def _way(
    event: ExportedEvent, targets: ImportTargets, to: ImportTarget | None
) -> tuple[Resending, ImportTarget]:
    """How the event is sent again, and to what."""
    if to is not None:
        return event.resending(to.kind), to
    for way in event.ways:
        if way.resource is not None:
            return way, targets.of_resource(way.kind, way.resource, event.where)
    raise UsageError(
        "the queue, function or bucket that each event is for",
        f"{event.where}, which does not name it",
        "name a resource of the template with --to",
    )
