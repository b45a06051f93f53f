"""Converts a bucket's lifecycle rules from the template's form to S3's.

[CloudFormation template reference: AWS::S3::Bucket Rule; S3 API reference: LifecycleRule]
"""

from collections.abc import Iterable, Mapping
from typing import Any

from wavetank.emulator.cloudformation.updates.call import UpdateRefusedError, is_true

KNOWN = frozenset(
    {
        "AbortIncompleteMultipartUpload",
        "ExpirationDate",
        "ExpirationInDays",
        "ExpiredObjectDeleteMarker",
        "Id",
        "NoncurrentVersionExpiration",
        "NoncurrentVersionExpirationInDays",
        "NoncurrentVersionTransitions",
        "ObjectSizeGreaterThan",
        "ObjectSizeLessThan",
        "Prefix",
        "Status",
        "TagFilters",
        "Transition",
        "Transitions",
    }
)
"""The supported properties of a rule; others are refused by name."""


def lifecycle_rules(rules: Iterable[Mapping[str, Any]], logical_id: str) -> list[dict[str, Any]]:
    """S3's form of the rules; a rule without an id gets one, as CloudFormation does.

    Raises:
        UpdateRefusedError: a rule has a property that is not supported.
    """
    return [_rule(rule, f"{logical_id}-{index}") for index, rule in enumerate(rules, 1)]


def _rule(rule: Mapping[str, Any], generated_id: str) -> dict[str, Any]:
    if unknown := rule.keys() - KNOWN:
        names = ", ".join(sorted(f"LifecycleConfiguration.{name}" for name in unknown))
        raise UpdateRefusedError(f"the sandbox cannot set {names} of a bucket; leave it out")
    made: dict[str, Any] = {
        "ID": rule.get("Id", generated_id),
        "Status": rule["Status"],
        "Filter": _filter(rule),
    }
    if expiration := _expiration(rule):
        made["Expiration"] = expiration
    if noncurrent := _noncurrent_expiration(rule):
        made["NoncurrentVersionExpiration"] = noncurrent
    single = [rule["Transition"]] if "Transition" in rule else []
    if transitions := [*rule.get("Transitions", []), *single]:
        made["Transitions"] = [_transition(entry) for entry in transitions]
    if noncurrent_transitions := rule.get("NoncurrentVersionTransitions"):
        made["NoncurrentVersionTransitions"] = [
            {
                "NoncurrentDays": int(entry["TransitionInDays"]),
                "StorageClass": entry["StorageClass"],
            }
            for entry in noncurrent_transitions
        ]
    if abort := rule.get("AbortIncompleteMultipartUpload"):
        days = int(abort["DaysAfterInitiation"])
        made["AbortIncompleteMultipartUpload"] = {"DaysAfterInitiation": days}
    return made


def _filter(rule: Mapping[str, Any]) -> dict[str, Any]:
    """S3's filter: one condition by itself, several of them in `And`."""
    parts: dict[str, Any] = {
        name: int(rule[name])
        for name in ("ObjectSizeGreaterThan", "ObjectSizeLessThan")
        if name in rule
    }
    if tags := rule.get("TagFilters"):
        parts["Tags"] = tags
    if not parts:
        return {"Prefix": rule.get("Prefix", "")}
    if rule.get("Prefix"):
        parts["Prefix"] = rule["Prefix"]
    if len(parts) == 1 and len(tags or []) == 1:
        return {"Tag": parts["Tags"][0]}
    return {"And": parts} if len(parts) > 1 or tags else parts


def _expiration(rule: Mapping[str, Any]) -> dict[str, Any]:
    if days := rule.get("ExpirationInDays"):
        return {"Days": int(days)}
    if date := rule.get("ExpirationDate"):
        return {"Date": date}
    if "ExpiredObjectDeleteMarker" in rule:
        return {"ExpiredObjectDeleteMarker": is_true(rule["ExpiredObjectDeleteMarker"])}
    return {}


def _noncurrent_expiration(rule: Mapping[str, Any]) -> dict[str, Any]:
    if days := rule.get("NoncurrentVersionExpirationInDays"):
        return {"NoncurrentDays": int(days)}
    value = rule.get("NoncurrentVersionExpiration", {})
    return {name: int(number) for name, number in value.items()}


def _transition(entry: Mapping[str, Any]) -> dict[str, Any]:
    made = {"StorageClass": entry["StorageClass"]}
    if "TransitionInDays" in entry:
        return {**made, "Days": int(entry["TransitionInDays"])}
    return {**made, "Date": entry["TransitionDate"]}
