"""Amazon S3: its actions are named after permissions, not after the operations.

[Amazon S3 API reference, permissions of each operation; Amazon S3 user guide,
using-with-s3-policy-actions; Service Authorization Reference: Amazon S3]
"""

from collections.abc import Iterator, Mapping
from typing import Any

from localstack.services.s3.utils import extract_bucket_key_version_id_from_copy_source

from wavetank.emulator.iam_enforcement.required_action import ANYTHING, Call, RequiredAction
from wavetank.emulator.iam_enforcement.stored_tags import object_tags

OBJECT_ACTIONS = {
    "CompleteMultipartUpload": "PutObject",
    "CopyObject": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "DeleteObjects": "DeleteObject",
    "HeadObject": "GetObject",
    "ListParts": "ListMultipartUploadParts",
    "PostObject": "PutObject",
    "RenameObject": "PutObject",
    "SelectObjectContent": "GetObject",
    "UpdateObjectEncryption": "UpdateObjectEncryption",
    "UploadPart": "PutObject",
    "UploadPartCopy": "PutObject",
}
BUCKET_ACTIONS = {
    "CreateBucketMetadataConfiguration": "CreateBucketMetadataTableConfiguration",
    "DeleteBucketAnalyticsConfiguration": "PutAnalyticsConfiguration",
    "DeleteBucketCors": "PutBucketCORS",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketIntelligentTieringConfiguration": "PutIntelligentTieringConfiguration",
    "DeleteBucketInventoryConfiguration": "PutInventoryConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "DeleteBucketMetadataConfiguration": "DeleteBucketMetadataTableConfiguration",
    "DeleteBucketMetricsConfiguration": "PutMetricsConfiguration",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "DeleteBucketReplication": "PutReplicationConfiguration",
    "DeleteBucketTagging": "PutBucketTagging",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "GetBucketAnalyticsConfiguration": "GetAnalyticsConfiguration",
    "GetBucketCors": "GetBucketCORS",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetBucketIntelligentTieringConfiguration": "GetIntelligentTieringConfiguration",
    "GetBucketInventoryConfiguration": "GetInventoryConfiguration",
    "GetBucketLifecycle": "GetLifecycleConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "GetBucketMetadataConfiguration": "GetBucketMetadataTableConfiguration",
    "GetBucketMetricsConfiguration": "GetMetricsConfiguration",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "GetBucketReplication": "GetReplicationConfiguration",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "HeadBucket": "ListBucket",
    "ListBucketAnalyticsConfigurations": "GetAnalyticsConfiguration",
    "ListBucketIntelligentTieringConfigurations": "GetIntelligentTieringConfiguration",
    "ListBucketInventoryConfigurations": "GetInventoryConfiguration",
    "ListBucketMetricsConfigurations": "GetMetricsConfiguration",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
    "PutBucketAnalyticsConfiguration": "PutAnalyticsConfiguration",
    "PutBucketCors": "PutBucketCORS",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutBucketIntelligentTieringConfiguration": "PutIntelligentTieringConfiguration",
    "PutBucketInventoryConfiguration": "PutInventoryConfiguration",
    "PutBucketLifecycle": "PutLifecycleConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "PutBucketMetricsConfiguration": "PutMetricsConfiguration",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "PutBucketReplication": "PutReplicationConfiguration",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "UpdateBucketMetadataInventoryTableConfiguration": "CreateBucketMetadataTableConfiguration",
    "UpdateBucketMetadataJournalTableConfiguration": "CreateBucketMetadataTableConfiguration",
}
"""Operations whose action has another name; for metadata tables the closest one in the table."""
ACTIONS = {**OBJECT_ACTIONS, **BUCKET_ACTIONS, "ListBuckets": "ListAllMyBuckets"}
ALL_BUCKETS = "arn:aws:s3:::*"
"""What listing one's buckets concerns: policies allow it by this ARN as well as by `*`.

[Amazon S3 user guide, example-policies-s3: allowing a user to list buckets]
"""
VERSIONED = frozenset(
    {
        *("DeleteObject", "DeleteObjectTagging", "GetObject", "GetObjectAcl"),
        *("GetObjectAttributes", "GetObjectTagging", "GetObjectTorrent", "PutObjectAcl"),
        "PutObjectTagging",
    }
)
"""Actions with a separate action for object versions."""
WRITES = frozenset({"PutObject", "PostObject", "CopyObject", "CreateMultipartUpload"})
GRANTS = ("GrantFullControl", "GrantRead", "GrantReadACP", "GrantWrite", "GrantWriteACP")
ALSO: Mapping[str, tuple[str, ...]] = {
    "PutObjectAcl": ("ACL", *GRANTS),
    "PutObjectTagging": ("Tagging",),
    "PutObjectRetention": ("ObjectLockMode", "ObjectLockRetainUntilDate"),
    "PutObjectLegalHold": ("ObjectLockLegalHoldStatus",),
}
"""Additional actions for writing an object, if the call has the parameter."""
ALSO_OF_BUCKETS: Mapping[str, tuple[str, ...]] = {
    "PutBucketAcl": ("ACL", *GRANTS),
    "PutBucketObjectLockConfiguration": ("ObjectLockEnabledForBucket",),
    "PutBucketVersioning": ("ObjectLockEnabledForBucket",),
    "PutBucketOwnershipControls": ("ObjectOwnership",),
}
"""The same for creating a bucket. [Amazon S3 API reference, CreateBucket, permissions]"""


