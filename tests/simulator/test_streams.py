"""Streams, Time to Live and tokens of transactions in virtual time, and after a reset."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.simulator.conftest import START, Deployed
from wavetank.aws.clients import AwsClients, ClientError, error_code

TABLE = "streamed"
KEY: dict[str, Any] = {"id": {"S": "1"}}


@pytest.fixture
def dynamodb(pipeline: Deployed) -> Iterator[Any]:
    """A client, and a table with a stream that is gone afterwards."""
    client = pipeline.simulator.aws.dynamodb
    client.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    yield client
    client.delete_table(TableName=TABLE)


def _records(aws: AwsClients) -> list[Any]:
    streams = aws.session.client("dynamodbstreams", endpoint_url=aws.endpoint, config=aws.config)
    described = aws.dynamodb.describe_table(TableName=TABLE)["Table"]
    arn = described["LatestStreamArn"]
    (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    iterator = streams.get_shard_iterator(
        StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )
    records: list[Any] = streams.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
    return records


def _transact(dynamodb: Any, token: str, more: str = "1") -> str:
    update = {
        "TableName": TABLE,
        "Key": KEY,
        "UpdateExpression": "ADD visits :more",
        "ExpressionAttributeValues": {":more": {"N": more}},
    }
    try:
        dynamodb.transact_write_items(TransactItems=[{"Update": update}], ClientRequestToken=token)
    except ClientError as error:
        return error_code(error)
    return str(dynamodb.get_item(TableName=TABLE, Key=KEY)["Item"]["visits"]["N"])


def test_a_token_counts_for_ten_minutes_of_virtual_time(pipeline: Deployed, dynamodb: Any) -> None:
    """Then the same request is executed again; after a reset it is new at once."""
    assert [_transact(dynamodb, "t"), _transact(dynamodb, "t")] == ["1", "1"]
    assert _transact(dynamodb, "t", more="2") == "IdempotentParameterMismatchException"
    pipeline.simulator.move_to(START + timedelta(minutes=10))
    assert _transact(dynamodb, "t") == "2"
    pipeline.simulator.reset()
    assert _transact(dynamodb, "t", more="5") == "5"


def test_a_cancelled_transaction_can_be_sent_again(dynamodb: Any) -> None:
    """Its token was not used up, and its change is not in the stream."""
    check = {
        "TableName": TABLE,
        "Key": {"id": {"S": "2"}},
        "ConditionExpression": "attribute_exists(id)",
    }
    put = {"TableName": TABLE, "Item": KEY}
    items: Any = [{"Put": put}, {"ConditionCheck": check}]
    with pytest.raises(ClientError):
        dynamodb.transact_write_items(TransactItems=items, ClientRequestToken="c")
    dynamodb.put_item(TableName=TABLE, Item=check["Key"])
    dynamodb.transact_write_items(TransactItems=items, ClientRequestToken="c")
    assert dynamodb.get_item(TableName=TABLE, Key=KEY)["Item"] == KEY


INSERT = "INSERT INTO streamed VALUE {'id': '1', 'n': 1}"
UPDATE: Any = {
    "Statement": "UPDATE streamed SET n=? WHERE id=?",
    "Parameters": [{"N": "2.0"}, KEY["id"]],
}


def test_a_partiql_transaction_is_atomic_and_has_a_token(dynamodb: Any) -> None:
    """Sent twice, it is executed once; where one statement fails, none is executed."""
    first: Any = {"TransactStatements": [{"Statement": INSERT}], "ClientRequestToken": "p"}
    dynamodb.execute_transaction(**first)
    dynamodb.execute_transaction(TransactStatements=[UPDATE])
    dynamodb.execute_transaction(**first)
    item = {**KEY, "n": {"N": "2"}}
    assert dynamodb.get_item(TableName=TABLE, Key=KEY)["Item"] == item
    failing: Any = [{"Statement": INSERT}, {"Statement": "SELECT * FROM none"}]
    with pytest.raises(ClientError):
        dynamodb.execute_transaction(TransactStatements=failing)
    assert dynamodb.scan(TableName=TABLE)["Items"] == [item]


def test_legacy_conditions_are_checked(dynamodb: Any) -> None:
    """In every operation, with the operator that joins them; keys can be read by an update."""
    dynamodb.put_item(TableName=TABLE, Item={**KEY, "a": {"N": "1"}})
    wrong = {"Value": {"N": "2"}}
    expected: Any = {"a": wrong, "b": {"Exists": False}}
    with pytest.raises(ClientError, match="The conditional request failed"):
        dynamodb.delete_item(TableName=TABLE, Key=KEY, Expected={"a": wrong})
    dynamodb.put_item(TableName=TABLE, Item=KEY, Expected=expected, ConditionalOperator="OR")
    dynamodb.update_item(TableName=TABLE, Key=KEY, UpdateExpression="SET c = id")
    assert dynamodb.get_item(TableName=TABLE, Key=KEY)["Item"] == {**KEY, "c": {"S": "1"}}


def test_a_stream_holds_a_day_of_changes(pipeline: Deployed, dynamodb: Any) -> None:
    """Each with the instant of virtual time; a reset empties it."""
    simulator = pipeline.simulator
    dynamodb.put_item(TableName=TABLE, Item={**KEY, "a": {"N": "1.0"}})
    simulator.move_to(START + timedelta(hours=1))
    dynamodb.put_item(TableName=TABLE, Item={**KEY, "a": {"N": "1"}})  # changes nothing
    dynamodb.update_item(TableName=TABLE, Key={"id": {"S": "2"}})
    first, second = _records(simulator.aws)
    assert [first["eventName"], second["eventName"]] == ["INSERT", "INSERT"]
    assert second["dynamodb"]["NewImage"] == {"id": {"S": "2"}}
    instants = [each["dynamodb"]["ApproximateCreationDateTime"] for each in (first, second)]
    assert instants[1] - instants[0] == timedelta(hours=1)
    simulator.move_to(START + timedelta(hours=24))
    assert _records(simulator.aws) == [second]
    simulator.reset()
    assert _records(simulator.aws) == []


def test_time_to_live_deletes_an_item_a_minute_after_it_has_expired(
    pipeline: Deployed, dynamodb: Any
) -> None:
    """Until then it can be read; the record of the stream names who deleted it."""
    simulator, expires = pipeline.simulator, START + timedelta(minutes=5)
    ttl: Any = {"AttributeName": "until", "Enabled": True}
    dynamodb.update_time_to_live(TableName=TABLE, TimeToLiveSpecification=ttl)
    until = {"N": str(round(expires.timestamp()))}
    dynamodb.put_item(TableName=TABLE, Item={**KEY, "until": until})
    simulator.move_to(expires + timedelta(seconds=59))
    assert "Item" in dynamodb.get_item(TableName=TABLE, Key=KEY)
    simulator.move_to(expires + timedelta(seconds=60))
    assert "Item" not in dynamodb.get_item(TableName=TABLE, Key=KEY)
    _, deletion = _records(simulator.aws)
    assert deletion["eventName"] == "REMOVE"
    assert deletion["userIdentity"] == {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}
    with pytest.raises(ClientError, match="TimeToLive is already enabled"):
        dynamodb.update_time_to_live(TableName=TABLE, TimeToLiveSpecification=ttl)
