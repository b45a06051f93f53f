"""A sample as the bytes of one delivered record.

`ndjson`: one JSON object a line, with an exact price. `original`: the text form of the script that
the assignment hands out, byte for byte - bare keys, no zone, no end of line.
"""

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType

from streaming.walk import Sample


def as_ndjson(sample: Sample) -> bytes:
    """`{"ticker":"Index_1","timestamp":"2026-11-23T18:06:15Z","price":100.1234567}` and an LF."""
    ticker = json.dumps(sample.ticker)
    timestamp = sample.instant.strftime("%Y-%m-%dT%H:%M:%SZ")
    return f'{{"ticker":{ticker},"timestamp":"{timestamp}","price":{sample.price:f}}}\n'.encode()


def as_original(sample: Sample) -> bytes:
    """`{ticker : Index_1, timestamp : 2026-11-23 18:06:15, price : 100.1234567}`."""
    timestamp = sample.instant.replace(tzinfo=None)
    price = float(sample.price)
    return f"{{ticker : {sample.ticker}, timestamp : {timestamp}, price : {price}}}".encode()


FORMATS: Mapping[str, Callable[[Sample], bytes]] = MappingProxyType(
    {"ndjson": as_ndjson, "original": as_original}
)
