"""Streams of tables and of Kinesis, read by the SDK and by functions that they invoke."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from tests.live.conftest import Function, MakeFunction
from tests.live.names import unique_letters
from tests.waiting import wait_until_seen
from wavetank.aws.clients import AwsClients
from wavetank.core.clock import WallClock

SOURCE = """
import boto3, json, os

def handler(event, context):
    table = boto3.resource("dynamodb").Table(os.environ["SEEN"])
    for record in event["Records"]:
        number = (record.get("dynamodb") or record["kinesis"])
        key = number.get("SequenceNumber") or number["sequenceNumber"]
        table.put_item(Item={"id": key, "record": json.dumps(record, sort_keys=True)})
"""
KEY: dict[str, Any] = {"id": {"S": "1"}}
YEAR_SECONDS = 365 * 86_400


@dataclass(frozen=True)
class Sources:
    """A table and a Kinesis stream, each of which invokes the function, and where it writes."""

    aws: AwsClients
    table: str
    table_stream: str
    kinesis_stream: str
    seen: str

    def records(self) -> list[Any]:
        """What the function was given so far, by sequence number."""
        items = self.aws.dynamodb.scan(TableName=self.seen)["Items"]
        found = sorted(items, key=lambda item: int(item["id"]["S"]))
        return [json.loads(item["record"]["S"]) for item in found]


def _client(aws: AwsClients, service: Any) -> Any:
    return aws.session.client(service, endpoint_url=aws.endpoint, config=aws.config)


def _create_table(aws: AwsClients, view_type: str | None = None) -> tuple[str, str | None]:
    name = f"test-{unique_letters()}"
    streamed: Any = (
        {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": view_type}}
        if view_type
        else {}
    )
    made = aws.dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        **streamed,
    )
    return name, made["TableDescription"].get("LatestStreamArn")


@pytest.fixture(scope="module")
def tables(aws: AwsClients) -> Iterator[list[str]]:
    """The names of tables to delete."""
    made: list[str] = []
    yield made
    for name in made:
        aws.dynamodb.delete_table(TableName=name)


@pytest.fixture
def sources(aws: AwsClients, tables: list[str], make_function: MakeFunction) -> Iterator[Sources]:
    """The sources of one function."""
    seen, _ = _create_table(aws)
    table, table_stream = _create_table(aws, "NEW_AND_OLD_IMAGES")
    tables += [seen, table]
    assert table_stream is not None
    kinesis, name = _client(aws, "kinesis"), f"test-{unique_letters()}"
    kinesis.create_stream(StreamName=name, ShardCount=1)
    arn = kinesis.describe_stream(StreamName=name)["StreamDescription"]["StreamARN"]
    function = make_function(SOURCE, Environment={"Variables": {"SEEN": seen}})
    mappings = [_map(function, source) for source in (table_stream, arn)]
    yield Sources(aws, table, table_stream, name, seen)
    for mapping in mappings:
        aws.awslambda.delete_event_source_mapping(UUID=mapping)
    kinesis.delete_stream(StreamName=name)


def _map(function: Function, source: str) -> str:
    settings: Any = {"StartingPosition": "TRIM_HORIZON"}
    if ":kinesis:" in source:
        hour_ago = WallClock().now() - timedelta(hours=1)
        settings = {"StartingPosition": "AT_TIMESTAMP", "StartingPositionTimestamp": hour_ago}
        patterns = ('{"data": {"number": [{"exists": true}]}}', '{"eventName": [{"exists": true}]}')
        settings["FilterCriteria"] = {"Filters": [{"Pattern": each} for each in patterns]}
    made = function.aws.awslambda.create_event_source_mapping(
        FunctionName=function.name, EventSourceArn=source, **settings
    )
    return made["UUID"]


def test_streams_invoke_functions(sources: Sources) -> None:
    """With the record of each change, also of a deletion by Time to Live, and of each put."""
    aws, table = sources.aws, sources.table
    expired = round(WallClock().now().timestamp()) - YEAR_SECONDS
    aws.dynamodb.put_item(TableName=table, Item={**KEY, "a": {"N": "1.0"}, "b": {"B": b"\x00"}})
    update: Any = {
        "TableName": table,
        "Key": KEY,
        "UpdateExpression": "SET a = a + :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    aws.dynamodb.update_item(**update)
    aws.dynamodb.update_item(TableName=table, Key=KEY)
    aws.dynamodb.delete_item(TableName=table, Key=KEY)
    aws.dynamodb.put_item(TableName=table, Item={**KEY, "until": {"N": str(expired)}})
    ttl: Any = {"AttributeName": "until", "Enabled": True}
    aws.dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=ttl)
    _client(aws, "kinesis").put_record(
        StreamName=sources.kinesis_stream, PartitionKey="p", Data=b"data"
    )
    records = wait_until_seen(sources.records, lambda found: len(found) >= 6, "six records")
    *changes, put = records
    assert [change["eventName"] for change in changes] == [
        *("INSERT", "MODIFY", "REMOVE", "INSERT", "REMOVE")
    ]
    assert changes[0]["dynamodb"]["NewImage"] == {**KEY, "a": {"N": "1"}, "b": {"B": "AA=="}}
    assert changes[1]["dynamodb"]["OldImage"]["a"] == {"N": "1"}
    assert changes[1]["dynamodb"]["NewImage"]["a"] == {"N": "2"}
    assert {change["eventSourceARN"] for change in changes} == {sources.table_stream}
    service = {"principalId": "dynamodb.amazonaws.com", "type": "Service"}
    assert [change.get("userIdentity") for change in changes] == [None] * 4 + [service]
    assert base64.b64decode(put["kinesis"]["data"]) == b"data"
    assert len(put["kinesis"]["sequenceNumber"]) == 56


def test_a_split_stream_is_read_once_and_in_order(sources: Sources) -> None:
    """The new shards after their parent, from their beginning; a filter changes no data."""
    kinesis, name = _client(sources.aws, "kinesis"), sources.kinesis_stream
    texts = [f'{{"number":  {number}}}' for number in range(4)]
    for text in texts[:2]:
        kinesis.put_record(StreamName=name, PartitionKey="p", Data=text.encode())
    kinesis.split_shard(
        StreamName=name, ShardToSplit="shardId-000000000000", NewStartingHashKey="1000"
    )
    for text in texts[2:]:
        kinesis.put_record(StreamName=name, PartitionKey="p", Data=text.encode())

    def seen() -> list[str]:
        data = (each["kinesis"]["data"] for each in sources.records() if "kinesis" in each)
        return [base64.b64decode(each).decode() for each in data]

    assert wait_until_seen(seen, lambda found: len(found) >= len(texts), "four records") == texts


VIEWS = {
    "KEYS_ONLY": set(),
    "NEW_IMAGE": {"NewImage"},
    "OLD_IMAGE": {"OldImage"},
    "NEW_AND_OLD_IMAGES": {"NewImage", "OldImage"},
}


def test_a_stream_shows_the_images_of_its_view_type(aws: AwsClients, tables: list[str]) -> None:
    """And is found, described and read by the SDK."""
    streams = _client(aws, "dynamodbstreams")
    for view_type, images in VIEWS.items():
        table, arn = _create_table(aws, view_type)
        tables.append(table)
        for text in ("a", "b"):
            aws.dynamodb.put_item(TableName=table, Item={**KEY, "text": {"S": text}})
        (found,) = streams.list_streams(TableName=table)["Streams"]
        assert found["StreamArn"] == arn
        described = streams.describe_stream(StreamArn=arn)["StreamDescription"]
        assert described["StreamStatus"] == "ENABLED"
        assert described["StreamViewType"] == view_type
        (shard,) = described["Shards"]
        at = {"StreamArn": arn, "ShardId": shard["ShardId"]}
        iterator = streams.get_shard_iterator(**at, ShardIteratorType="TRIM_HORIZON")
        read = streams.get_records(ShardIterator=iterator["ShardIterator"])
        assert [each["eventName"] for each in read["Records"]] == ["INSERT", "MODIFY"]
        change = read["Records"][1]["dynamodb"]
        assert change["Keys"] == KEY
        assert images == set(change) & {"NewImage", "OldImage"}
        rest = streams.get_records(ShardIterator=read["NextShardIterator"])
        assert rest["Records"] == []


TEMPLATE = """
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
      StreamSpecification: {StreamViewType: KEYS_ONLY}
      TimeToLiveSpecification: {AttributeName: until, Enabled: true}
  Stream:
    Type: AWS::Kinesis::Stream
    Properties: {ShardCount: 2, RetentionPeriodHours: 48}
