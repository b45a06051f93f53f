"""Where events are imported from: files and folders, or a queue, log group or bucket of a target.

Nothing is changed in a target, except that messages which are received are hidden for a minute and
count as received. A queue with a dead-letter queue is refused for that: its messages are in use,
and could be moved.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from wavetank.aws.clients import AwsClients, BotoCoreError, ClientError, error_code
from wavetank.core.errors import InfrastructureError, UsageError
from wavetank.core.text import pluralize
from wavetank.incidents.events import ExportedEvent, Resending
from wavetank.incidents.exported import Exported, read_log_events, read_messages, read_text

HIDDEN_SECONDS = 60
RECEIVE_MAX = 10
"""The largest number of messages of one ReceiveMessage. [SQS API reference]"""
EVENTS_MAX = 10_000
"""More would make a scenario that no one can read."""
MISSING = frozenset(
    {
        *("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist", "NoSuchBucket"),
        *("ResourceNotFoundException",),
    }
)


def read_path(path: Path, *, as_objects: bool, any_object: bool) -> Exported:
    """The events of a file, or of all files of a folder.

    `as_objects` is whether each file was an object of S3, whose key is its path in the folder. Its
    time is that of the file, which `aws s3 cp` sets to the object's.

    Raises:
        UsageError: the path does not exist, nothing is in it, or a file has an unknown form.
    """
    files = sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
    found = [
        Exported((_object(each, path),))
        if as_objects
        else read_text(_text(each), str(each), any_object=any_object)
        for each in files
    ]
    events = tuple(event for each in found for event in each.events)
    left_out = sum(each.lines_left_out for each in found)
    if not events:
        what = f"{pluralize(left_out, 'log line')} without an event" if left_out else "nothing"
        raise UsageError("events to import", f"{what} in {path}", "export them again")
    return Exported(events, left_out)


def _text(file: Path) -> str:
    try:
        text = _content(file).decode()
    except UnicodeDecodeError as error:
        action = "name the bucket that it was an object of with --to, or leave it out"
        raise UsageError(f"text in {file}", "binary content", action) from error
    if not text.strip():
        raise UsageError("events to import", f"nothing in {file}", "export them again")
    return text


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(f"to read {file}", reason, "check the path") from error


def _object(file: Path, folder: Path) -> ExportedEvent:
    key = file.name if file == folder else file.relative_to(folder).as_posix()
    content = _content(file)
    at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    return _stored(str(file), content, at, key, None)


def _stored(
    where: str, content: bytes, at: datetime, key: str, bucket: str | None
) -> ExportedEvent:
    way = Resending(kind="put-object", body=content, resource=bucket, fields={"key": key})
    return ExportedEvent(where=where, content=content, at=at, ways=(way,))


def read_queue(aws: AwsClients, queue: str) -> Exported:
    """The messages of a queue, by its name or URL; they stay in it.

    Raises:
        UsageError: there is no such queue, or it has a dead-letter queue itself.
        InfrastructureError: the target refuses, or does not answer.
    """
    return _from(f"queue {queue}", lambda: _received(aws, queue))


def _received(aws: AwsClients, queue: str) -> Exported:
    url = queue if "/" in queue else aws.sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    answer = aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])
    if "RedrivePolicy" in answer.get("Attributes", {}):
        expected, found = "a dead-letter queue", f"{queue}, whose messages are in use"
        raise UsageError(expected, found, "name the queue that its RedrivePolicy names")
    messages: dict[str, Any] = {}
    while len(messages) < EVENTS_MAX:
        received = aws.sqs.receive_message(
            QueueUrl=url,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
            MaxNumberOfMessages=RECEIVE_MAX,
            VisibilityTimeout=HIDDEN_SECONDS,
            WaitTimeSeconds=1,
        ).get("Messages", [])
        fresh = {each["MessageId"]: each for each in received if each["MessageId"] not in messages}
        if not fresh:
            break
        messages |= fresh
    return read_messages(list(messages.values()), f"queue {queue}")


def read_log_group(
    aws: AwsClients, group: str, pattern: str | None, *, any_object: bool
) -> Exported:
    """The events of a log group's lines that match the filter pattern, if there is one.

    Raises:
        UsageError: there is no such log group, or it has too many lines.
        InfrastructureError: as for a queue.
    """

    def read() -> Exported:
        more: Any = {"filterPattern": pattern} if pattern else {}
        pages = aws.logs.get_paginator("filter_log_events").paginate(logGroupName=group, **more)
        lines = [dict(each) for each in _limited(e for p in pages for e in p["events"])]
        return read_log_events(lines, f"log group {group}", any_object=any_object)

    return _from(f"log group {group}", read)


def read_bucket(aws: AwsClients, bucket: str, prefix: str | None) -> Exported:
    """The objects of a bucket whose keys have that prefix.

    Raises:
        UsageError: there is no such bucket, or it has too many objects.
        InfrastructureError: as for a queue.
    """

    def read() -> Exported:
        pages = aws.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix or "")
        listed: Any = _limited(each for page in pages for each in page.get("Contents", []))
        return Exported(tuple(_fetched(aws, bucket, each) for each in listed))

    return _from(f"bucket {bucket}", read)


def _fetched(aws: AwsClients, bucket: str, listed: Any) -> ExportedEvent:
    key = listed["Key"]
    content = aws.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    return _stored(f"s3://{bucket}/{key}", content, listed["LastModified"], key, bucket)


def _limited[Item](items: Iterator[Item]) -> list[Item]:
    found: list[Item] = []
    for each in items:
        if len(found) == EVENTS_MAX:
            expected, action = f"at most {EVENTS_MAX} events", "give --prefix or --filter-pattern"
            raise UsageError(expected, "more", action)
        found.append(each)
    return found


def _from(what: str, read: Callable[[], Exported]) -> Exported:
    """What is read, or one error of Wavetank's."""
    try:
        found = read()
    except ClientError as error:
        code = error_code(error)
        if code in MISSING:
            raise UsageError(f"the {what}", f"none ({code})", "correct its name") from error
        action = "check the permissions"
        raise InfrastructureError(f"to read the {what}", str(error), action) from error
    except BotoCoreError as error:
        action = "check the network, then run the same command again"
        raise InfrastructureError(f"to read the {what}", str(error), action) from error
    if not found.events:
        raise UsageError("events to import", f"none in {what}", "choose another source")
    return found
