"""Buckets: properties that LocalStack's creation omits, and all in-place changes.

A bucket of LocalStack's CloudFormation is publicly readable by its ACL, and has no encryption,
ownership controls, lifecycle or Block Public Access, whatever its template says. A bucket with
objects is not deleted; LocalStack's provider would empty it first.
[LocalStack 4.14: services/s3/resource_providers/aws_s3_bucket.py; CloudFormation template
reference: AWS::S3::Bucket]
"""

import json
from collections.abc import Mapping
from typing import Any

from wavetank.emulator.cloudformation.updates.call import (
    UpdatableType,
    UpdateCall,
    each,
    is_true,
)
from wavetank.emulator.cloudformation.updates.lifecycle import lifecycle_rules

NEW_BUCKETS_BLOCK = dict.fromkeys(
    ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
)
NEW_BUCKETS_OWNERSHIP = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
NEW_BUCKETS_ENCRYPTION = {
    "ServerSideEncryptionConfiguration": [
        {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    ]
}
DESTINATIONS = (
    ("LambdaConfigurations", "LambdaFunctionConfigurations", "LambdaFunctionArn", "Function"),
    ("QueueConfigurations", "QueueConfigurations", "QueueArn", "Queue"),
    ("TopicConfigurations", "TopicConfigurations", "TopicArn", "Topic"),
)


def _bucket(call: UpdateCall) -> Any:
    return call.model["BucketName"]


def _acl(call: UpdateCall) -> None:
    words = str(call.now("AccessControl", "Private"))
    acl = "".join(f"-{c.lower()}" if c.isupper() else c for c in words).lstrip("-")
    call.clients.s3.put_bucket_acl(Bucket=_bucket(call), ACL=acl)


def _block_public_access(call: UpdateCall) -> None:
    value = call.now("PublicAccessBlockConfiguration", NEW_BUCKETS_BLOCK)
    configuration = {name: is_true(flag) for name, flag in value.items()}
    call.clients.s3.put_public_access_block(
        Bucket=_bucket(call), PublicAccessBlockConfiguration=configuration
    )


def _own(call: UpdateCall) -> None:
    controls = call.now("OwnershipControls", NEW_BUCKETS_OWNERSHIP)
    call.clients.s3.put_bucket_ownership_controls(Bucket=_bucket(call), OwnershipControls=controls)


def _encrypt(call: UpdateCall) -> None:
    value = call.now("BucketEncryption", NEW_BUCKETS_ENCRYPTION)
    rules = [
        {
            "ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"],
            "BucketKeyEnabled": is_true(rule.get("BucketKeyEnabled", False)),
        }
        for rule in value["ServerSideEncryptionConfiguration"]
    ]
    call.clients.s3.put_bucket_encryption(
        Bucket=_bucket(call), ServerSideEncryptionConfiguration={"Rules": rules}
    )


def _age(call: UpdateCall) -> None:
    value, s3 = call.now("LifecycleConfiguration"), call.clients.s3
    if not value:
        s3.delete_bucket_lifecycle(Bucket=_bucket(call))
        return
    rules = lifecycle_rules(value["Rules"], call.request.logical_resource_id)
    s3.put_bucket_lifecycle_configuration(
        Bucket=_bucket(call), LifecycleConfiguration={"Rules": rules}
    )


def _version(call: UpdateCall) -> None:
    # Versioning that was once enabled can only be suspended.
    status = call.now("VersioningConfiguration", {}).get("Status", "Suspended")
    call.clients.s3.put_bucket_versioning(
        Bucket=_bucket(call), VersioningConfiguration={"Status": status}
    )


def _share(call: UpdateCall) -> None:
    value, s3 = call.now("CorsConfiguration"), call.clients.s3
    if not value:
        s3.delete_bucket_cors(Bucket=_bucket(call))
        return
    rules = [
        {CORS_NAMES.get(name, name): entry for name, entry in rule.items()}
        for rule in value["CorsRules"]
    ]
    s3.put_bucket_cors(Bucket=_bucket(call), CORSConfiguration={"CORSRules": rules})


CORS_NAMES = {"ExposedHeaders": "ExposeHeaders", "MaxAge": "MaxAgeSeconds", "Id": "ID"}


