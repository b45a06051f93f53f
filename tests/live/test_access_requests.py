"""Requests are decided by what they do: every action, every resource, every condition key."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
import requests

from tests.live.conftest import MakeRole
from tests.live.names import unique_letters
from tests.live.test_access import assert_denied
from wavetank.aws.clients import AwsClients, role_clients, sandbox_clients
from wavetank.core.settings import REGION, SANDBOX_ACCOUNT, SANDBOX_OTHER_ACCOUNT

ALLOW_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
HTTP_SECONDS = 10
STATEMENT = 'SELECT * FROM "TABLE"'


def _policy(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _allow(action: str | list[str], resource: str = "*", **elements: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **elements}


def _deny(action: str | list[str], resource: str = "*", **elements: Any) -> dict[str, Any]:
    return {**_allow(action, resource, **elements), "Effect": "Deny"}


@pytest.fixture
def bucket(aws: AwsClients) -> str:
    """A new bucket with an object at `key` and one at `secret/a`."""
    name = f"test-{unique_letters().lower()}"
    aws.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    for key in ("key", "secret/a"):
        aws.s3.put_object(Bucket=name, Key=key, Body=b"body")
    return name


@pytest.fixture
def table(aws: AwsClients) -> str:
    """A new table with the partition key `id`."""
    name = f"test-{unique_letters()}"
    aws.dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    for key in ("ada", "bob"):
        aws.dynamodb.put_item(TableName=name, Item={"id": {"S": key}, "secret": {"S": "x"}})
    return name


@pytest.fixture
def queue(aws: AwsClients) -> str:
    """The URL of a new queue."""
    return aws.sqs.create_queue(QueueName=f"test-{unique_letters()}")["QueueUrl"]


def _copy(clients: AwsClients, bucket: str, source: str) -> Any:
    """A copy whose source is sent as it is given."""
    client = clients.s3
    header = "x-amz-copy-source"

    def send(request: Any, **_: Any) -> None:
        request.headers.replace_header(header, source)

    client.meta.events.register_first("before-sign.s3.CopyObject", send)
    try:
        return client.copy_object(Bucket=bucket, Key="copy", CopySource="any/any")
    finally:
        client.meta.events.unregister("before-sign.s3.CopyObject", send)


def test_the_source_of_a_copy_is_decoded(aws: AwsClients, make_role: MakeRole, bucket: str) -> None:
    """A percent-encoded source passes no Deny, and is not another account's object."""
    secrets = f"arn:aws:s3:::{bucket}/secret/*"
    role = role_clients(aws, make_role(ALLOW_ALL, _deny("s3:GetObject", secrets)))
    _copy(role, bucket, f"{bucket}/key")
    for source in (f"{bucket}/secret/a", f"{bucket}/secret%2Fa", f"/{bucket}/%73ecret/a"):
        with assert_denied("AccessDenied", "s3:GetObject"):
            _copy(role, bucket, source)
    other = sandbox_clients(str(aws.endpoint), SANDBOX_OTHER_ACCOUNT)
    mine = f"test-{unique_letters().lower()}"
    other.s3.create_bucket(
        Bucket=mine, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    encoded = f"%{ord(bucket[0]):02x}{bucket[1:]}"
    with assert_denied("AccessDenied", "s3:GetObject"):
        _copy(other, mine, f"/{encoded}/key")


def test_tags_of_a_copied_object_are_read_and_written(
    aws: AwsClients, make_role: MakeRole, bucket: str
) -> None:
    """A copy of an object with tags needs both rights, unless it gives other tags."""
    aws.s3.put_object(Bucket=bucket, Key="tagged", Body=b"", Tagging="a=b")
    role = role_clients(aws, make_role(_allow(["s3:GetObject", "s3:PutObject"])))
    source: Any = {"Bucket": bucket, "Key": "key"}
    role.s3.copy_object(Bucket=bucket, Key="copy", CopySource=source)
    with assert_denied("AccessDenied", "s3:GetObjectTagging"):
        role.s3.copy_object(Bucket=bucket, Key="copy", CopySource=source | {"Key": "tagged"})


@pytest.mark.parametrize(
    ("given", "action"),
    [
        ({"ACL": "public-read"}, "s3:PutObjectAcl"),
        ({"GrantRead": "id=1"}, "s3:PutObjectAcl"),
        ({"Tagging": "a=b"}, "s3:PutObjectTagging"),
        ({"ObjectLockLegalHoldStatus": "ON"}, "s3:PutObjectLegalHold"),
    ],
)
def test_what_is_put_with_an_object_needs_its_own_right(
    aws: AwsClients, make_role: MakeRole, bucket: str, given: Any, action: str
) -> None:
    """Putting alone is allowed, not with an ACL, grants, tags or a legal hold."""
    role = role_clients(aws, make_role(_allow("s3:PutObject")))
    role.s3.put_object(Bucket=bucket, Key="new", Body=b"")
    with assert_denied("AccessDenied", action):
        role.s3.put_object(Bucket=bucket, Key="new", Body=b"", **given)


@pytest.mark.parametrize("style", ["form", "presigned"])
def test_an_upload_by_a_form_has_its_signers_rights(
    aws: AwsClients, make_role: MakeRole, bucket: str, style: str
) -> None:
    """The administrator's works, that of a role without the right does not, nor one unsigned."""

    def upload(clients: AwsClients, key: str) -> int:
        made = clients.s3.generate_presigned_post(Bucket=bucket, Key=key)
        fields = made["fields"] if style == "presigned" else dict(reversed(made["fields"].items()))
        files = {"file": ("some.txt", b"body")}
        return requests.post(
            f"{aws.endpoint}/{bucket}", data=fields, files=files, timeout=HTTP_SECONDS
        ).status_code

    assert upload(aws, "up/${filename}") == 204
    assert aws.s3.get_object(Bucket=bucket, Key="up/some.txt")["ContentLength"] == 4
    writer = role_clients(aws, make_role(_allow("s3:PutObject", f"arn:aws:s3:::{bucket}/up/*")))
    assert upload(writer, "up/2") == 204
    assert upload(writer, "other") == 403
    anonymous = requests.post(
        f"{aws.endpoint}/{bucket}",
        data={"key": "up/3"},
        files={"file": b""},
        timeout=HTTP_SECONDS,
    )
    assert anonymous.status_code == 403


@pytest.mark.parametrize("document", ["", "  ", "[]"])
def test_an_empty_bucket_policy_is_malformed(aws: AwsClients, bucket: str, document: str) -> None:
    """It is S3's own error, and not an internal one."""
    with assert_denied("MalformedPolicy"):
        aws.s3.put_bucket_policy(Bucket=bucket, Policy=document)


def test_a_key_that_the_request_does_not_have_is_absent(
    aws: AwsClients, make_role: MakeRole, bucket: str
) -> None:
    """The classic Deny of public ACLs denies those, and no other put."""
    public = {"StringEquals": {"s3:x-amz-acl": ["public-read", "public-read-write"]}}
    role = role_clients(aws, make_role(ALLOW_ALL, _deny("s3:PutObject", Condition=public)))
    role.s3.put_object(Bucket=bucket, Key="new", Body=b"")
    with assert_denied("AccessDenied", "explicit deny"):
        role.s3.put_object(Bucket=bucket, Key="new", Body=b"", ACL="public-read")


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, True),
        ({"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, False),
        ({"NumericGreaterThan": {"aws:EpochTime": "1577836800"}}, True),
        ({"NumericGreaterThanEquals": {"s3:TlsVersion": "1.2"}}, True),
        ({"StringEquals": {"s3:signatureversion": "AWS4-HMAC-SHA256"}}, True),
        ({"StringEquals": {"s3:authType": "REST-QUERY-STRING"}}, False),
        ({"StringLike": {"aws:UserAgent": "Boto3*"}}, True),
        ({"StringLike": {"aws:Referer": "*"}}, False),
        ({"StringEquals": {"aws:PrincipalTag/team": "blue"}}, False),
        ({"StringEquals": {"s3:ExistingObjectTag/class": "open"}}, True),
        ({"StringEquals": {"s3:ExistingObjectTag/class": "closed"}}, False),
        ({"Bool": {"aws:ViaAWSService": "false"}}, True),
        ({"Null": {"aws:MultiFactorAuthAge": "true"}}, True),
        ({"StringEquals": {"ec2:ResourceTag/a": "b"}}, False),
    ],
)
def test_condition_keys_of_a_read(
    aws: AwsClients, make_role: MakeRole, bucket: str, condition: Any, *, holds: bool
) -> None:
    """What AWS fills in for reading an object is known; the time is the emulator's."""
    aws.s3.put_object(Bucket=bucket, Key="key", Body=b"body", Tagging="class=open")
    role = role_clients(aws, make_role(_allow("s3:GetObject", Condition=condition)))
    if holds:
        assert role.s3.get_object(Bucket=bucket, Key="key")["ContentLength"] == 4
        return
    with assert_denied("AccessDenied", "s3:GetObject"):
        role.s3.get_object(Bucket=bucket, Key="key")


