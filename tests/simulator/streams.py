"""A function that reads streams in the simulator: each test creates the streams and mappings."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from tests.simulator.conftest import Deployed
from tests.simulator.queues import RECEIVE, QueueReader, deployed_function

NAME = "stream-reader"
SOURCE = b"""
import base64, json, time
import boto3

SEEN = {}

def handler(event, context):
    failures = []
    for record in event["Records"]:
        if "body" in record:  # the report about a poisonous record, which is put once more
            poison = json.dumps({"fail": 99_999, "raise": True})
            kinesis = boto3.client("kinesis")
            kinesis.put_record(StreamName="prices", Data=poison, PartitionKey="k")
            return {}
        if "kinesis" in record:
            number, data = record["kinesis"]["sequenceNumber"], record["kinesis"]["data"]
            text = base64.b64decode(data).decode()
        else:
            number = record["dynamodb"]["SequenceNumber"]
            text = record["dynamodb"].get("NewImage", {}).get("wish", {}).get("S", "")
        wish = json.loads(text) if text.startswith("{") else {}
        print(json.dumps(record))
        SEEN[number] = SEEN.get(number, 0) + 1
        if "sleep" in wish:
            time.sleep(wish["sleep"])  # virtual time: the function is slow
        for name in ("put", "again"):
            if name in wish:
                sent = text if name == "again" else "sent"
                kinesis = boto3.client("kinesis")
                kinesis.put_record(StreamName=wish[name], Data=sent, PartitionKey="k")
        if SEEN[number] <= wish.get("fail", 0):
            failures.append(number)
            if wish.get("raise"):
                raise RuntimeError("on purpose")
        if "answer" in wish:
            return wish["answer"]
    return {"batchItemFailures": [{"itemIdentifier": each} for each in failures]}
"""
READ = (
    *("kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:DescribeStream"),
    *("dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream"),
)
WRITE = (*RECEIVE, "kinesis:PutRecord", "sqs:SendMessage", "sns:Publish", "s3:PutObject")


class StreamReader(QueueReader):
    """The function, and the streams, tables and mappings that a test has created."""

    def stream(self, name: str = "prices", shards: int = 1) -> str:
        """Create a Kinesis stream; returns its ARN."""
        kinesis = self.aws.kinesis
        kinesis.create_stream(StreamName=name, ShardCount=shards)
        self._undo.callback(kinesis.delete_stream, StreamName=name)
        description = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
        return str(description["StreamARN"])

    def table(self, name: str = "items", view_type: str = "NEW_AND_OLD_IMAGES") -> str:
        """Create a table with a stream; returns the stream's ARN."""
        made = self.aws.dynamodb.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            StreamSpecification={"StreamEnabled": True, "StreamViewType": view_type},
        )
        self._undo.callback(self.delete_table, name)
        return str(made["TableDescription"]["LatestStreamArn"])

    def delete_table(self, name: str) -> None:
        """Delete the table, unless it is gone."""
        with suppress(self.aws.dynamodb.exceptions.ResourceNotFoundException):
            self.aws.dynamodb.delete_table(TableName=name)

    def read(self, arn: str, function: str = NAME, **settings: Any) -> str:
        """Map the stream to the function; returns the mapping's id."""
        chosen = {"StartingPosition": "TRIM_HORIZON", **settings}
        made = self.aws.awslambda.create_event_source_mapping(
            EventSourceArn=arn, FunctionName=function, **chosen
        )
        uuid: str = made["UUID"]
        self._undo.callback(self.aws.awslambda.delete_event_source_mapping, UUID=uuid)
        return uuid

    def put(self, *wishes: dict[str, Any] | str, stream: str = "prices", key: str = "k") -> None:
        """Put a record of that key for each wish."""
        for wish in wishes:
            data = wish if isinstance(wish, str) else json.dumps(wish)
            self.aws.kinesis.put_record(StreamName=stream, Data=data.encode(), PartitionKey=key)

    def write(self, *wishes: dict[str, Any], table: str = "items", **more: Any) -> None:
        """Put an item for each wish."""
        for number, wish in enumerate(wishes):
            item = {"id": {"S": str(number)}, "wish": {"S": json.dumps(wish)}, **more}
            self.aws.dynamodb.put_item(TableName=table, Item=item)


def printed_records(output: str) -> list[Any]:
    """The records that the function has printed, in that order."""
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]


@contextmanager
def stream_reader(deployed: Deployed) -> Iterator[StreamReader]:
    """The function that reads streams, with its role."""
    with deployed_function(deployed, NAME, SOURCE, *READ, *WRITE) as arns:
        yield StreamReader(deployed, *arns)