def _notify(call: UpdateCall) -> None:
    value = call.now("NotificationConfiguration", {})
    made: dict[str, Any] = {
        api: [_destination(entry, target, source) for entry in value.get(listed) or []]
        for listed, api, target, source in DESTINATIONS
    }
    bridge = value.get("EventBridgeConfiguration")
    if bridge is not None and is_true(bridge.get("EventBridgeEnabled", True)):
        made["EventBridgeConfiguration"] = {}
    call.clients.s3.put_bucket_notification_configuration(
        Bucket=_bucket(call), NotificationConfiguration=made
    )


def _destination(entry: Mapping[str, Any], target: str, source: str) -> dict[str, Any]:
    made: dict[str, Any] = {target: entry[source], "Events": [entry["Event"]]}
    if rules := entry.get("Filter", {}).get("S3Key", {}).get("Rules"):
        made["Filter"] = {"Key": {"FilterRules": rules}}
    return made


def _tag(call: UpdateCall) -> None:
    if tags := call.now("Tags"):
        call.clients.s3.put_bucket_tagging(Bucket=_bucket(call), Tagging={"TagSet": tags})
    else:
        call.clients.s3.delete_bucket_tagging(Bucket=_bucket(call))


def _host(call: UpdateCall) -> None:
    value, s3 = call.now("WebsiteConfiguration"), call.clients.s3
    if not value:
        s3.delete_bucket_website(Bucket=_bucket(call))
        return
    made: dict[str, Any] = {}
    if index := value.get("IndexDocument"):
        made["IndexDocument"] = {"Suffix": index}
    if error := value.get("ErrorDocument"):
        made["ErrorDocument"] = {"Key": error}
    if redirect := value.get("RedirectAllRequestsTo"):
        made["RedirectAllRequestsTo"] = redirect
    if rules := value.get("RoutingRules"):
        made["RoutingRules"] = [
            {"Condition": rule.get("RoutingRuleCondition", {}), "Redirect": rule["RedirectRule"]}
            for rule in rules
        ]
    s3.put_bucket_website(Bucket=_bucket(call), WebsiteConfiguration=made)


def _log(call: UpdateCall) -> None:
    value, status = call.now("LoggingConfiguration"), dict[str, Any]()
    if value:
        status["LoggingEnabled"] = {
            "TargetBucket": value.get("DestinationBucketName", _bucket(call)),
            "TargetPrefix": value.get("LogFilePrefix", ""),
        }
    call.clients.s3.put_bucket_logging(Bucket=_bucket(call), BucketLoggingStatus=status)


def _lock(call: UpdateCall) -> None:
    call.clients.s3.put_object_lock_configuration(
        Bucket=_bucket(call),
        ObjectLockConfiguration=call.now(
            "ObjectLockConfiguration", {"ObjectLockEnabled": "Enabled"}
        ),
    )


def _accelerate(call: UpdateCall) -> None:
    value = call.now("AccelerateConfiguration", {"AccelerationStatus": "Suspended"})
    call.clients.s3.put_bucket_accelerate_configuration(
        Bucket=_bucket(call), AccelerateConfiguration={"Status": value["AccelerationStatus"]}
    )


def _delete(call: UpdateCall) -> None:
    call.clients.s3.delete_bucket(Bucket=_bucket(call))


def _allow(call: UpdateCall) -> None:
    document = call.now("PolicyDocument")
    text = document if isinstance(document, str) else json.dumps(document)
    call.clients.s3.put_bucket_policy(Bucket=call.desired["Bucket"], Policy=text)


TYPES = {
    "AWS::S3::Bucket": UpdatableType(
        in_place={
            "OwnershipControls": _own,
            "PublicAccessBlockConfiguration": _block_public_access,
            "AccessControl": _acl,
            "AccelerateConfiguration": _accelerate,
            "BucketEncryption": _encrypt,
            "CorsConfiguration": _share,
            "VersioningConfiguration": _version,
            "ObjectLockConfiguration": _lock,
            "LifecycleConfiguration": _age,
            "LoggingConfiguration": _log,
            "NotificationConfiguration": _notify,
            "Tags": _tag,
            "WebsiteConfiguration": _host,
        },
        at_creation=frozenset(
            {
                "AccelerateConfiguration",
                "BucketEncryption",
                "LifecycleConfiguration",
                "LoggingConfiguration",
                "OwnershipControls",
                "PublicAccessBlockConfiguration",
            }
        ),
        always_at_creation=frozenset({"AccessControl"}),
        delete=_delete,
    ),
    "AWS::S3::BucketPolicy": UpdatableType(in_place=each("PolicyDocument", _allow)),
}
