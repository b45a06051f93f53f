"""Tables: AWS's behaviours, as they are seen. Without the plug-ins moto answers, unchanged."""

from typing import Any

from tests.fidelity.ground import Ground, answer_to
from tests.fidelity.row import Area
from tests.live.names import unique_letters
from wavetank.aws.clients import ClientError, error_code
from wavetank.core.clock import WallClock

AREA = Area("DynamoDB")
KEY: dict[str, Any] = {"id": {"S": "1"}}
NUMBERS = "DynamoDB developer guide: HowItWorks.NamingRulesDataTypes, Number"
TRANSACTION = "DynamoDB API: TransactWriteItems, ClientRequestToken"
UNUSED = "not documented; the message is quoted by users of the SDKs"
YEAR_SECONDS = 365 * 86_400


def _table(ground: Ground, **settings: Any) -> str:
    name = f"test-{unique_letters()}"
    ground.aws.dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        **settings,
    )
    return name


def _put(ground: Ground, table: str, **attributes: Any) -> None:
    ground.aws.dynamodb.put_item(TableName=table, Item={**KEY, **attributes})


def _item(ground: Ground, table: str) -> dict[str, Any]:
    return dict(ground.aws.dynamodb.get_item(TableName=table, Key=KEY).get("Item", {}))


def _add(ground: Ground, table: str, number: str, token: str) -> None:
    update = {
        "TableName": table,
        "Key": KEY,
        "UpdateExpression": "ADD n :n",
        "ExpressionAttributeValues": {":n": {"N": number}},
    }
    items: Any = [{"Update": update}]
    ground.aws.dynamodb.transact_write_items(TransactItems=items, ClientRequestToken=token)


@AREA.row(
    "the same transaction sent twice with one token, as after a lost response",
    aws="executed once",
    localstack="executed twice",
    source=TRANSACTION,
)
def _a_token_makes_a_transaction_idempotent(ground: Ground) -> str:
    table = _table(ground)
    for _ in range(2):
        _add(ground, table, "1", f"token-{table}")
    return f"executed {'once' if _item(ground, table)['n'] == {'N': '1'} else 'twice'}"


@AREA.row(
    "another transaction with a token that was used",
    aws="IdempotentParameterMismatchException",
    localstack="done",
    source=TRANSACTION,
)
def _a_token_is_for_one_transaction(ground: Ground) -> str:
    table = _table(ground)
    _add(ground, table, "1", f"token-{table}")
    return answer_to(lambda: _add(ground, table, "2", f"token-{table}"))


@AREA.row(
    "the numbers 1.10 and 1e3, when they are read",
    aws="1.1 and 1000",
    localstack="1.10 and 1e3",
    source=NUMBERS,
)
def _numbers_have_one_notation(ground: Ground) -> str:
    table = _table(ground)
    _put(ground, table, a={"N": "1.10"}, b={"N": "1e3"})
    item = _item(ground, table)
    return f"{item['a']['N']} and {item['b']['N']}"


@AREA.row(
    "a number of 39 digits",
    aws="ValidationException",
    localstack="done",
    source=NUMBERS,
)
def _numbers_have_38_digits(ground: Ground) -> str:
    table = _table(ground)
    return answer_to(lambda: _put(ground, table, n={"N": "1" * 39}))


@AREA.row(
    "an update that computes 0.3 - 0.1", aws="0.2", localstack="0.19999999999999998", source=NUMBERS
)
def _arithmetic_is_exact(ground: Ground) -> str:
    table = _table(ground)
    _put(ground, table, n={"N": "0.3"})
    ground.aws.dynamodb.update_item(
        TableName=table,
        Key=KEY,
        UpdateExpression="SET n = n - :n",
        ExpressionAttributeValues={":n": {"N": "0.1"}},
    )
    return str(_item(ground, table)["n"]["N"])


