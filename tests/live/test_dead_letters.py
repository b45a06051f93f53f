"""Dead-letter queues and topics of functions, beside a failure destination."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.live.conftest import Function, MakeFunction
from tests.live.names import unique_letters
from tests.waiting import wait_until_seen
from wavetank.aws.clients import AwsClients

FAILS = "def handler(event, context): raise RuntimeError('on purpose')"


@pytest.fixture
def queues(aws: AwsClients) -> Iterator[list[str]]:
    """The URLs of two new queues."""
    names = [f"test-{unique_letters()}" for _ in range(2)]
    urls = [aws.sqs.create_queue(QueueName=name)["QueueUrl"] for name in names]
    yield urls
    for url in urls:
        aws.sqs.delete_queue(QueueUrl=url)


def _arn(aws: AwsClients, url: str) -> str:
    return aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]


def _message(aws: AwsClients, url: str, within_seconds: float = 30) -> Any:
    def received() -> list[Any]:
        answer = aws.sqs.receive_message(
            QueueUrl=url, MessageAttributeNames=["All"], WaitTimeSeconds=1
        )
        return list(answer.get("Messages", []))

    (message,) = wait_until_seen(
        received, lambda found: found, "a message in the queue", within_seconds=within_seconds
    )
    return message


def _invoke(function: Function, event: object) -> str:
    answer = function.aws.awslambda.invoke(
        FunctionName=function.name, InvocationType="Event", Payload=json.dumps(event)
    )
    return answer["ResponseMetadata"]["RequestId"]


def test_an_event_that_failed_is_in_the_queue_and_in_the_destination(
    make_function: MakeFunction, aws: AwsClients, queues: list[str]
) -> None:
    """With the request's id, the status and the error's message as attributes."""
    dead, failed = queues
    function = make_function(FAILS, DeadLetterConfig={"TargetArn": _arn(aws, dead)})
    aws.awslambda.put_function_event_invoke_config(
        FunctionName=function.name,
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": _arn(aws, failed)}},
    )
    request = _invoke(function, {"a": 1})
    message = _message(aws, dead)
    assert json.loads(message["Body"]) == {"a": 1}
    values = {k: (v["DataType"], v["StringValue"]) for k, v in message["MessageAttributes"].items()}
    assert values == {
        "RequestID": ("String", request),
        "ErrorCode": ("Number", "200"),
        "ErrorMessage": ("String", "on purpose"),
    }
    record = json.loads(_message(aws, failed)["Body"])
    assert record["requestContext"]["requestId"] == request


@pytest.mark.nightly
def test_an_event_that_expires_while_it_is_throttled_reaches_both(
    make_function: MakeFunction, aws: AwsClients, queues: list[str]
) -> None:
    """The shortest age is a minute; the only environment is busy for longer."""
    dead, failed = queues
    source = "import time\ndef handler(event, context): time.sleep(80)"
    function = make_function(source, DeadLetterConfig={"TargetArn": _arn(aws, dead)}, Timeout=90)
    aws.awslambda.put_function_event_invoke_config(
        FunctionName=function.name,
        MaximumEventAgeInSeconds=60,
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": _arn(aws, failed)}},
    )
    aws.awslambda.put_function_concurrency(
        FunctionName=function.name, ReservedConcurrentExecutions=1
    )
    _invoke(function, "busy")
    request = _invoke(function, "throttled")
    record = json.loads(_message(aws, failed, within_seconds=100)["Body"])
    assert record["requestContext"]["condition"] == "EventAgeExceeded"
    assert record["requestPayload"] == "throttled"
    assert "responseContext" not in record
    attributes = _message(aws, dead)["MessageAttributes"]
    assert attributes["RequestID"]["StringValue"] == request


def test_an_event_that_never_ran_reaches_a_topic(
    make_function: MakeFunction, aws: AwsClients, queues: list[str]
) -> None:
    """With no concurrency at all it is discarded at once, and the topic has it with its status."""
    (url, _), name = queues, f"test-{unique_letters()}"
    topic = aws.sns.create_topic(Name=name)["TopicArn"]
    aws.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=_arn(aws, url))
    allowed = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": "*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": allowed})
    aws.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    function = make_function(FAILS, DeadLetterConfig={"TargetArn": topic})
    aws.awslambda.put_function_concurrency(
        FunctionName=function.name, ReservedConcurrentExecutions=0
    )
    request = _invoke(function, "never")
    notification = json.loads(_message(aws, url)["Body"])
    assert json.loads(notification["Message"]) == "never"
    values = {k: v["Value"] for k, v in notification["MessageAttributes"].items()}
    assert (values["RequestID"], values["ErrorCode"]) == (request, "429")
    aws.sns.delete_topic(TopicArn=topic)
