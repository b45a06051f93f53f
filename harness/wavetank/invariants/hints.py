"""For each invariant that a handler can break, the usual cause and what helps, in one sentence."""

from collections.abc import Mapping
from types import MappingProxyType

HINTS: Mapping[str, str] = MappingProxyType(
    {
        "schedule-completeness": "the rule did not invoke the function for each due instant: look "
        "at its targets and at the function's permission for events.amazonaws.com",
        "no-silent-failure": "a request failed and nothing reported it: give the function an "
        "on-failure destination, and its role the permission to reach it",
        "order": "a batch was settled in part: report the first failed item and all later ones of "
        "its group in batchItemFailures",
        "one-notice": "each confirmed address gets one message per failure: look at what the "
        "notification function publishes, and how often",
        "conservation": "records were accepted and did not arrive: look at the delivery stream's "
        "role and log",
        "drained": "something was still being retried at the end: look for a fault that is not "
        "reverted, or use a longer horizon",
        "readable-records": "a record is neither a JSON object with ticker, timestamp and price "
        "nor in the format of the assignment's script",
        "delivered-ticks": "the handler succeeded although records are missing: check "
        "FailedPutCount, put refused records again, and deliver missed minutes later",
        "alerted-minutes": "minutes are missing without an alert: raise an error if work remains "
        "undone, so that Lambda retries it and then sends an alert",
        "identical-copies": "a tick that arrived twice made other prices: derive its prices from "
        "the tick's own time and the price before it, not from random numbers",
        "walk-continuity": "prices jump, since a tick changed the table and its records are lost: "
        "put the records first, then write all prices in one transaction",
        "table-agreement": "the table does not have the last delivered prices: write exactly "
        "what was put, and only forward in time",
        "alerts": "the scenario expects alerts: look at the destination, the topic and the "
        "confirmed addresses",
    }
)
"""By the key of the invariant."""