def test_one_folder_can_be_listed(aws: AwsClients, make_role: MakeRole, bucket: str) -> None:
    """By s3:prefix, also with s3:delimiter and s3:max-keys."""
    condition = {
        "StringLike": {"s3:prefix": "secret/*"},
        "NumericLessThanEquals": {"s3:max-keys": "10"},
    }
    role = role_clients(aws, make_role(_allow("s3:ListBucket", Condition=condition)))
    listed = role.s3.list_objects_v2(Bucket=bucket, Prefix="secret/", MaxKeys=10)
    assert listed["KeyCount"] == 1
    for given in ({}, {"Prefix": "other"}, {"Prefix": "secret/", "MaxKeys": 11}):
        with assert_denied("AccessDenied", "s3:ListBucket"):
            role.s3.list_objects_v2(Bucket=bucket, **given)


def test_items_are_limited_by_their_leading_keys(
    aws: AwsClients, make_role: MakeRole, table: str
) -> None:
    """Each item of a batch and of a transaction, and the key of a query."""
    condition = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["ada"]}}
    actions = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:PutItem"]
    role = role_clients(aws, make_role(_allow(actions, Condition=condition))).dynamodb
    ada, bob = {"id": {"S": "ada"}}, {"id": {"S": "bob"}}
    assert role.get_item(TableName=table, Key=ada)["Item"]
    query: Any = {"TableName": table, "KeyConditionExpression": "#k = :v"}
    query |= {"ExpressionAttributeNames": {"#k": "id"}}
    assert role.query(**query, ExpressionAttributeValues={":v": {"S": "ada"}})["Count"] == 1
    role.transact_write_items(TransactItems=[{"Put": {"TableName": table, "Item": ada}}])
    with assert_denied("AccessDeniedException", "dynamodb:GetItem"):
        role.get_item(TableName=table, Key=bob)
    with assert_denied("AccessDeniedException", "dynamodb:BatchGetItem"):
        role.batch_get_item(RequestItems={table: {"Keys": [ada, bob]}})
    with assert_denied("AccessDeniedException", "dynamodb:Query"):
        role.query(**query, ExpressionAttributeValues={":v": {"S": "bob"}})
    with assert_denied("AccessDeniedException", "dynamodb:PutItem"):
        role.transact_write_items(
            TransactItems=[{"Put": {"TableName": table, "Item": item}} for item in (ada, bob)]
        )


