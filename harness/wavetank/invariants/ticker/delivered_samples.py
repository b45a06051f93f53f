"""The samples that an event of a history delivers, read once for all the checks that ask."""

from functools import lru_cache

from wavetank.core.ticker_records import Sample, parse_sample
from wavetank.history import Event, ObjectDelivered

OBJECTS_KEPT = 64
"""All invariants read one object before the next, so each is parsed once for all of them."""


def delivered_samples(event: Event) -> tuple[Sample, ...]:
    """What the event delivers, where it is readable."""
    return _samples(event.records) if isinstance(event, ObjectDelivered) else ()


@lru_cache(OBJECTS_KEPT)
def _samples(records: tuple[str, ...]) -> tuple[Sample, ...]:
    return tuple([sample for sample in map(parse_sample, records) if sample is not None])
