"""Where a behaviour is looked at: a LocalStack with Wavetank's plug-ins, or without them."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import requests

from tests.live.names import unique_letters
from wavetank.aws.clients import AwsClients, ClientError, error_code, sandbox_clients
from wavetank.aws.observers import wait_until
from wavetank.core.clock import WallClock
from wavetank.core.errors import ConditionTimeoutError
from wavetank.core.settings import SANDBOX_OTHER_ACCOUNT, read_settings
from wavetank.engines.embedded import SandboxFolder, start_localstack
from wavetank.engines.localstack_child import LocalStackOptions

HTTP_SECONDS = 10


@dataclass
class Patience:
    """How many times longer than in a sandbox things may take; AWS is far away and slower."""

    factor: float = 1.0


PATIENCE = Patience()


@contextmanager
def patience(factor: float) -> Iterator[None]:
    """For the body, wait that many times longer."""
    PATIENCE.factor = factor
    try:
        yield
    finally:
        PATIENCE.factor = 1.0


PATIENCE_SECONDS = 2.0
"""What has not happened after it is taken not to happen."""
ALLOW_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@dataclass(frozen=True)
class Ground:
    """One LocalStack; `corrected` where the plug-ins are in it."""

    endpoint: str
    corrected: bool
    aws: AwsClients
    other: AwsClients

    @cached_property
    def account(self) -> str:
        """The account of the clients."""
        return self.aws.sts.get_caller_identity()["Account"]

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource of the account in eu-west-1."""
        return f"arn:aws:{service}:eu-west-1:{self.account}:{resource}"

    def bucket(self) -> str:
        """A new bucket with one object, `key`."""
        name = f"test-{unique_letters()}"
        self.aws.s3.create_bucket(
            Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
        self.aws.s3.put_object(Bucket=name, Key="key", Body=b"body")
        return name

    def role(self, *statements: dict[str, Any], service: str = "lambda") -> str:
        """A new role with the statements."""
        name = f"test-{unique_letters()}"
        principal = {"Service": f"{service}.amazonaws.com"}
        trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        answer = self.aws.iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(trust))
        if statements:
            document = policy(*statements)
            self.aws.iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document)
        return answer["Role"]["Arn"]

    def stream(self, bucket: str | None = None, **settings: Any) -> tuple[str, str]:
        """A new delivery stream that buffers for a minute, and its bucket."""
        bucket = bucket or f"test-{unique_letters()}"
        if not self.has_bucket(bucket):
            self.aws.s3.create_bucket(
                Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
            )
        name = f"test-{unique_letters()}"
        configuration: Any = {
            "BucketARN": f"arn:aws:s3:::{bucket}",
            "RoleARN": self.role(ALLOW_ALL, service="firehose"),
            "BufferingHints": {"IntervalInSeconds": 60, "SizeInMBs": 1},
            **settings,
        }
        self.aws.firehose.create_delivery_stream(
            DeliveryStreamName=name, ExtendedS3DestinationConfiguration=configuration
        )
        return name, bucket

    def has_bucket(self, name: str) -> bool:
        """Whether there is such a bucket."""
        return any(found["Name"] == name for found in self.aws.s3.list_buckets()["Buckets"])

    def put(self, stream: str, *data: bytes) -> Any:
        """Puts records into the stream."""
        records: Any = [{"Data": entry} for entry in data]
        return self.aws.firehose.put_record_batch(DeliveryStreamName=stream, Records=records)

    def deliver(self) -> None:
        """Has Firehose deliver at once; without the plug-in it has done so already."""
        if self.corrected:
            url = f"{self.endpoint}/_wavetank/firehose/flush"
            requests.post(url, timeout=HTTP_SECONDS).raise_for_status()

    def objects(self, bucket: str) -> dict[str, bytes]:
        """The bucket's objects."""
        listed = self.aws.s3.list_objects_v2(Bucket=bucket).get("Contents", [])
        return {
            entry["Key"]: self.aws.s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()
            for entry in listed
        }

    def topic(self) -> tuple[str, str]:
        """A new topic, and an address that was subscribed to it."""
        topic = self.aws.sns.create_topic(Name=f"test-{unique_letters()}")["TopicArn"]
        address = f"{unique_letters()}@example.com"
        self.aws.sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=address)
        return topic, address

    def subjects(self, address: str) -> list[str]:
        """The subjects of what was sent to the address."""
        if self.corrected:
            found = self._get("/_wavetank/mailbox")["messages"]
            return [entry["subject"] for entry in found if entry["to"] == address]
        found = self._get("/_aws/ses")["messages"]
        return [
            entry["Subject"]
            for entry in found
            if address in entry.get("Destination", {}).get("ToAddresses", [])
        ]

    def confirm(self, address: str) -> None:
        """Opens the link that the address was sent; without the plug-in there is none."""
        if self.corrected:
            found = self._get("/_wavetank/mailbox")["messages"]
            link = next(entry["link"] for entry in reversed(found) if entry["to"] == address)
            requests.get(link, timeout=HTTP_SECONDS).raise_for_status()

    def _get(self, path: str) -> Any:
        answer = requests.get(self.endpoint + path, timeout=HTTP_SECONDS)
        answer.raise_for_status()
        return answer.json()


@contextmanager
def ground(state: Path, *, corrected: bool) -> Iterator[Ground]:
    """A LocalStack with the plug-ins, or without those that it runs without."""
    folder = SandboxFolder(state)
    options = LocalStackOptions(
        folder=folder.path / "localstack",
        path=read_settings().path,
        retry_base_delay_seconds=1,
        corrected=corrected,
    )
    with folder.owned():
        child = start_localstack(folder, options, WallClock())
        try:
            yield Ground(
                endpoint=child.endpoint,
                corrected=corrected,
                aws=sandbox_clients(child.endpoint),
                other=sandbox_clients(child.endpoint, SANDBOX_OTHER_ACCOUNT),
            )
        finally:
            child.stop()


def policy(*statements: dict[str, Any]) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def answer_to(call: Callable[[], Any]) -> str:
    """`done`, or the code of the error."""
    try:
        call()
    except ClientError as error:
        return error_code(error)
    return "done"


def happens[T](
    observe: Callable[[], T],
    accept: Callable[[T], object],
    within_seconds: float = PATIENCE_SECONDS,
) -> bool:
    """Whether it happens in time."""
    try:
        wait_until(
            observe,
            accept,
            expected="it",
            hint="none",
            within_seconds=within_seconds * PATIENCE.factor,
            clock=WallClock(),
        )
    except ConditionTimeoutError:
        return False
    return True
