"""Kinesis Data Streams: a stream by name or ARN, or by the iterator of one of its shards.

[Kinesis Data Streams developer guide: controlling-access]
"""

import binascii
from collections.abc import Iterator

from moto.kinesis.utils import decompose_shard_iterator

from wavetank.emulator.iam_enforcement.operations.by_table import actions_by_table
from wavetank.emulator.iam_enforcement.reference import find_action
from wavetank.emulator.iam_enforcement.required_action import Call, RequiredAction


def actions_of_kinesis(call: Call) -> Iterator[RequiredAction]:
    """Those of the table, and of each stream that the call names: by ARN, name or iterator.

    moto takes the name first and the table the ARN, so that a call with two names needs both.
    """
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
    other = call.parameters.get("StreamName")
    action = find_action(f"kinesis:{call.operation}")
    if other and named and action and action.types:  # others are permitted for all streams only
        yield RequiredAction(action.name, call.arn(f"stream/{other}"))
    yield from actions_by_table(call)