def test_attributes_can_be_withheld(aws: AwsClients, make_role: MakeRole, table: str) -> None:
    """Which are read is known from the projection."""
    condition = {
        "ForAllValues:StringEquals": {"dynamodb:Attributes": ["id", "open"]},
        "StringEqualsIfExists": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
    }
    role = role_clients(aws, make_role(_allow("dynamodb:GetItem", Condition=condition))).dynamodb
    ada = {"id": {"S": "ada"}}
    role.get_item(TableName=table, Key=ada, ProjectionExpression="id")
    with assert_denied("AccessDeniedException", "dynamodb:GetItem"):
        role.get_item(TableName=table, Key=ada, ProjectionExpression="id, secret")


@pytest.mark.parametrize(
    ("statement", "action"),
    [
        ('SELECT * FROM "{table}"', "dynamodb:PartiQLSelect"),
        ("select * from {table} where id = 'x'", "dynamodb:PartiQLSelect"),
        ("INSERT INTO \"{table}\" VALUE {{'id': 'eve'}}", "dynamodb:PartiQLInsert"),
        ("UPDATE \"{table}\" SET a = 'b' WHERE id = 'ada'", "dynamodb:PartiQLUpdate"),
        ("DELETE FROM \"{table}\" WHERE id = 'ada'", "dynamodb:PartiQLDelete"),
    ],
)
def test_a_denied_table_is_denied_to_partiql(
    aws: AwsClients, make_role: MakeRole, table: str, statement: str, action: str
) -> None:
    """By a statement, by one of a batch, and by one of a transaction."""
    arn = f"arn:aws:dynamodb:{REGION}:{SANDBOX_ACCOUNT}:table/{table}"
    role = role_clients(aws, make_role(ALLOW_ALL, _deny("dynamodb:*", arn))).dynamodb
    text = statement.format(table=table)
    with assert_denied("AccessDeniedException", action, table):
        role.execute_statement(Statement=text)
    with assert_denied("AccessDeniedException", action):
        role.batch_execute_statement(Statements=[{"Statement": text}])
    with assert_denied("AccessDeniedException", action):
        role.execute_transaction(TransactStatements=[{"Statement": text}])