@AREA.row(
    "a deletion on condition that true equals the number 1",
    aws="ConditionalCheckFailedException",
    localstack="done",
    source="DynamoDB developer guide: Expressions.OperatorsAndFunctions",
)
def _values_of_different_types_differ(ground: Ground) -> str:
    table = _table(ground)
    _put(ground, table, flag={"BOOL": True})
    return answer_to(
        lambda: ground.aws.dynamodb.delete_item(
            TableName=table,
            Key=KEY,
            ConditionExpression="flag = :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )
    )


@AREA.row(
    "an update of which the second action does not fit its attribute",
    aws="ValidationException, item unchanged",
    localstack="ValidationException, item changed",
    source="DynamoDB API: UpdateItem",
)
def _a_failed_update_changes_nothing(ground: Ground) -> str:
    table = _table(ground)
    _put(ground, table, text={"S": "x"})
    code = answer_to(
        lambda: ground.aws.dynamodb.update_item(
            TableName=table,
            Key=KEY,
            UpdateExpression="SET n = :n ADD #text :n",
            ExpressionAttributeNames={"#text": "text"},
            ExpressionAttributeValues={":n": {"N": "1"}},
        )
    )
    return f"{code}, item {'changed' if 'n' in _item(ground, table) else 'unchanged'}"


@AREA.row(
    "BatchWriteItem with 26 items",
    aws="ValidationException",
    localstack="done",
    source="DynamoDB API: BatchWriteItem",
)
def _batches_write_25_items(ground: Ground) -> str:
    puts: Any = [{"PutRequest": {"Item": {"id": {"S": str(n)}}}} for n in range(26)]
    request = {_table(ground): puts}
    return answer_to(lambda: ground.aws.dynamodb.batch_write_item(RequestItems=request))


@AREA.row(
    "BatchWriteItem that puts and deletes the same item",
    aws="ValidationException",
    localstack="done",
    source="DynamoDB API: BatchWriteItem",
)
def _batches_have_each_item_once(ground: Ground) -> str:
    writes: Any = [{"PutRequest": {"Item": KEY}}, {"DeleteRequest": {"Key": KEY}}]
    request = {_table(ground): writes}
    return answer_to(lambda: ground.aws.dynamodb.batch_write_item(RequestItems=request))


@AREA.row(
    "TransactGetItems with 26 items",
    aws="done",
    localstack="ValidationException",
    source="DynamoDB API: TransactGetItems",
)
def _transactions_read_100_items(ground: Ground) -> str:
    table = _table(ground)
    gets: Any = [{"Get": {"TableName": table, "Key": {"id": {"S": str(n)}}}} for n in range(26)]
    return answer_to(lambda: ground.aws.dynamodb.transact_get_items(TransactItems=gets))


@AREA.row(
    "an item of 399 KB with a binary value",
    aws="done",
    localstack="ValidationException",
    source="DynamoDB developer guide: ServiceQuotas, item size",
)
def _items_have_400_kilobytes(ground: Ground) -> str:
    table = _table(ground)
    return answer_to(lambda: _put(ground, table, data={"B": b"x" * 399 * 1024}))


@AREA.row(
    "a put with an unused expression attribute value",
    aws="ValidationException",
    localstack="done",
    source=UNUSED,
)
def _unused_values_are_refused(ground: Ground) -> str:
    table = _table(ground)
    return answer_to(
        lambda: ground.aws.dynamodb.put_item(
            TableName=table,
            Item=KEY,
            ConditionExpression="attribute_not_exists(id)",
            ExpressionAttributeValues={":unused": {"N": "1"}},
        )
    )


@AREA.row(
    "the answer to an UpdateItem that asks for nothing",
    aws="empty",
    localstack="Attributes, ConsumedCapacity",
    source="DynamoDB API: UpdateItem, ReturnValues, ReturnConsumedCapacity",
)
def _answers_have_what_was_asked_for(ground: Ground) -> str:
    answer = ground.aws.dynamodb.update_item(
        TableName=_table(ground),
        Key=KEY,
        UpdateExpression="SET n = :n",
        ExpressionAttributeValues={":n": {"N": "1"}},
    )
    return ", ".join(sorted(answer.keys() - {"ResponseMetadata"})) or "empty"


@AREA.row(
    "the stream of a table in which an item is created, changed and deleted",
    aws="INSERT, MODIFY, REMOVE",
    localstack="ResourceNotFoundException",
    source="DynamoDB developer guide: Streams",
)
def _tables_have_streams(ground: Ground) -> str:
    table = _table(ground, StreamSpecification=STREAM)
    for text in ("a", "b"):
        _put(ground, table, text={"S": text})
    ground.aws.dynamodb.delete_item(TableName=table, Key=KEY)
    try:
        return ", ".join(record["eventName"] for record in _records(ground, table))
    except ClientError as error:
        return error_code(error)


STREAM: Any = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}


