"""Which actions on which resources a call needs."""

import base64
from typing import Any

import pytest

from wavetank.emulator.iam_enforcement.call_actions import required_actions
from wavetank.emulator.iam_enforcement.required_action import Call

ACCOUNT = "000000000000"
REGION = "eu-west-1"


def _needs(service: str, operation: str, **parameters: Any) -> list[tuple[str, str]]:
    found = required_actions(Call(service, operation, parameters, ACCOUNT, REGION))
    return [(need.action, need.resource) for need in found]


@pytest.mark.parametrize(
    ("operation", "parameters", "expected"),
    [
        ("GetObject", {"Bucket": "b", "Key": "k/1"}, [("s3:GetObject", "arn:aws:s3:::b/k/1")]),
        ("HeadObject", {"Bucket": "b", "Key": "k"}, [("s3:GetObject", "arn:aws:s3:::b/k")]),
        (
            "GetObject",
            {"Bucket": "b", "Key": "k", "VersionId": "1"},
            [("s3:GetObjectVersion", "arn:aws:s3:::b/k")],
        ),
        (
            "GetObjectAttributes",
            {"Bucket": "b", "Key": "k"},
            [("s3:GetObjectAttributes", "arn:aws:s3:::b/k"), ("s3:GetObject", "arn:aws:s3:::b/k")],
        ),
        (
            "GetObjectAttributes",
            {"Bucket": "b", "Key": "k", "VersionId": "1"},
            [
                ("s3:GetObjectVersionAttributes", "arn:aws:s3:::b/k"),
                ("s3:GetObjectVersion", "arn:aws:s3:::b/k"),
            ],
        ),
        ("ListObjectsV2", {"Bucket": "b"}, [("s3:ListBucket", "arn:aws:s3:::b")]),
        ("ListBuckets", {}, [("s3:ListAllMyBuckets", "arn:aws:s3:::*")]),
        ("UploadPart", {"Bucket": "b", "Key": "k"}, [("s3:PutObject", "arn:aws:s3:::b/k")]),
        (
            "CopyObject",
            {"Bucket": "b", "Key": "k", "CopySource": "/other/from?versionId=1"},
            [
                ("s3:GetObjectVersion", "arn:aws:s3:::other/from"),
                ("s3:PutObject", "arn:aws:s3:::b/k"),
            ],
        ),
        (
            "DeleteObjects",
            {"Bucket": "b", "Delete": {"Objects": [{"Key": "1"}, {"Key": "2", "VersionId": "v"}]}},
            [
                ("s3:DeleteObject", "arn:aws:s3:::b/1"),
                ("s3:DeleteObjectVersion", "arn:aws:s3:::b/2"),
            ],
        ),
        ("PutBucketPolicy", {"Bucket": "b"}, [("s3:PutBucketPolicy", "arn:aws:s3:::b")]),
    ],
)
def test_calls_of_s3(
    operation: str, parameters: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    """Objects by key, buckets by name, and actions that are not called as their operation."""
    assert _needs("s3", operation, **parameters) == expected


def test_a_transaction_needs_the_action_of_each_of_its_parts() -> None:
    """The transaction has no action, but its name is a condition key."""
    items = [{"Update": {"TableName": "t"}}, {"ConditionCheck": {"TableName": "u"}}]
    call = Call("dynamodb", "TransactWriteItems", {"TransactItems": items}, ACCOUNT, REGION)
    table = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table"
    assert [(need.action, need.resource) for need in required_actions(call)] == [
        ("dynamodb:UpdateItem", f"{table}/t"),
        ("dynamodb:ConditionCheckItem", f"{table}/u"),
    ]
    assert required_actions(call)[0].context == {
        "dynamodb:EnclosingOperation": ("TransactWriteItems",)
    }


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "expected"),
    [
        (
            "dynamodb",
            "Query",
            {"TableName": "t", "IndexName": "i"},
            ("dynamodb:Query", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/t/index/i"),
        ),
        (
            "dynamodb",
            "BatchWriteItem",
            {"RequestItems": {"t": []}},
            ("dynamodb:BatchWriteItem", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/t"),
        ),
        (
            "firehose",
            "PutRecordBatch",
            {"DeliveryStreamName": "d"},
            ("firehose:PutRecordBatch", f"arn:aws:firehose:{REGION}:{ACCOUNT}:deliverystream/d"),
        ),
        (
            "sns",
            "PublishBatch",
            {"TopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:t"},
            ("sns:Publish", f"arn:aws:sns:{REGION}:{ACCOUNT}:t"),
        ),
        (
            "sqs",
            "SendMessageBatch",
            {"QueueUrl": f"http://127.0.0.1:4566/{ACCOUNT}/q"},
            ("sqs:SendMessage", f"arn:aws:sqs:{REGION}:{ACCOUNT}:q"),
        ),
        (
            "lambda",
            "Invoke",
            {"FunctionName": "f"},
            ("lambda:InvokeFunction", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f"),
        ),
        (
            "lambda",
            "Invoke",
            {"FunctionName": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f:live"},
            ("lambda:InvokeFunction", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f:live"),
        ),
        (
            "lambda",
            "GetFunction",
            {"FunctionName": f"{ACCOUNT}:function:f"},
            ("lambda:GetFunction", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f"),
        ),
        (
            "logs",
            "PutLogEvents",
            {"logGroupName": "/aws/lambda/f", "logStreamName": "s"},
            (
                "logs:PutLogEvents",
                f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/f:log-stream:s",
            ),
        ),
        (
            "sts",
            "AssumeRole",
            {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/r"},
            ("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/r"),
        ),
        (
            "events",
            "PutRule",
            {"Name": "r"},
            ("events:PutRule", f"arn:aws:events:{REGION}:{ACCOUNT}:rule/r"),
        ),
        (
            "iam",
            "PutRolePolicy",
            {"RoleName": "r"},
            ("iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/r"),
        ),
    ],
)
def test_calls_of_the_other_services(
    service: str, operation: str, parameters: dict[str, Any], expected: tuple[str, str]
) -> None:
    """Each names what it is about by ARN."""
    assert _needs(service, operation, **parameters) == [expected]


def test_a_call_that_is_not_listed_needs_its_own_name_on_everything() -> None:
    """Less is allowed than on AWS, and never more."""
    assert _needs("pipes", "ListPipes", Name="k") == [("pipes:ListPipes", "*")]


@pytest.mark.parametrize("operation", ["GetCallerIdentity", "GetSessionToken"])
def test_who_am_i_needs_nothing(operation: str) -> None:
    """Not even a policy that denies it."""
    assert _needs("sts", operation) == []


@pytest.mark.parametrize(
    ("operation", "parameters", "resource"),
    [
        ("DescribeStacks", {}, "stack/*/*"),
        ("CreateChangeSet", {"StackName": "DEDOREXP-storage"}, "stack/DEDOREXP-storage/*"),
        (
            "DeleteStack",
            {"StackName": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/a/1"},
            "stack/a/1",
        ),
        ("ValidateTemplate", {}, None),
    ],
)
def test_calls_of_cloudformation(
    operation: str, parameters: dict[str, Any], resource: str | None
) -> None:
    """A stack by name or ARN, all stacks where none is named, and what takes no resource."""
    arn = "*" if resource is None else f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:{resource}"
    assert _needs("cloudformation", operation, **parameters) == [
        (f"cloudformation:{operation}", arn)
    ]


STREAM = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/t/stream/2030-01-01T00:00:00.000"


@pytest.mark.parametrize(
    ("operation", "parameters", "resource"),
    [
        ("DescribeStream", {"StreamArn": STREAM}, STREAM),
        ("GetShardIterator", {"StreamArn": STREAM, "ShardId": "s"}, STREAM),
        ("GetRecords", {"ShardIterator": f"{STREAM}|1|AAAA"}, STREAM),
        ("ListStreams", {"TableName": "t"}, "*"),
    ],
)
def test_streams_have_the_actions_of_dynamodb(
    operation: str, parameters: dict[str, Any], resource: str
) -> None:
    """A role with AWSLambdaDynamoDBExecutionRole can read them."""
    found = _needs("dynamodbstreams", operation, **parameters)
    assert found == [(f"dynamodb:{operation}", resource)]


def test_workflows_have_actions_of_their_own_name() -> None:
    """A policy for `states:StartExecution` allows an execution."""
    arn = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:m"
    found = _needs("stepfunctions", "StartExecution", stateMachineArn=arn)
    assert found == [("states:StartExecution", arn)]


def test_a_call_that_names_two_streams_needs_the_action_on_both() -> None:
    """Whichever the service takes, the policy has permitted it."""
    arn = "arn:aws:kinesis:eu-west-1:000000000000:stream"
    found = _needs("kinesis", "PutRecord", StreamARN=f"{arn}/a", StreamName="b")
    assert sorted(found) == [("kinesis:PutRecord", f"{arn}/a"), ("kinesis:PutRecord", f"{arn}/b")]


@pytest.mark.parametrize(("named", "required"), [(None, ["b"]), ("b", ["b"]), ("a", ["b", "a"])])
def test_records_need_the_action_on_the_stream_of_the_iterator(
    named: str | None, required: list[str]
) -> None:
    """Also if the call names another stream by its ARN."""
    prefix = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/"
    iterator = base64.b64encode(b"b:shardId-000000000000:0").decode()
    arn = {} if named is None else {"StreamARN": prefix + named}
    found = _needs("kinesis", "GetRecords", ShardIterator=iterator, **arn)
    assert found == [("kinesis:GetRecords", prefix + name) for name in required]


MODELS = "arn:aws:bedrock:eu-west-1::foundation-model/"
PARAMETERS = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter"


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "expected"),
    [
        ("bedrock-runtime", "Converse", {"modelId": "m"}, [("bedrock:InvokeModel", f"{MODELS}m")]),
        (
            "bedrock-runtime",
            "ConverseStream",
            {"modelId": f"{MODELS}m"},
            [("bedrock:InvokeModelWithResponseStream", f"{MODELS}m")],
        ),
        (
            "bedrock-runtime",
            "InvokeModel",
            {"modelId": "eu.a.m"},
            [
                (
                    "bedrock:InvokeModel",
                    f"arn:aws:bedrock:{REGION}:{ACCOUNT}:inference-profile/eu.a.m",
                ),
                ("bedrock:InvokeModel", f"{MODELS}a.m"),
            ],
        ),
        (
            "bedrock-agent-runtime",
            "Retrieve",
            {"knowledgeBaseId": "K"},
            [("bedrock:Retrieve", f"arn:aws:bedrock:{REGION}:{ACCOUNT}:knowledge-base/K")],
        ),
        ("comprehend", "DetectSentiment", {}, [("comprehend:DetectSentiment", "*")]),
        (
            "sagemaker-runtime",
            "InvokeEndpoint",
            {"EndpointName": "e"},
            [("sagemaker:InvokeEndpoint", f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:endpoint/e")],
        ),
        (
            "sesv2",
            "SendEmail",
            {"FromEmailAddress": "Me <a@example.com>"},
            [("ses:SendEmail", f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/a@example.com")],
        ),
        ("ssm", "GetParameter", {"Name": "/a/b:3"}, [("ssm:GetParameter", f"{PARAMETERS}/a/b")]),
        (
            "ssm",
            "GetParameters",
            {"Names": ["a", f"{PARAMETERS}/b:label"]},
            [("ssm:GetParameters", f"{PARAMETERS}/a"), ("ssm:GetParameters", f"{PARAMETERS}/b")],
        ),
        (
            "ssm",
            "GetParametersByPath",
            {"Path": "/a/b"},
            [("ssm:GetParametersByPath", f"{PARAMETERS}/a/b")],
        ),
        (
            "secretsmanager",
            "GetSecretValue",
            {"SecretId": "missing"},
            [
                (
                    "secretsmanager:GetSecretValue",
                    f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:missing",
                )
            ],
        ),
    ],
)
def test_services_that_share_a_prefix_and_stored_settings(
    service: str, operation: str, parameters: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    """Models, mail of the second API, parameters and secrets, by the names that calls have."""
    assert _needs(service, operation, **parameters) == expected
