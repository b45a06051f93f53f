"""Streams of tables, and the functions that they trigger: AWS's behaviours, as they are seen."""

import json
from typing import Any

from tests.archives import FILE, zipped
from tests.fidelity.ground import ALLOW_ALL, Ground, happens
from tests.fidelity.row import Area
from tests.live.names import unique_letters
from wavetank.aws.clients import ClientError, error_code

AREA = Area("Streams")
LAMBDA = "Lambda developer guide"
EVENT_SECONDS_MAX = 20.0
FAILING = """
def handler(event, context):
    if any(record["dynamodb"]["Keys"]["id"]["S"] == "b" for record in event["Records"]):
        raise RuntimeError("on purpose")
"""
REPORTING = """
def handler(event, context):
    numbers = [record["dynamodb"]["SequenceNumber"] for record in event["Records"]]
    return {"batchItemFailures": [{"itemIdentifier": numbers[1]}]}
"""


def _discarded(ground: Ground, source: str, **settings: Any) -> str:
    """How many of three changes are reported to the destination after no retry, of which first."""
    aws: Any = ground.aws
    name = f"test-{unique_letters()}"
    table = aws.dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )["TableDescription"]
    aws.dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    for text in ("a", "b", "c"):
        aws.dynamodb.put_item(TableName=name, Item={"id": {"S": text}})
    url = aws.sqs.create_queue(QueueName=name)["QueueUrl"]
    _function(ground, name, source)
    try:
        mapping = aws.awslambda.create_event_source_mapping(
            EventSourceArn=table["LatestStreamArn"],
            FunctionName=name,
            StartingPosition="TRIM_HORIZON",
            MaximumRetryAttempts=0,
            DestinationConfig={"OnFailure": {"Destination": ground.arn("sqs", name)}},
            **settings,
        )["UUID"]
    except ClientError as error:
        return error_code(error)
    report = _report(ground, url)
    aws.awslambda.delete_event_source_mapping(UUID=mapping)
    return f"{report['DDBStreamBatchInfo']['batchSize']} of 3"


def _function(ground: Ground, name: str, source: str) -> None:
    aws: Any = ground.aws
    aws.awslambda.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=ground.role(ALLOW_ALL),
        Handler="function.handler",
        Code={"ZipFile": zipped([("function.py", FILE, source)])},
    )
    happens(
        lambda: aws.awslambda.get_function_configuration(FunctionName=name)["State"],
        lambda state: state == "Active",
        within_seconds=EVENT_SECONDS_MAX,
    )


def _report(ground: Ground, url: str) -> Any:
    found: list[Any] = []

    def look() -> list[Any]:
        found.extend(ground.aws.sqs.receive_message(QueueUrl=url).get("Messages", []))
        return found

    happens(look, bool, within_seconds=EVENT_SECONDS_MAX)
    return json.loads(found[0]["Body"])


@AREA.row(
    "three changes of a table in one batch, the function fails for one, the mapping splits batches",
    aws="1 of 3",
    localstack="InvalidParameterValueException",
    source=f"{LAMBDA}: services-dynamodb-errors",
)
def _a_batch_is_split(ground: Ground) -> str:
    return _discarded(ground, FAILING, BisectBatchOnFunctionError=True)


@AREA.row(
    "three changes of a table in one batch, of which the function reports the second as failed",
    aws="2 of 3",
    localstack="InvalidParameterValueException",
    source=f"{LAMBDA}: services-ddb-batchfailurereporting",
)
def _a_batch_fails_in_part(ground: Ground) -> str:
    return _discarded(ground, REPORTING, FunctionResponseTypes=["ReportBatchItemFailures"])
