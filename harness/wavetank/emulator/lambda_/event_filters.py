"""Which records of queues and streams match the filters of an event source mapping.

[Lambda developer guide: invocation-eventfiltering, with-sqs-filtering, with-kinesis-filtering,
with-ddb-filtering]
"""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

DATA = "data"
"""The key of a filter of a Kinesis mapping that is about the records' data, as JSON."""

type Json = Mapping[str, Any]


def matches_filters(record: Json, patterns: Sequence[Json]) -> bool:
    """Whether the record, as in the function's event, matches a pattern; it does without any.

    The body of a message that is JSON is matched by its members, any other as a string. A record
    of Kinesis whose data is not JSON matches no pattern about the data.
    """
    if not patterns:
        return True
    from localstack.utils.event_matcher import matches_event  # noqa: PLC0415 - the rest does without LocalStack

    filtered = dict(record)
    if "body" in record:
        filtered["body"] = _parsed(record["body"], otherwise=record["body"])
    if "kinesis" in record:
        data = _parsed(base64.b64decode(record["kinesis"]["data"]), otherwise=None)
        patterns = [each for each in patterns if data is not None or DATA not in each]
        filtered[DATA] = data
    return any(matches_event(dict(pattern), filtered) for pattern in patterns)


def _parsed(text: str | bytes, *, otherwise: Any) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return otherwise
