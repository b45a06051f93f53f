"""The ticker's table, stream and bucket on an emulator, created by plain calls, and their results.

CloudFormation is not used: not every peer has the resource types, and it is not measured.
"""

from benchmarks.loop_process import HandlerSetup
from wavetank.aws.clients import AwsClients
from wavetank.aws.observers import delivered_objects, wait_until
from wavetank.core.clock import Clock
from wavetank.core.errors import ConditionTimeoutError
from wavetank.core.naming import Names
from wavetank.core.settings import REGION, SANDBOX_ACCOUNT, Settings
from wavetank.ticker.contract import FIRST_PRICES
from wavetank.ticker.first_prices import seed_prices
from wavetank.ticker.observers import read_records

BUFFER_SECONDS = 60
BUFFER_MEGABYTES = 5
"""The template's. A peer that respects them gets the time; others deliver at once."""
DELIVERY_SECONDS_MAX = BUFFER_SECONDS + 15.0
ACTIVE_SECONDS_MAX = 30.0
LATE_MINUTES_MAX = 65
"""The template's."""


def prepare_pipeline(aws: AwsClients, names: Names, clock: Clock) -> None:
    """Creates table, bucket and delivery stream, and puts the first prices.

    Raises:
        ClientError: the emulator refused a call.
        ConditionTimeoutError: the stream did not become active.
    """
    aws.s3.create_bucket(
        Bucket=names.bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    aws.dynamodb.create_table(
        TableName=names.table,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "TickerName", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "TickerName", "AttributeType": "S"}],
    )
    seed_prices(aws.dynamodb, names.table, FIRST_PRICES)
    aws.firehose.create_delivery_stream(
        DeliveryStreamName=names.delivery_stream,
        DeliveryStreamType="DirectPut",
        ExtendedS3DestinationConfiguration={
            "BucketARN": f"arn:aws:s3:::{names.bucket}",
            "RoleARN": f"arn:aws:iam::{SANDBOX_ACCOUNT}:role/{names.roles[-1]}",
            "BufferingHints": {
                "IntervalInSeconds": BUFFER_SECONDS,
                "SizeInMBs": BUFFER_MEGABYTES,
            },
            "CompressionFormat": "UNCOMPRESSED",
        },
    )
    wait_until(
        lambda: _stream_status(aws, names),
        lambda status: status == "ACTIVE",
        expected="an active delivery stream",
        hint="read the emulator's log",
        within_seconds=ACTIVE_SECONDS_MAX,
        clock=clock,
    )


def handler_setup(settings: Settings, names: Names) -> HandlerSetup:
    """The streaming function as the template deploys it."""
    return HandlerSetup(
        folder=settings.shipped_folder / "lambdas",
        handler="streaming.handler.lambda_handler",
        variables={
            "DELIVERY_STREAM_NAME": names.delivery_stream,
            "LATE_MINUTES_MAX": str(LATE_MINUTES_MAX),
            "TABLE_NAME": names.table,
        },
    )


def delivered(aws: AwsClients, names: Names, accepted: int, clock: Clock) -> tuple[int, int]:
    """Records and objects in the bucket, once all accepted records are delivered.

    The current numbers, if some are not delivered within the stream's buffering time.
    """
    try:
        return wait_until(
            lambda: _records_and_objects(aws, names),
            lambda found: found[0] >= accepted,
            expected=f"{accepted} records",
            hint="they are lost",
            within_seconds=DELIVERY_SECONDS_MAX,
            clock=clock,
            pace_seconds=1.0,
        )
    except ConditionTimeoutError:
        return _records_and_objects(aws, names)


def _records_and_objects(aws: AwsClients, names: Names) -> tuple[int, int]:
    objects = delivered_objects(aws, names.bucket)
    records = (read_records(aws, names.bucket, entry.key) for entry in objects)
    return sum(1 for found in records for _ in found), len(objects)


def _stream_status(aws: AwsClients, names: Names) -> str:
    answer = aws.firehose.describe_delivery_stream(DeliveryStreamName=names.delivery_stream)
    return answer["DeliveryStreamDescription"]["DeliveryStreamStatus"]
