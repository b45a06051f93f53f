"""Properties of a bucket that LocalStack passes over: the public, owners, encryption, life.

A bucket of LocalStack's CloudFormation has none of them and is, by its ACL, readable by everybody.
Here they are applied when the bucket is made and when they change; what is left out of a changed
template is taken back to what a new bucket has. And a bucket that is there already, whosever it is,
is none that a stack could create; LocalStack would take it up.
[LocalStack 4.14: services/s3/resource_providers/aws_s3_bucket.py; CloudFormation template
reference: AWS::S3::Bucket]
"""

from collections.abc import Callable, Mapping
from typing import Any

from localstack.services.cloudformation.resource_provider import (
    OperationStatus,
    ProgressEvent,
    ResourceProvider,
    ResourceRequest,
)
from localstack.services.s3.models import s3_stores

from wavetank.emulator.cloudformation.updates import changed_properties, refusal

LIFECYCLE_RULE = frozenset(
    {"AbortIncompleteMultipartUpload", "ExpirationInDays", "Id", "Prefix", "Status"}
)
"""What a rule may say here; the rest is refused by name."""
NEW_BUCKETS_BLOCK = dict.fromkeys(
    ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
)
NEW_BUCKETS_OWNERSHIP = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
NEW_BUCKETS_ENCRYPTION = {
    "ServerSideEncryptionConfiguration": [
        {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    ]
}


def with_all_properties(provider: ResourceProvider[Any]) -> ResourceProvider[Any]:
    """The provider of buckets, applying what LocalStack's leaves out."""
    stock = provider.create

    def create(request: ResourceRequest[Any]) -> ProgressEvent[Any]:
        name = request.desired_state.get("BucketName")
        if name in s3_stores[request.account_id][request.region_name].global_bucket_map:
            return ProgressEvent(
                OperationStatus.FAILED,
                resource_model=request.desired_state,
                message=f"{name} already exists",
            )
        event = stock(request)
        s3: Any = request.aws_client_factory.s3
        model: Any = event.resource_model
        if "AccessControl" not in model:
            s3.put_bucket_acl(Bucket=model["BucketName"], ACL="private")
        return _apply(s3, request, model, PROPERTIES.keys() & model.keys()) or event

    provider.create = create  # type: ignore[method-assign]  # one object, for one deployment
    provider.update = _update  # type: ignore[method-assign]  # as above
    return provider


def _update(request: ResourceRequest[Any]) -> ProgressEvent[Any]:
    changed = changed_properties(request)
    if changed - PROPERTIES.keys():
        return refusal(request, changed - PROPERTIES.keys())
    model = {**(request.previous_state or {}), **request.desired_state}
    failed = _apply(request.aws_client_factory.s3, request, model, changed)
    return failed or ProgressEvent(OperationStatus.SUCCESS, resource_model=model)


def _apply(
    s3: Any, request: ResourceRequest[Any], model: Mapping[str, Any], names: set[str]
) -> ProgressEvent[Any] | None:
    """Applies the properties; a failure where one says what cannot be applied here."""
    for name in sorted(names):
        value = request.desired_state.get(name)
        unknown = _unknown_in_lifecycle(value) if name == "LifecycleConfiguration" else set()
        if unknown:
            return refusal(request, {f"{name}.{part}" for part in unknown})
        PROPERTIES[name](s3, model["BucketName"], value)
    return None


def _unknown_in_lifecycle(value: Any) -> set[str]:
    rules = value["Rules"] if value else []
    return {name for rule in rules for name in rule if name not in LIFECYCLE_RULE}


def _block_public_access(s3: Any, bucket: str, value: Any) -> None:
    configuration = {name: _is_true(flag) for name, flag in (value or NEW_BUCKETS_BLOCK).items()}
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=configuration)


def _own(s3: Any, bucket: str, value: Any) -> None:
    controls = value or NEW_BUCKETS_OWNERSHIP
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=controls)


def _encrypt(s3: Any, bucket: str, value: Any) -> None:
    rules = [
        {
            "ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"],
            "BucketKeyEnabled": _is_true(rule.get("BucketKeyEnabled", False)),
        }
        for rule in (value or NEW_BUCKETS_ENCRYPTION)["ServerSideEncryptionConfiguration"]
    ]
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": rules})


def _age(s3: Any, bucket: str, value: Any) -> None:
    if not value:
        s3.delete_bucket_lifecycle(Bucket=bucket)
        return
    rules = [_lifecycle_rule(rule) for rule in value["Rules"]]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})


def _lifecycle_rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    """S3's form of it."""
    made: dict[str, Any] = {
        "Status": rule["Status"],
        "Filter": {"Prefix": rule.get("Prefix", "")},
    }
    if "Id" in rule:
        made["ID"] = rule["Id"]
    if days := rule.get("ExpirationInDays"):
        made["Expiration"] = {"Days": int(days)}
    if abort := rule.get("AbortIncompleteMultipartUpload"):
        days = int(abort["DaysAfterInitiation"])
        made["AbortIncompleteMultipartUpload"] = {"DaysAfterInitiation": days}
    return made


def _is_true(value: object) -> bool:
    """A template's flag may be a word."""
    return str(value).lower() == "true"


PROPERTIES: Mapping[str, Callable[[Any, str, Any], None]] = {
    "BucketEncryption": _encrypt,
    "LifecycleConfiguration": _age,
    "OwnershipControls": _own,
    "PublicAccessBlockConfiguration": _block_public_access,
}
"""What is applied here, each with the template's value, or None for what a new bucket has."""