Outputs:
  Table: {Value: !Ref Table}
  TableStream: {Value: !GetAtt Table.StreamArn}
  Stream: {Value: !Ref Stream}
"""


def test_templates_make_streams(aws: AwsClients) -> None:
    """With the settings of the template: Time to Live, shards and retention."""
    name = f"test-{unique_letters()}"
    aws.cloudformation.create_stack(StackName=name, TemplateBody=TEMPLATE)

    def stack() -> Any:
        return aws.cloudformation.describe_stacks(StackName=name)["Stacks"][0]

    made = wait_until_seen(stack, lambda it: "PROGRESS" not in it["StackStatus"], "the stack")
    assert made["StackStatus"] == "CREATE_COMPLETE"
    found = {output["OutputKey"]: output["OutputValue"] for output in made["Outputs"]}
    ttl = aws.dynamodb.describe_time_to_live(TableName=found["Table"])["TimeToLiveDescription"]
    assert ttl == {"TimeToLiveStatus": "ENABLED", "AttributeName": "until"}
    streams = _client(aws, "dynamodbstreams").describe_stream(StreamArn=found["TableStream"])
    assert streams["StreamDescription"]["StreamViewType"] == "KEYS_ONLY"
    described = _client(aws, "kinesis").describe_stream_summary(StreamName=found["Stream"])
    summary = described["StreamDescriptionSummary"]
    assert summary["StreamModeDetails"] == {"StreamMode": "PROVISIONED"}
    assert (summary["OpenShardCount"], summary["RetentionPeriodHours"]) == (2, 48)
    aws.cloudformation.delete_stack(StackName=name)
