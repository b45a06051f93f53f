"""For each invariant that a handler can break: what it usually is, and what helps. One sentence."""

from collections.abc import Mapping
from types import MappingProxyType

HINTS: Mapping[str, str] = MappingProxyType(
    {
        "schedule-completeness": "the rule did not invoke the function for each due instant: look "
        "at its targets and at the function's permission for events.amazonaws.com",
        "no-silent-failure": "a request failed and nobody was told: give the function an "
        "on-failure destination, and its role the right to reach it",
        "one-notice": "each failure is to be told once to each confirmed address: look at what the "
        "notification function publishes, and how often",
        "conservation": "records were accepted and did not arrive: look at the delivery stream's "
        "role and at what its log says",
        "drained": "something was still being tried at the end: look for a fault that never heals, "
        "or let the run last longer",
        "readable-records": "a record is neither a JSON object with ticker, timestamp and price "
        "nor in the form of the assignment's script",
        "delivered-ticks": "the handler said that all is well, or went on, and records are "
        "missing: look at FailedPutCount, put what was refused again, make missed minutes good",
        "alerted-minutes": "minutes are missing and nobody was told: raise an error where work is "
        "left undone, so that Lambda retries it and then tells people",
        "identical-copies": "a tick that came twice made other prices the second time: derive its "
        "prices from the tick's own time and the price before it, not from chance",
        "walk-continuity": "prices jump, as a tick moved the table and its records never arrived: "
        "put the records first and write the prices back after that, all at once",
        "table-agreement": "the table does not end on what was delivered last: write back just "
        "what was put, and only forward in time",
        "alerts": "people were to hear of this: look at the destination, the topic and the "
        "addresses that have confirmed",
    }
)
"""By the invariant's key."""
