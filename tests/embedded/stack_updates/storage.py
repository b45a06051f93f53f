"""Buckets and tables."""

from collections.abc import Callable
from typing import Any

from tests.embedded.stack_updates.case import Case, Look, Stage

BUCKET, TABLE = "AWS::S3::Bucket", "AWS::DynamoDB::Table"
KEY = {
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def bucket(name: str, read: Callable[[Any, str], Any]) -> Look:
    """Reads the bucket, if there is one: what it does not have is None."""

    def look(stage: Stage) -> Any:
        stage.aws.s3.head_bucket(Bucket=stage[name])
        return read(stage.aws.s3, stage[name])

    return look


def table(name: str, read: Callable[[Any], Any]) -> Look:
    """Reads the table's description."""
    return lambda stage: read(stage.aws.dynamodb.describe_table(TableName=stage[name])["Table"])


def rules(s3: Any, name: str) -> Any:
    """Days until expiration, and whether each rule has an id."""
    found = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    return [(rule.get("Expiration", {}).get("Days"), bool(rule["ID"])) for rule in found]


def tags_of_table(stage: Stage) -> Any:
    """The table's tags."""
    arn = stage.aws.dynamodb.describe_table(TableName=stage["TableTags"])["Table"]["TableArn"]
    found = stage.aws.dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"]
    return {tag["Key"]: tag["Value"] for tag in found}


def recovery(stage: Stage) -> Any:
    """Whether the table can be restored to a point in time."""
    name = stage["TableRecovery"]
    found = stage.aws.dynamodb.describe_continuous_backups(TableName=name)
    description = found["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    return description["PointInTimeRecoveryStatus"]


def time_to_live(stage: Stage) -> Any:
    """By which attribute items expire, None where they do not."""
    found = stage.aws.dynamodb.describe_time_to_live(TableName=stage["TableExpiry"])
    description = found["TimeToLiveDescription"]
    is_on = description["TimeToLiveStatus"] == "ENABLED"
    return description["AttributeName"] if is_on else None


def indexes(description: Any) -> Any:
    """The names of the global indexes."""
    return [index["IndexName"] for index in description.get("GlobalSecondaryIndexes", [])]


def index(name: str) -> dict[str, Any]:
    """A global index by the attribute `at`."""
    return {
        "IndexName": name,
        "KeySchema": [{"AttributeName": "at", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }


TWO_ATTRIBUTES = [
    {"AttributeName": "id", "AttributeType": "S"},
    {"AttributeName": "at", "AttributeType": "S"},
]
CASES = (
    Case(
        name="BucketTags",
        type=BUCKET,
        before={"Tags": [{"Key": "stage", "Value": "test"}, {"Key": "gone", "Value": "1"}]},
        after={"Tags": [{"Key": "stage", "Value": "live"}]},
        look=bucket("BucketTags", lambda s3, name: s3.get_bucket_tagging(Bucket=name)["TagSet"]),
        seen=(
            [{"Key": "stage", "Value": "test"}, {"Key": "gone", "Value": "1"}],
            [{"Key": "stage", "Value": "live"}],
        ),
    ),
    Case(
        name="BucketVersioning",
        type=BUCKET,
        before={"VersioningConfiguration": {"Status": "Suspended"}},
        after={"VersioningConfiguration": {"Status": "Enabled"}},
        look=bucket(
            "BucketVersioning", lambda s3, name: s3.get_bucket_versioning(Bucket=name)["Status"]
        ),
        seen=("Suspended", "Enabled"),
    ),
    Case(
        name="BucketLifecycle",
        type=BUCKET,
        before={
            "LifecycleConfiguration": {"Rules": [{"Status": "Enabled", "ExpirationInDays": 3}]}
        },
        after={
            "LifecycleConfiguration": {
                "Rules": [
                    {"Status": "Enabled", "ExpirationInDays": 9},
                    {
                        "Id": "cold",
                        "Status": "Enabled",
                        "Prefix": "a/",
                        "Transitions": [{"StorageClass": "GLACIER", "TransitionInDays": 30}],
                        "NoncurrentVersionExpiration": {"NoncurrentDays": 5},
                    },
                ]
            }
        },
        look=bucket("BucketLifecycle", rules),
        seen=([(3, True)], [(9, True), (None, True)]),
    ),
    Case(
        name="BucketCors",
        type=BUCKET,
        before={
            "CorsConfiguration": {
                "CorsRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]
            }
        },
        after={
            "CorsConfiguration": {
                "CorsRules": [{"AllowedMethods": ["PUT"], "AllowedOrigins": ["*"], "MaxAge": 60}]
            }
        },
        look=bucket("BucketCors", lambda s3, name: s3.get_bucket_cors(Bucket=name)["CORSRules"]),
        seen=(
            [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}],
            [{"AllowedMethods": ["PUT"], "AllowedOrigins": ["*"], "MaxAgeSeconds": 60}],
        ),
    ),
    Case(
        name="BucketNotification",
        type=BUCKET,
        before={},
        after={
            "NotificationConfiguration": {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
        },
        look=bucket(
            "BucketNotification",
            lambda s3, name: (
                "EventBridgeConfiguration" in s3.get_bucket_notification_configuration(Bucket=name)
            ),
        ),
        seen=(False, True),
    ),
    Case(
        name="BucketBlock",
        type=BUCKET,
        before={"PublicAccessBlockConfiguration": {"BlockPublicPolicy": False}},
        after={},
        look=bucket(
            "BucketBlock",
            lambda s3, name: s3.get_public_access_block(Bucket=name)[
                "PublicAccessBlockConfiguration"
            ]["BlockPublicPolicy"],
        ),
        seen=(False, True),
    ),
    Case(
        name="BucketEncryption",
        type=BUCKET,
        before={},
        after={
            "BucketEncryption": {
                "ServerSideEncryptionConfiguration": [
                    {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
                ]
            }
        },
        look=bucket(
            "BucketEncryption",
            lambda s3, name: s3.get_bucket_encryption(Bucket=name)[
                "ServerSideEncryptionConfiguration"
            ]["Rules"][0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"],
        ),
        seen=("AES256", "aws:kms"),
    ),
    Case(
        name="TableTags",
        type=TABLE,
        fixed=KEY,
        before={"Tags": [{"Key": "stage", "Value": "test"}, {"Key": "gone", "Value": "1"}]},
        after={"Tags": [{"Key": "stage", "Value": "live"}]},
        look=tags_of_table,
        seen=({"stage": "test", "gone": "1"}, {"stage": "live"}),
    ),
    Case(
        name="TableRecovery",
        type=TABLE,
        fixed=KEY,
        before={},
        after={"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}},
        look=recovery,
        seen=("DISABLED", "ENABLED"),
    ),
    Case(
        name="TableExpiry",
        type=TABLE,
        fixed=KEY,
        before={},
        after={"TimeToLiveSpecification": {"AttributeName": "until", "Enabled": True}},
        look=time_to_live,
        seen=(None, "until"),
    ),
    Case(
        name="TableBilling",
        type=TABLE,
        fixed={name: value for name, value in KEY.items() if name != "BillingMode"},
        before={"ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}},
        after={"BillingMode": "PAY_PER_REQUEST"},
        look=table(
            "TableBilling",
            lambda it: it.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"),
        ),
        seen=("PROVISIONED", "PAY_PER_REQUEST"),
    ),
    Case(
        name="TableIndex",
        type=TABLE,
        fixed={name: value for name, value in KEY.items() if name != "AttributeDefinitions"},
        before={"AttributeDefinitions": TWO_ATTRIBUTES, "GlobalSecondaryIndexes": [index("one")]},
        after={"AttributeDefinitions": TWO_ATTRIBUTES, "GlobalSecondaryIndexes": [index("two")]},
        look=table("TableIndex", indexes),
        seen=(["one"], ["two"]),
    ),
    Case(
        name="TableStream",
        type=TABLE,
        fixed=KEY,
        before={},
        after={"StreamSpecification": {"StreamViewType": "NEW_IMAGE"}},
        look=table(
            "TableStream", lambda it: it.get("StreamSpecification", {}).get("StreamViewType")
        ),
        seen=(None, "NEW_IMAGE"),
    ),
    Case(
        name="TableProtection",
        type=TABLE,
        fixed=KEY,
        before={"DeletionProtectionEnabled": True},
        after={"DeletionProtectionEnabled": False},
        look=table("TableProtection", lambda it: it["DeletionProtectionEnabled"]),
        seen=(True, False),
    ),
    Case(
        name="TableKey",
        type=TABLE,
        before=KEY,
        after={
            **KEY,
            "AttributeDefinitions": [{"AttributeName": "key", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "key", "KeyType": "HASH"}],
        },
        look=table("TableKey", lambda it: it["KeySchema"][0]["AttributeName"]),
        seen=("id", "key"),
        is_replaced=True,
    ),
)
