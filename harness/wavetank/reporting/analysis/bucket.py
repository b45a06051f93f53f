"""A bucket of a sandbox or of AWS as a source: read only, many objects at a time."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from wavetank.aws.clients import AwsClients, BotoCoreError, ClientError, shared_clients
from wavetank.aws.target import Target
from wavetank.core.errors import InfrastructureError, UsageError
from wavetank.inspection.assess.bucket import describe_error
from wavetank.reporting.analysis.function_events import read_activity
from wavetank.reporting.analysis.objects import (
    OBJECT_BYTES_MAX,
    FunctionActivity,
    StoredObject,
    stored_object,
    too_large,
)

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectTypeDef

READERS = 32
"""Threads, each with its own connection: S3's answers take tens of milliseconds."""


@dataclass(frozen=True)
class BucketSource:
    """A bucket as a source of notebooks, or the keys in it that begin with `prefix`."""

    target: Target
    bucket: str
    prefix: str = ""

    @property
    def description(self) -> str:
        return f"s3://{self.bucket}/{self.prefix} of {self.target.description}"

    def objects(self) -> Iterator[StoredObject]:
        """In the order of their keys, which is that of their arrival.

        Raises:
            UsageError: the bucket does not exist, or may not be listed.
            InfrastructureError: the target does not answer.
        """
        s3 = shared_clients(self.target.aws, READERS).s3
        listed = list(self._listed(self.target.aws))
        with ThreadPoolExecutor(READERS) as pool:
            yield from pool.map(partial(_download, s3, self.bucket), listed)

    def activity(self, since: datetime) -> FunctionActivity:
        """From the logs and the mailbox.

        Raises:
            InfrastructureError: the target does not answer.
        """
        try:
            return read_activity(self.target, self.bucket, since)
        except BotoCoreError as error:
            raise _silent(self.target, error) from error

    def _listed(self, aws: AwsClients) -> "Iterator[ObjectTypeDef]":
        pages = aws.s3.get_paginator("list_objects_v2")
        try:
            for page in pages.paginate(Bucket=self.bucket, Prefix=self.prefix):
                yield from page.get("Contents", [])
        except ClientError as error:
            raise UsageError(
                f"the bucket {self.bucket} in {self.target.description}",
                describe_error(error),
                "correct its name, or get permission to list and read it",
            ) from error
        except BotoCoreError as error:
            raise _silent(self.target, error) from error


def _download(s3: "S3Client", bucket: str, entry: "ObjectTypeDef") -> StoredObject:
    key, modified, size = entry["Key"], entry["LastModified"], entry["Size"]
    if size > OBJECT_BYTES_MAX:
        return too_large(key, modified, size)
    try:
        with s3.get_object(Bucket=bucket, Key=key)["Body"] as body:
            return stored_object(key, modified, body.read())
    except ClientError as error:
        return StoredObject(key, modified, size, problem=f"cannot be read, {describe_error(error)}")
    except BotoCoreError as error:
        return StoredObject(key, modified, size, problem=f"cannot be read, {error}")


def _silent(target: Target, error: BotoCoreError) -> InfrastructureError:
    action = "check the network, and whether the sandbox runs"
    return InfrastructureError(f"an answer of {target.description}", str(error), action)
