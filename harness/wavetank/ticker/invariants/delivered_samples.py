"""The samples that an event delivers, parsed once for all invariants."""

from functools import lru_cache

from wavetank.history import Event, ObjectDelivered
from wavetank.ticker.records import Sample, parse_sample

CACHED_OBJECTS = 64
"""All invariants observe one object before the next, so each is parsed once for all of them."""


def delivered_samples(event: Event) -> tuple[Sample, ...]:
    """The readable samples that the event delivers."""
    return _samples(event.records) if isinstance(event, ObjectDelivered) else ()


@lru_cache(CACHED_OBJECTS)
def _samples(records: tuple[str, ...]) -> tuple[Sample, ...]:
    return tuple([sample for sample in map(parse_sample, records) if sample is not None])
