"""An incident is read from a queue, a log group and a bucket, which stay as they are."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.live.names import unique_letters
from wavetank.aws.clients import AwsClients
from wavetank.core.errors import UsageError
from wavetank.incidents.sources import read_bucket, read_log_group, read_queue

NOW_MILLIS = 1_795_514_400_000


@pytest.fixture
def name(aws: AwsClients) -> Iterator[str]:
    """The name of a queue, a log group and a bucket that hold two events each."""
    found = f"test-{unique_letters()}"
    with ExitStack() as stack:
        url = aws.sqs.create_queue(QueueName=found)["QueueUrl"]
        stack.callback(aws.sqs.delete_queue, QueueUrl=url)
        where: Any = {"LocationConstraint": "eu-west-1"}
        aws.s3.create_bucket(Bucket=found, CreateBucketConfiguration=where)
        stack.callback(aws.s3.delete_bucket, Bucket=found)
        aws.logs.create_log_group(logGroupName=found)
        stack.callback(aws.logs.delete_log_group, logGroupName=found)
        aws.logs.create_log_stream(logGroupName=found, logStreamName="s")
        for body in ('{"n": 1}', '{"n": 2}'):
            aws.sqs.send_message(QueueUrl=url, MessageBody=body)
            aws.s3.put_object(Bucket=found, Key=f"in/{body[6]}.json", Body=body.encode())
            stack.callback(aws.s3.delete_object, Bucket=found, Key=f"in/{body[6]}.json")
            line: Any = {"timestamp": NOW_MILLIS, "message": body}
            aws.logs.put_log_events(logGroupName=found, logStreamName="s", logEvents=[line])
        yield found


def test_events_are_read_where_they_are(aws: AwsClients, name: str) -> None:
    """All of a queue's messages, and of the rest those that a prefix or a pattern selects."""
    bodies = {each.content for each in read_queue(aws, name).events}
    assert bodies == {b'{"n": 1}', b'{"n": 2}'}
    (stored,) = read_bucket(aws, name, "in/2").events
    (way,) = stored.ways
    assert (way.resource, way.fields, way.body) == (name, {"key": "in/2.json"}, b'{"n": 2}')
    assert stored.at is not None
    (line,) = read_log_group(aws, name, "{ $.n = 1 }", any_object=True).events
    assert line.content == b'{"n": 1}'
    url = aws.sqs.get_queue_url(QueueName=name)["QueueUrl"]
    found = aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    waiting = [found["ApproximateNumberOfMessages"], found["ApproximateNumberOfMessagesNotVisible"]]
    assert sum(map(int, waiting)) == 2


def test_what_is_not_there_is_refused(aws: AwsClients, name: str) -> None:
    """By its name; so is a queue in use, whose messages a read could move."""
    with pytest.raises(UsageError, match="expected the queue no-such; found none"):
        read_queue(aws, "no-such")
    with pytest.raises(UsageError, match="expected the log group no-such; found none"):
        read_log_group(aws, "no-such", None, any_object=False)
    with pytest.raises(UsageError, match="expected the bucket no-such-one; found none"):
        read_bucket(aws, "no-such-one", None)
    with pytest.raises(UsageError, match=f"found none in bucket {name}"):
        read_bucket(aws, name, "none/")
    url = aws.sqs.get_queue_url(QueueName=name)["QueueUrl"]
    arn = aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    redrive = f'{{"deadLetterTargetArn": "{arn["QueueArn"]}", "maxReceiveCount": 3}}'
    aws.sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": redrive})
    with pytest.raises(UsageError, match=f"a dead-letter queue; found {name}, whose messages"):
        read_queue(aws, name)