def actions_of_s3(call: Call) -> Iterator[RequiredAction]:
    """Objects by their keys, buckets by name."""
    parameters = call.parameters
    bucket = parameters.get("Bucket")
    action = ACTIONS.get(call.operation, call.operation)
    if call.operation == "ListBuckets":
        yield RequiredAction(f"s3:{action}", ALL_BUCKETS)
    elif not bucket:
        prefix = "s3-object-lambda" if action == "WriteGetObjectResponse" else "s3"
        yield RequiredAction(f"{prefix}:{action}", ANYTHING)
    elif call.operation == "DeleteObjects":
        for _, needed in deletions(call):
            yield from needed
    elif parameters.get("Key") is not None:
        yield from _of_object(call, f"arn:aws:s3:::{bucket}/{parameters['Key']}")
    else:
        yield RequiredAction(_of_prefix(action), f"arn:aws:s3:::{bucket}")
        if call.operation == "CreateBucket":
            yield from _besides(ALSO_OF_BUCKETS, parameters, f"arn:aws:s3:::{bucket}")


def _of_prefix(action: str) -> str:
    return f"s3express:{action}" if action == "CreateSession" else f"s3:{action}"


def _of_object(call: Call, resource: str) -> Iterator[RequiredAction]:
    parameters, operation = call.parameters, call.operation
    if operation in {"CopyObject", "UploadPartCopy"}:
        yield from _reading_of_source(call, resource)
    action = OBJECT_ACTIONS.get(operation, operation)
    yield RequiredAction(_action(action, parameters.get("VersionId")), resource)
    if operation == "GetObjectAttributes":
        yield RequiredAction(_action("GetObject", parameters.get("VersionId")), resource)
    if operation in WRITES:
        yield from _besides(ALSO, parameters, resource)
    if parameters.get("BypassGovernanceRetention"):
        yield RequiredAction("s3:BypassGovernanceRetention", resource)


def _besides(
    also: Mapping[str, tuple[str, ...]], parameters: Mapping[str, Any], resource: str
) -> Iterator[RequiredAction]:
    for action, names in also.items():
        if any(parameters.get(name) for name in names):
            yield RequiredAction(f"s3:{action}", resource)


def _reading_of_source(call: Call, target: str) -> Iterator[RequiredAction]:
    """A copy reads its source, and copies its tags unless it specifies others.

    The source is always percent-encoded in the request.
    [Amazon S3 API reference, CopyObject, x-amz-copy-source and permissions]
    """
    bucket, key, version = copy_source(call.parameters)
    source = f"arn:aws:s3:::{bucket}/{key}"
    yield RequiredAction(_action("GetObject", version), source)
    copies_tags = call.parameters.get("TaggingDirective") != "REPLACE"
    if (
        call.operation == "CopyObject"
        and copies_tags
        and object_tags(call.account, bucket, key, version)
    ):
        yield RequiredAction(_action("GetObjectTagging", version), source)
        yield RequiredAction("s3:PutObjectTagging", target)


def copy_source(parameters: Mapping[str, Any]) -> tuple[str, str, str | None]:
    """Bucket, key and version of the source, decoded by the function that copies it.

    Raises:
        CommonServiceException: InvalidArgument, as S3 answers if no object is named.
    """
    read: Any = extract_bucket_key_version_id_from_copy_source
    bucket, key, version = read(str(parameters.get("CopySource", "")))
    return bucket, key, version


def deletions(call: Call) -> Iterator[tuple[int, list[RequiredAction]]]:
    """The actions that DeleteObjects requires for each object, by its index in the call."""
    parameters = call.parameters
    for index, entry in enumerate(parameters["Delete"]["Objects"]):
        resource = f"arn:aws:s3:::{parameters['Bucket']}/{entry['Key']}"
        found = [
            RequiredAction(_action("DeleteObject", entry.get("VersionId")), resource, detail=entry)
        ]
        if parameters.get("BypassGovernanceRetention"):
            found.append(RequiredAction("s3:BypassGovernanceRetention", resource))
        yield index, found


def _action(action: str, version: object) -> str:
    if version and action in VERSIONED:
        return f"s3:{action.replace('Object', 'ObjectVersion')}"
    return f"s3:{action}"
