"""Which events of a batch a function reports as failed: its `batchItemFailures`.

For mappings with ReportBatchItemFailures. All events have failed if the response is invalid: not
JSON, or an item without an identifier, with an empty one, or with one that is not in the batch.
[Lambda developer guide: services-sqs-errorhandling, services-kinesis-batchfailurereporting]
"""

import json
from collections.abc import Collection


def failed_items(answer: bytes, ids: Collection[str]) -> frozenset[str]:
    """The failed ones of these ids, by the function's response."""
    try:
        return reported_failures(json.loads(answer or b"null"), ids)
    except ValueError:
        return frozenset(ids)


def reported_failures(response: object, ids: Collection[str]) -> frozenset[str]:
    """The failed ones of these ids, by the function's response as parsed JSON."""
    everything = frozenset(ids)
    if not response:
        return frozenset()
    if not isinstance(response, dict):
        return everything
    reported = response.get("batchItemFailures")
    if not reported:
        return frozenset()
    if not isinstance(reported, list):
        return everything
    failed = {_identifier(item) for item in reported}
    return everything.intersection(failed) if failed <= everything else everything


def _identifier(item: object) -> str:
    """The identifier of a reported failure; empty if it has none, which no event has."""
    found = item.get("itemIdentifier") if isinstance(item, dict) else None
    return found if isinstance(found, str) else ""
