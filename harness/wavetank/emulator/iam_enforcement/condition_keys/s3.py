"""The condition keys of Amazon S3.

[Service Authorization Reference: Amazon S3, condition keys; Amazon S3 user guide,
bucket-policy-s3-sigv4-conditions]
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from wavetank.core.clock import WallClock
from wavetank.emulator.iam_enforcement.condition_keys.action_context import (
    ABSENT,
    ActionContext,
    Values,
    values_of,
)
from wavetank.emulator.iam_enforcement.operations.s3 import copy_source
from wavetank.emulator.iam_enforcement.stored_tags import object_tags

PARAMETERS: Mapping[str, str] = {
    "s3:delimiter": "Delimiter",
    "s3:if-match": "IfMatch",
    "s3:if-none-match": "IfNoneMatch",
    "s3:max-keys": "MaxKeys",
    "s3:object-lock-legal-hold": "ObjectLockLegalHoldStatus",
    "s3:object-lock-mode": "ObjectLockMode",
    "s3:object-lock-retain-until-date": "ObjectLockRetainUntilDate",
    "s3:prefix": "Prefix",
    "s3:versionid": "VersionId",
    "s3:x-amz-acl": "ACL",
    "s3:x-amz-grant-full-control": "GrantFullControl",
    "s3:x-amz-grant-read": "GrantRead",
    "s3:x-amz-grant-read-acp": "GrantReadACP",
    "s3:x-amz-grant-write": "GrantWrite",
    "s3:x-amz-grant-write-acp": "GrantWriteACP",
    "s3:x-amz-metadata-directive": "MetadataDirective",
    "s3:x-amz-object-ownership": "ObjectOwnership",
    "s3:x-amz-server-side-encryption": "ServerSideEncryption",
    "s3:x-amz-server-side-encryption-aws-kms-key-id": "SSEKMSKeyId",
    "s3:x-amz-server-side-encryption-customer-algorithm": "SSECustomerAlgorithm",
    "s3:x-amz-storage-class": "StorageClass",
    "s3:x-amz-website-redirect-location": "WebsiteRedirectLocation",
}
"""Keys that are a parameter of the call."""
NEVER = frozenset(
    {
        *("s3:accessgrantsinstancearn", "s3:accesspointnetworkorigin", "s3:destinationregion"),
        *("s3:dataaccesspointaccount", "s3:dataaccesspointarn", "s3:existingjoboperation"),
        *("s3:existingjobpriority", "s3:jobsuspendedcause", "s3:requestjoboperation"),
        *("s3:requestjobpriority", "s3:isreplicationpauserequest"),
        "s3:inventoryaccessibleoptionalfields",
    }
)
"""Keys of access points, access grants, batch jobs and replication, which no sandbox has."""
SIGNATURE_FIELD, SIGNATURE_DATE = "X-Amz-Signature", "X-Amz-Date"
DATE_FORMAT = "%Y%m%dT%H%M%SZ"
SECONDS_A_DAY = 86_400


def _is_presigned(context: ActionContext) -> bool:
    return SIGNATURE_FIELD in context.origin.query or "Signature" in context.origin.query


def _auth_type(context: ActionContext) -> Values:
    if context.call.operation == "PostObject":
        return ("POST",)
    return ("REST-QUERY-STRING" if _is_presigned(context) else "REST-HEADER",)


def _signature_version(context: ActionContext) -> Values:
    old = "Signature" in context.origin.query and SIGNATURE_FIELD not in context.origin.query
    old = old or str(context.origin.headers.get("Authorization", "")).startswith("AWS ")
    return ("AWS" if old else "AWS4-HMAC-SHA256",)


def _signature_age(context: ActionContext) -> Values:
    """Milliseconds since a presigned URL was signed."""
    signed = context.origin.query.get(SIGNATURE_DATE)
    if not signed:
        return ABSENT
    then = datetime.strptime(str(signed), DATE_FORMAT).replace(tzinfo=UTC)
    now = context.origin.now or WallClock().now()
    return (str(int((now - then).total_seconds() * 1000)),)


def _remaining_days(context: ActionContext) -> Values:
    retention: Any = context.call.parameters.get("Retention") or {}
    until = context.call.parameters.get("ObjectLockRetainUntilDate")
    until = until or retention.get("RetainUntilDate")
    if not isinstance(until, datetime):
        return ABSENT
    now = context.origin.now or WallClock().now()
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return (str(-int(-(until - now).total_seconds() // SECONDS_A_DAY)),)


def _copied_from(context: ActionContext) -> Values:
    if not context.call.parameters.get("CopySource"):
        return ABSENT
    bucket, key, _ = copy_source(context.call.parameters)
    return (f"{bucket}/{key}",)


def _location(context: ActionContext) -> Values:
    configuration: Any = context.call.parameters.get("CreateBucketConfiguration") or {}
    return values_of(configuration.get("LocationConstraint"))


def _tags_in_request(context: ActionContext) -> dict[str, str]:
    tagging = context.call.parameters.get("Tagging")
    if isinstance(tagging, Mapping):
        return {tag["Key"]: tag["Value"] for tag in tagging.get("TagSet", ())}
    return dict(parse_qsl(str(tagging or ""), keep_blank_values=True))


READ: Mapping[str, Callable[[ActionContext], Values]] = {
    "s3:authtype": _auth_type,
    "s3:locationconstraint": _location,
    "s3:object-lock-remaining-retention-days": _remaining_days,
    "s3:requestobjecttagkeys": lambda context: tuple(_tags_in_request(context)),
    "s3:resourceaccount": lambda context: (context.owner,),
    "s3:signatureage": _signature_age,
    "s3:signatureversion": _signature_version,
    # As with aws:SecureTransport, a call counts as made by AWS's newest protocol.
    "s3:tlsversion": lambda _: ("1.3",),
    "s3:x-amz-content-sha256": lambda context: values_of(
        context.origin.headers.get("x-amz-content-sha256")
    ),
    "s3:x-amz-copy-source": _copied_from,
}


def request_object_tag(context: ActionContext, name: str) -> Values:
    """A tag that the call sets on the object."""
    tags = _tags_in_request(context)
    return tuple(value for key, value in tags.items() if key.lower() == name)


def existing_object_tag(context: ActionContext, name: str) -> Values:
    """A tag that the object already has."""
    bucket, _, key = context.required.resource.split(":", 5)[5].partition("/")
    tags = object_tags(context.owner, bucket, key, context.call.parameters.get("VersionId"))
    return tuple(value for known, value in tags.items() if known.lower() == name)
