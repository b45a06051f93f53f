"""What others can do with the bucket, by trying: they may read, not write, and nobody unsigned.

Writing is tried with an object of the probe's own, which is deleted again; deleting with a name
that no object has, so that nothing of the owner's is ever touched.
"""

import uuid
from dataclasses import dataclass

from wavetank.aws.clients import AwsClients, BotoCoreError, ClientError, error_code
from wavetank.core.findings import Finding, Verdict
from wavetank.inspection.access.bucket_access import DENIED, PROBE_PREFIX
from wavetank.inspection.assess.bucket import told

CLOSED, CLOSED_KEY = "other accounts cannot write", "closed"
UNSIGNED, UNSIGNED_KEY = "nobody reads it unsigned", "unsigned"


@dataclass(frozen=True)
class Reviewer:
    """Who looks: an account that owns none of the buckets, and the same machine without a name.

    `own_buckets` are those that it owns after all, where it may know.
    """

    aws: AwsClients
    anonymous: AwsClients
    own_buckets: frozenset[str]


def own_buckets(aws: AwsClients) -> frozenset[str]:
    """The account's own; none where it may not list them, or nothing answers."""
    try:
        pages = aws.s3.get_paginator("list_buckets").paginate()
        return frozenset(entry["Name"] for page in pages for entry in page.get("Buckets", []))
    except (BotoCoreError, ClientError):
        return frozenset()


def try_writing(reviewer: Reviewer, bucket: str) -> Finding:
    """Whether another account can put or delete.

    Raises:
        ClientError: S3 answers with neither yes nor no; the probe's object is not left behind.
    """
    if bucket in reviewer.own_buckets:
        evidence = "it is of the account that looks: choose another --profile"
        return Finding(CLOSED, Verdict.UNKNOWN, evidence, CLOSED_KEY)
    key = f"{PROBE_PREFIX}{uuid.uuid4()}"
    put = _can_put(reviewer.aws, bucket, key)
    deleted = _can_delete(reviewer.aws, bucket, key)
    can = [verb for verb, may in (("PUT", put), ("DELETE", deleted)) if may]
    if not can:
        return Finding(CLOSED, Verdict.VALID, "PUT and DELETE refused", CLOSED_KEY)
    left = "" if deleted else f"; the probe's object could not be deleted and is left: {key}"
    return Finding(CLOSED, Verdict.INVALID, f"anybody can {' and '.join(can)}{left}", CLOSED_KEY)


def _can_put(aws: AwsClients, bucket: str, key: str) -> bool:
    try:
        aws.s3.put_object(Bucket=bucket, Key=key, Body=b"probe")
    except ClientError as error:
        if error_code(error) in DENIED:
            return False
        raise
    except BotoCoreError:  # the reply was lost, and the object may be there
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
    """Whether somebody without an account can list it or, where there is an object, read that.

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
        evidence = f"anybody without an account can {' and '.join(can)}"
        return Finding(UNSIGNED, Verdict.INVALID, evidence, UNSIGNED_KEY)
    tried = "LIST" if key is None else "LIST and GET"
    return Finding(UNSIGNED, Verdict.VALID, f"{tried} refused", UNSIGNED_KEY)


def _raise_unless_denied(error: ClientError) -> None:
    if error_code(error) not in DENIED:
        raise error


READABLE, READABLE_KEY = "any AWS account reads it", "readable"


def cannot(verb: str, error: ClientError, hint: str = "") -> Finding:
    """Where reading is refused; the hint says what is often the reason."""
    evidence = f"{verb} refused: {told(error)}{hint}"
    return Finding(READABLE, Verdict.INVALID, evidence, READABLE_KEY)
