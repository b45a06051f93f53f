"""Probe what others can do with a bucket: they may read, not write, and unsigned requests nothing.

Writing is tried with a probe object, which is deleted again; deleting with a key that does not
exist, so that none of the owner's objects is ever changed.
"""

import uuid
from dataclasses import dataclass

from wavetank.aws.clients import AwsClients, BotoCoreError, ClientError, error_code
from wavetank.core.findings import Finding, Verdict
from wavetank.inspection.access.bucket_access import DENIED, PROBE_PREFIX
from wavetank.inspection.assess.bucket import describe_error

CLOSED, CLOSED_KEY = "other accounts cannot write", "closed"
UNSIGNED, UNSIGNED_KEY = "unsigned requests are refused", "unsigned"


@dataclass(frozen=True)
class Reviewer:
    """The clients of the account that runs `assess`, and anonymous clients.

    `own_buckets` are the buckets that belong to that account, if it may list them.
    """

    aws: AwsClients
    anonymous: AwsClients
    own_buckets: frozenset[str]


def own_buckets(aws: AwsClients) -> frozenset[str]:
    """The account's buckets; empty if it may not list them, or nothing answers."""
    try:
        pages = aws.s3.get_paginator("list_buckets").paginate()
        return frozenset(entry["Name"] for page in pages for entry in page.get("Buckets", []))
    except (BotoCoreError, ClientError):
        return frozenset()


def try_writing(reviewer: Reviewer, bucket: str) -> Finding:
    """Whether another account can put or delete objects.

    Raises:
        ClientError: S3 answers with neither yes nor no; the probe object is deleted.
    """
    if bucket in reviewer.own_buckets:
        evidence = "it belongs to the assessing account: choose another --profile"
        return Finding(CLOSED, Verdict.UNKNOWN, evidence, CLOSED_KEY)
    key = f"{PROBE_PREFIX}{uuid.uuid4()}"
    put = _can_put(reviewer.aws, bucket, key)
    deleted = _can_delete(reviewer.aws, bucket, key)
    can = [verb for verb, may in (("PUT", put), ("DELETE", deleted)) if may]
    if not can:
        return Finding(CLOSED, Verdict.VALID, "PUT and DELETE refused", CLOSED_KEY)
    remaining = "" if deleted else f"; the probe object could not be deleted: {key}"
    return Finding(
        CLOSED, Verdict.INVALID, f"any account can {' and '.join(can)}{remaining}", CLOSED_KEY
    )


def _can_put(aws: AwsClients, bucket: str, key: str) -> bool:
    try:
        aws.s3.put_object(Bucket=bucket, Key=key, Body=b"probe")
    except ClientError as error:
        if error_code(error) in DENIED:
            return False
        raise
    except BotoCoreError:  # the response was lost, and the object may exist
        _can_delete(aws, bucket, key)
        raise
    return True


def _can_delete(aws: AwsClients, bucket: str, key: str) -> bool:
    try:
        aws.s3.delete_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error_code(error) in DENIED:
            return False
        raise
    return True


def try_unsigned(reviewer: Reviewer, bucket: str, key: str | None) -> Finding:
    """Whether an anonymous caller can list the bucket or, if it has an object, read that.

    Raises:
        ClientError: S3 answers with neither yes nor no.
    """
    s3 = reviewer.anonymous.s3
    can = []
    try:
        s3.list_objects_v2(Bucket=bucket, MaxKeys=1)
        can.append("LIST")
    except ClientError as error:
        _raise_unless_denied(error)
    try:
        if key is not None:
            s3.get_object(Bucket=bucket, Key=key)["Body"].close()
            can.append("GET")
    except ClientError as error:
        _raise_unless_denied(error)
    if can:
        evidence = f"anonymous callers can {' and '.join(can)}"
        return Finding(UNSIGNED, Verdict.INVALID, evidence, UNSIGNED_KEY)
    tried = "LIST" if key is None else "LIST and GET"
    return Finding(UNSIGNED, Verdict.VALID, f"{tried} refused", UNSIGNED_KEY)


def _raise_unless_denied(error: ClientError) -> None:
    if error_code(error) not in DENIED:
        raise error


READABLE, READABLE_KEY = "any AWS account reads it", "readable"


def cannot(verb: str, error: ClientError, hint: str = "") -> Finding:
    """The finding of a refused read; the hint gives a common reason."""
    evidence = f"{verb} refused: {describe_error(error)}{hint}"
    return Finding(READABLE, Verdict.INVALID, evidence, READABLE_KEY)
