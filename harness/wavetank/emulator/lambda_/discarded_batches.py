"""The record that Lambda sends to a mapping's on-failure destination for a discarded batch.

It has metadata only, except in S3, where the records are added.
[Lambda developer guide: kinesis-on-failure-destination, services-dynamodb-errors]
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wavetank.core.resource_name import service_of
from wavetank.emulator.lambda_.stream_policy import DiscardCondition, Records

VERSION = "1.0"


@dataclass(frozen=True, kw_only=True)
class DiscardedBatch:
    """Records of a shard that are discarded, after `invocations` of which `request` was the last.

    `reported` are records that the function itself named as failed, so that it has not failed.
    """

    mapping: str
    function: str
    version: str
    stream: str
    shard: str
    records: Records
    condition: DiscardCondition
    request: str
    invocations: int
    reported: bool
    now: datetime

    def message(self) -> dict[str, Any]:
        """The record for a queue or a topic."""
        answered = {"responseContext": self._response()} if self.invocations else {}
        first, last = self.records[0], self.records[-1]
        is_kinesis = service_of(self.stream) == "kinesis"
        precision = "milliseconds" if is_kinesis else "seconds"
        return {
            "requestContext": {
                "requestId": self.request,
                "functionArn": self.function,
                "condition": str(self.condition),
                "approximateInvokeCount": self.invocations,
            },
            **answered,
            "version": VERSION,
            "timestamp": _timestamp(self.now, "milliseconds"),
            "KinesisBatchInfo" if is_kinesis else "DDBStreamBatchInfo": {
                "shardId": self.shard,
                "startSequenceNumber": first.id,
                "endSequenceNumber": last.id,
                "approximateArrivalOfFirstRecord": _timestamp(first.arrived, precision),
                "approximateArrivalOfLastRecord": _timestamp(last.arrived, precision),
                "batchSize": len(self.records),
                "streamArn": self.stream,
            },
        }

    def object(self) -> dict[str, Any]:
        """The record for S3."""
        payload = {"Records": [record.content for record in self.records]}
        return {**self.message(), "payload": payload}

    def object_key(self, new_id: str) -> str:
        """The key of the record in S3, with a random id."""
        day, instant = f"{self.now:%Y/%m/%d}", f"{self.now:%Y-%m-%dT%H.%M.%S}"
        return f"aws/lambda/{self.mapping}/{self.shard}/{day}/{instant}-{new_id}"

    def _response(self) -> dict[str, Any]:
        error = {} if self.reported else {"functionError": "Unhandled"}
        return {"statusCode": 200, "executedVersion": self.version, **error}


def _timestamp(instant: datetime, precision: str) -> str:
    return instant.replace(tzinfo=None).isoformat(timespec=precision) + "Z"