def test_a_queues_policy_counts(aws: AwsClients, make_role: MakeRole, queue: str) -> None:
    """It denies what the role may, and lets in another account whose own side allows it."""
    arn = f"arn:aws:sqs:{REGION}:{SANDBOX_ACCOUNT}:{queue.rpartition('/')[2]}"
    role = role_clients(aws, make_role(ALLOW_ALL))
    role.sqs.send_message(QueueUrl=queue, MessageBody="1")
    other = sandbox_clients(str(aws.endpoint), SANDBOX_OTHER_ACCOUNT)
    with assert_denied("AccessDenied", "sqs:SendMessage"):
        other.sqs.send_message(QueueUrl=queue, MessageBody="2")
    foreign = {"AWS": SANDBOX_OTHER_ACCOUNT}
    aws.sqs.set_queue_attributes(
        QueueUrl=queue,
        Attributes={
            "Policy": _policy(
                _deny("SQS:DeleteMessage", arn, Principal="*"),
                _allow("SQS:SendMessage", arn, Principal=foreign),
            )
        },
    )
    other.sqs.send_message(QueueUrl=queue, MessageBody="2")
    with assert_denied("AccessDenied", "explicit deny in a resource-based policy"):
        role.sqs.delete_message(QueueUrl=queue, ReceiptHandle="any")
    with assert_denied("InvalidAttributeValue", "Policy"):
        aws.sqs.set_queue_attributes(
            QueueUrl=queue, Attributes={"Policy": _policy({"Effect": "?"})}
        )


def test_a_tables_policy_counts(aws: AwsClients, make_role: MakeRole, table: str) -> None:
    """It denies what the role may, for items as for statements of PartiQL."""
    arn = f"arn:aws:dynamodb:{REGION}:{SANDBOX_ACCOUNT}:table/{table}"
    role = role_clients(aws, make_role(ALLOW_ALL)).dynamodb
    role.get_item(TableName=table, Key={"id": {"S": "ada"}})
    denied = ["dynamodb:GetItem", "dynamodb:PartiQLSelect"]
    aws.dynamodb.put_resource_policy(
        ResourceArn=arn, Policy=_policy(_deny(denied, arn, Principal="*"))
    )
    with assert_denied("AccessDeniedException", "explicit deny in a resource-based policy"):
        role.get_item(TableName=table, Key={"id": {"S": "ada"}})
    with assert_denied("AccessDeniedException", "explicit deny in a resource-based policy"):
        role.execute_statement(Statement=STATEMENT.replace("TABLE", table))
    aws.dynamodb.delete_resource_policy(ResourceArn=arn)
    role.get_item(TableName=table, Key={"id": {"S": "ada"}})


def test_a_topics_policy_and_keys_count(aws: AwsClients, make_role: MakeRole) -> None:
    """A Deny of the topic's own policy, and sns:Protocol of a subscription."""
    arn = aws.sns.create_topic(Name=f"test-{unique_letters()}")["TopicArn"]
    email = {"StringEquals": {"sns:Protocol": "email"}}
    role = role_clients(
        aws, make_role(_allow("sns:Publish"), _allow("sns:Subscribe", Condition=email))
    )
    role.sns.publish(TopicArn=arn, Message="hello")
    with assert_denied("AuthorizationError", "sns:Subscribe"):
        role.sns.subscribe(TopicArn=arn, Protocol="https", Endpoint="https://localhost/x")
    aws.sns.set_topic_attributes(
        TopicArn=arn,
        AttributeName="Policy",
        AttributeValue=_policy(_deny("SNS:Publish", arn, Principal="*")),
    )
    with assert_denied("AuthorizationError", "explicit deny in a resource-based policy"):
        role.sns.publish(TopicArn=arn, Message="hello")


def test_tags_of_a_request_and_of_a_resource_are_known(
    aws: AwsClients, make_role: MakeRole
) -> None:
    """A queue may be made only with a tag, and read only with another."""
    made, red = {"StringEquals": {"aws:RequestTag/team": "blue"}}, {"aws:ResourceTag/team": "blue"}
    role = role_clients(
        aws,
        make_role(
            _allow(["sqs:CreateQueue", "sqs:TagQueue"], Condition=made),
            _allow("sqs:GetQueueAttributes", Condition={"StringEquals": red}),
        ),
    ).sqs
    name = f"test-{unique_letters()}"
    with assert_denied("AccessDenied", "sqs:CreateQueue"):
        role.create_queue(QueueName=name)
    url = role.create_queue(QueueName=name, tags={"team": "blue"})["QueueUrl"]
    role.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    aws.sqs.untag_queue(QueueUrl=url, TagKeys=["team"])
    with assert_denied("AccessDenied", "sqs:GetQueueAttributes"):
        role.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