def _records(ground: Ground, table: str) -> list[Any]:
    aws = ground.aws
    streams = aws.session.client("dynamodbstreams", endpoint_url=aws.endpoint, config=aws.config)
    arn = aws.dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"]
    (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    iterator = streams.get_shard_iterator(
        StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )
    records: list[Any] = streams.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
    return records


@AREA.row(
    "an item that expired a year ago, in a table with Time to Live",
    aws="deleted",
    localstack="kept",
    source="DynamoDB developer guide: TTL",
)
def _expired_items_are_deleted(ground: Ground) -> str:
    table = _table(ground)
    ttl: Any = {"AttributeName": "until", "Enabled": True}
    ground.aws.dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=ttl)
    expired = round(WallClock().now().timestamp()) - YEAR_SECONDS
    _put(ground, table, until={"N": str(expired)})
    return "kept" if _item(ground, table) else "deleted"


@AREA.row(
    "the answer to a query that selects the count",
    aws="Count, ScannedCount",
    localstack="Count, ScannedCount",
    source="DynamoDB API: Query, Select",
)
def _a_count_has_no_items(ground: Ground) -> str:
    table = _table(ground)
    _put(ground, table)
    answer = _query(ground, table, Select="COUNT")
    return ", ".join(sorted(answer.keys() - {"ResponseMetadata"}))


def _query(ground: Ground, table: str, **settings: Any) -> Any:
    values: Any = {":id": KEY["id"]} | settings.pop("values", {})
    return ground.aws.dynamodb.query(
        TableName=table,
        KeyConditionExpression="id = :id",
        ExpressionAttributeValues=values,
        **settings,
    )


@AREA.row(
    "a query that filters by its partition key",
    aws="ValidationException",
    localstack="done",
    source="DynamoDB developer guide: Query.FilterExpression",
)
def _a_filter_has_no_keys(ground: Ground) -> str:
    table = _table(ground)
    return answer_to(lambda: _query(ground, table, FilterExpression="id = :id"))


@AREA.row(
    "a query of an index that does not exist",
    aws="ValidationException",
    localstack="ResourceNotFoundException",
    source="not documented; the message is quoted by users of the SDKs",
)
def _queried_indexes_exist(ground: Ground) -> str:
    table = _table(ground)
    return answer_to(lambda: _query(ground, table, IndexName="none"))


@AREA.row(
    "a put with another type than that of an index's key",
    aws="ValidationException",
    localstack="done",
    source="DynamoDB developer guide: GSI.OnlineOps.ViolationDetection",
)
def _keys_of_indexes_have_their_types(ground: Ground) -> str:
    name = f"test-{unique_letters()}"
    ground.aws.dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[
            {"AttributeName": attribute, "AttributeType": "S"} for attribute in ("id", "other")
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "index",
                "KeySchema": [{"AttributeName": "other", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    return answer_to(lambda: _put(ground, name, other={"N": "1"}))


@AREA.row(
    "switching on a table's stream that is on",
    aws="ValidationException",
    localstack="ResourceInUseException",
    source="DynamoDB API: UpdateTable, StreamSpecification",
)
def _a_stream_is_switched_on_once(ground: Ground) -> str:
    table = _table(ground, StreamSpecification=STREAM)
    return answer_to(
        lambda: ground.aws.dynamodb.update_table(TableName=table, StreamSpecification=STREAM)
    )


@AREA.row(
    "a PartiQL deletion with a parameter, written without spaces",
    aws="done, deleted",
    localstack="InternalError, kept",
    source="DynamoDB developer guide: ql-reference.delete",
)
def _statements_have_parameters(ground: Ground) -> str:
    table = _table(ground)
    _put(ground, table)
    statement = f'DELETE FROM "{table}" WHERE id=?'  # noqa: S608 - PartiQL, with a name of ours
    answer = answer_to(
        lambda: ground.aws.dynamodb.execute_statement(Statement=statement, Parameters=[KEY["id"]])
    )
    return f"{answer}, {'kept' if _item(ground, table) else 'deleted'}"
