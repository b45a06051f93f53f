"""Records of streams and tokens of transactions outlive a stop."""

from pathlib import Path
from typing import Any

import pytest

from wavetank.aws.clients import AwsClients, sandbox_clients
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.core.clock import WallClock
from wavetank.core.settings import read_settings
from wavetank.engines.embedded import SandboxFolder, start_localstack
from wavetank.engines.localstack_child import LocalStackChild, LocalStackOptions

TABLE = STREAM = "kept"
KEY: dict[str, Any] = {"id": {"S": "1"}}


@pytest.fixture
def folder(tmp_path: Path) -> SandboxFolder:
    """The folder of one sandbox, which is started twice."""
    return SandboxFolder(tmp_path)


def _started(folder: SandboxFolder) -> LocalStackChild:
    options = LocalStackOptions(
        folder=folder.path / "localstack",
        path=read_settings().path,
        snapshot_file=folder.snapshot_file,
    )
    return start_localstack(folder, options, WallClock())


def _client(aws: AwsClients, service: Any) -> Any:
    return aws.session.client(service, endpoint_url=aws.endpoint, config=aws.config)


def _create(aws: AwsClients) -> None:
    aws.dynamodb.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    _client(aws, "kinesis").create_stream(StreamName=STREAM, ShardCount=1)


def _transact(aws: AwsClients) -> None:
    update = {
        "TableName": TABLE,
        "Key": KEY,
        "UpdateExpression": "ADD visits :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    items: Any = [{"Update": update}]
    aws.dynamodb.transact_write_items(TransactItems=items, ClientRequestToken="token")


def _changes(aws: AwsClients) -> list[Any]:
    streams = _client(aws, "dynamodbstreams")
    (found,) = streams.list_streams(TableName=TABLE)["Streams"]
    arn = found["StreamArn"]
    (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    iterator = streams.get_shard_iterator(
        StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )
    records = streams.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
    return [record["dynamodb"] for record in records]


def _data(aws: AwsClients) -> list[bytes]:
    kinesis = _client(aws, "kinesis")
    (shard,) = kinesis.list_shards(StreamName=STREAM)["Shards"]
    iterator = kinesis.get_shard_iterator(
        StreamName=STREAM, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )
    records = kinesis.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
    return [record["Data"] for record in records]


def test_streams_and_tokens_survive_a_stop(folder: SandboxFolder) -> None:
    """A retry after the stop changes nothing, and restored items are no changes."""
    with folder.owned():
        child = _started(folder)
        try:
            aws = sandbox_clients(child.endpoint)
            _create(aws)
            _transact(aws)
            _client(aws, "kinesis").put_record(StreamName=STREAM, PartitionKey="p", Data=b"x")
            before = _changes(aws)
            assert SandboxControls(child.endpoint).save_snapshot() is None
        finally:
            child.stop()
        child = _started(folder)
        try:
            aws = sandbox_clients(child.endpoint)
            _create(aws)
            _transact(aws)
            assert _changes(aws) == before
            assert _data(aws) == [b"x"]
        finally:
            child.stop()
