"""Kinesis Data Streams: a stream by name or ARN, or by the iterator of one of its shards.

[Kinesis Data Streams developer guide: controlling-access]
"""

import binascii
from collections.abc import Iterator

from moto.kinesis.utils import decompose_shard_iterator

from wavetank.emulator.iam_enforcement.operations.by_table import actions_by_table
from wavetank.emulator.iam_enforcement.required_action import Call, RequiredAction


def actions_of_kinesis(call: Call) -> Iterator[RequiredAction]:
    """Those of the table, and the one on the stream that an iterator names, which is read."""
    iterator = call.parameters.get("ShardIterator")
    named = call.parameters.get("StreamARN")
    if iterator:
        try:
            name, *_ = decompose_shard_iterator(str(iterator))
        except (binascii.Error, ValueError):  # the service refuses it
            name = ""
        if name:
            arn = call.arn(f"stream/{name}")
            yield RequiredAction(f"kinesis:{call.operation}", arn)
            if named in {None, arn}:
                return
    yield from actions_by_table(call)
