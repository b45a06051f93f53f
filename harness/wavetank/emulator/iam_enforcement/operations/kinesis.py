"""Kinesis Data Streams: a stream by name or ARN, or by the iterator of one of its shards.

[Kinesis Data Streams developer guide: controlling-access]
"""

import binascii
from collections.abc import Iterator

from moto.kinesis.utils import decompose_shard_iterator

from wavetank.emulator.iam_enforcement.operations.by_table import actions_by_table
from wavetank.emulator.iam_enforcement.required_action import Call, RequiredAction


def actions_of_kinesis(call: Call) -> Iterator[RequiredAction]:
    """Those of the table; an iterator names its stream."""
    iterator = call.parameters.get("ShardIterator")
    if iterator and not call.parameters.get("StreamARN"):
        try:
            name, *_ = decompose_shard_iterator(str(iterator))
        except (binascii.Error, ValueError):  # the service refuses it
            name = ""
        if name:
            yield RequiredAction(f"kinesis:{call.operation}", call.arn(f"stream/{name}"))
            return
    yield from actions_by_table(call)
