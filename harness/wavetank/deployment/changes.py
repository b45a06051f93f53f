"""The changes of a change set: which resource, which action, and which data are lost.

Read from DescribeChangeSet as AWS documents it, with IncludePropertyValues. LocalStack returns
neither details nor a policy action: there the changed properties come from the contexts before and
after, replacements from AWS's resource schemas too, and retention from the templates.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import (
        ResourceChangeDetailTypeDef,
        ResourceChangeTypeDef,
    )

UNKNOWN_YET = "{{changeSet:KNOWN_AFTER_APPLY}}"
"""CloudFormation's placeholder for a value that is known only after the deployment."""
DATA: Mapping[str, str] = {
    "AWS::DynamoDB::Table": "its items",
    "AWS::KinesisFirehose::DeliveryStream": "the records in its buffer",
    "AWS::Logs::LogGroup": "its log lines",
    "AWS::Logs::LogStream": "its log lines",
    "AWS::S3::Bucket": "its objects",
    "AWS::SNS::Subscription": "the address's confirmation",
    "AWS::SNS::Topic": "its confirmed subscriptions",
}
"""The data that are lost with a resource of the type."""
CREATE_ONLY: Mapping[str, frozenset[str]] = {
    "AWS::DynamoDB::Table": frozenset({"TableName"}),
    "AWS::Events::Rule": frozenset({"Name"}),
    "AWS::IAM::Role": frozenset({"RoleName"}),
    "AWS::KinesisFirehose::DeliveryStream": frozenset({"DeliveryStreamName", "DeliveryStreamType"}),
    "AWS::Lambda::EventInvokeConfig": frozenset({"FunctionName", "Qualifier"}),
    "AWS::Lambda::Function": frozenset({"FunctionName"}),
    "AWS::Lambda::Permission": frozenset({"Action", "FunctionName", "Principal", "SourceArn"}),
    "AWS::Logs::LogGroup": frozenset({"LogGroupName"}),
    "AWS::Logs::LogStream": frozenset({"LogGroupName", "LogStreamName"}),
    "AWS::S3::Bucket": frozenset({"BucketName"}),
    "AWS::S3::BucketPolicy": frozenset({"Bucket"}),
    "AWS::SNS::Subscription": frozenset({"Endpoint", "Protocol", "TopicArn"}),
    "AWS::SNS::Topic": frozenset({"TopicName"}),
}
"""The properties in our templates whose change requires a new resource, by AWS's schemas.

LocalStack does not recognize all of them; AWS reports replacements itself.
"""


class ChangeAction(StrEnum):
    """What a change set does to a resource."""

    ADD = "add"
    CHANGE = "change"
    REPLACE = "replace"
    DELETE = "delete"
    IMPORT = "import"


class ResourceReplacement(StrEnum):
    """Whether a change replaces a resource by a new one."""

    NONE = "none"
    CONDITIONAL = "conditional"
    CERTAIN = "certain"


ACTIONS = {
    "Add": ChangeAction.ADD,
    "Modify": ChangeAction.CHANGE,
    "Remove": ChangeAction.DELETE,
    "Import": ChangeAction.IMPORT,
    "SyncWithActual": ChangeAction.CHANGE,
}
REPLACEMENTS = {
    "True": ResourceReplacement.CERTAIN,
    "Conditional": ResourceReplacement.CONDITIONAL,
    "False": ResourceReplacement.NONE,
}
RECREATIONS = {
    "Always": ResourceReplacement.CERTAIN,
    "Conditionally": ResourceReplacement.CONDITIONAL,
    "Never": ResourceReplacement.NONE,
}
SEVERITY = tuple(ResourceReplacement)
RETAINING = frozenset({"Retain", "ReplaceAndRetain", "RetainExceptOnCreate", "Snapshot"})


@dataclass(frozen=True)
class PropertyChange:
    """A changed property of a resource; `before` and `after` are None if absent or unknown."""

    path: str
    before: str | None
    after: str | None
    replacement: ResourceReplacement


@dataclass(frozen=True, kw_only=True)
class ResourceChange:
    """A change of one resource; `kept`: the old resource is retained outside the stack.

    `lost` names the data that are lost with it, empty if none are.
    """

    action: ChangeAction
    logical_id: str
    kind: str
    physical_id: str | None
    replacement: ResourceReplacement
    kept: bool
    properties: tuple[PropertyChange, ...]

    @property
    def lost(self) -> str:
        """The data that are lost if the resource is deleted or replaced; empty if none are."""
        goes = (
            self.action is ChangeAction.DELETE or self.replacement is not ResourceReplacement.NONE
        )
        return DATA.get(self.kind, "") if goes and not self.kept else ""


@dataclass(frozen=True)
class RetainedResources:
    """Logical ids of resources that CloudFormation retains when they leave the stack.

    `on_delete` are those with a retaining DeletionPolicy in the deployed template, `on_replace`
    those with a retaining UpdateReplacePolicy in the new one.
    """

    on_delete: frozenset[str] = frozenset()
    on_replace: frozenset[str] = frozenset()


def read_retained(before: Mapping[str, Any], after: Mapping[str, Any]) -> RetainedResources:
    """Deletion is governed by the deployed template (`before`), replacement by the new one."""
    return RetainedResources(
        frozenset(_retaining(before, "DeletionPolicy")),
        frozenset(_retaining(after, "UpdateReplacePolicy")),
    )


def _retaining(template: Mapping[str, Any], policy: str) -> Iterator[str]:
    for name, resource in template.get("Resources", {}).items():
        if resource.get(policy) in RETAINING:
            yield name


def read_change(change: "ResourceChangeTypeDef", retained: RetainedResources) -> ResourceChange:
    """Reads one entry of a change set."""
    properties = tuple(_properties(change))
    replacement = _replacement(change, properties)
    action = ACTIONS.get(change.get("Action", ""), ChangeAction.CHANGE)
    if action is ChangeAction.CHANGE and replacement is ResourceReplacement.CERTAIN:
        action = ChangeAction.REPLACE
    name, physical = change.get("LogicalResourceId", ""), change.get("PhysicalResourceId")
    return ResourceChange(
        action=action,
        logical_id=name,
        kind=change.get("ResourceType", ""),
        physical_id=None if physical == UNKNOWN_YET else physical,
        replacement=replacement,
        kept=_is_retained(change, action, retained),
        properties=properties,
    )


def _replacement(
    change: "ResourceChangeTypeDef", properties: tuple[PropertyChange, ...]
) -> ResourceReplacement:
    """As CloudFormation reports it; without details, the most severe of the properties."""
    action = change.get("Action")
    if action in {"Add", "Remove", "Import"}:
        return ResourceReplacement.NONE
    reported = REPLACEMENTS.get(change.get("Replacement", ""))
    if reported is not None and change.get("Details"):
        return reported
    if action not in ACTIONS:  # such as Dynamic: CloudFormation does not know yet
        return ResourceReplacement.CONDITIONAL
    worst = [property_.replacement for property_ in properties]
    return max((*worst, reported or ResourceReplacement.NONE), key=SEVERITY.index)


def _is_retained(
    change: "ResourceChangeTypeDef", action: ChangeAction, retained: RetainedResources
) -> bool:
    reported = change.get("PolicyAction")
    if reported is not None:
        return reported in RETAINING or reported == "ReplaceAndSnapshot"
    retaining = retained.on_delete if action is ChangeAction.DELETE else retained.on_replace
    return change.get("LogicalResourceId") in retaining


def _properties(change: "ResourceChangeTypeDef") -> Iterator[PropertyChange]:
    if change.get("Details"):
        yield from _from_details(change["Details"])
    elif change.get("Action") == "Modify":
        before, after = change.get("BeforeContext"), change.get("AfterContext")
        for found in _differences("", _context(before), _context(after)):
            needed = found.path in CREATE_ONLY.get(change.get("ResourceType", ""), ())
            yield replace(found, replacement=ResourceReplacement.CERTAIN) if needed else found


def _from_details(details: "list[ResourceChangeDetailTypeDef]") -> Iterator[PropertyChange]:
    """One change for each path: a parameter's is listed twice, and the static entry has more.

    [CloudFormation user guide, using-cfn-updating-stacks-changesets-samples]
    """
    by_path: dict[str, PropertyChange] = {}
    for detail in sorted(details, key=lambda entry: entry.get("Evaluation") == "Static"):
        found = _from_detail(detail)
        earlier = by_path.get(found.path, found)
        by_path[found.path] = PropertyChange(
            found.path,
            earlier.before if found.before is None else found.before,
            earlier.after if found.after is None else found.after,
            found.replacement,
        )
    yield from by_path.values()


def _from_detail(detail: "ResourceChangeDetailTypeDef") -> PropertyChange:
    target = detail.get("Target", {})
    named = target.get("Name") or target.get("Attribute", "")
    return PropertyChange(
        path=target.get("Path", "").removeprefix("/Properties/").lstrip("/") or named,
        before=target.get("BeforeValue"),
        after=target.get("AfterValue"),
        replacement=RECREATIONS.get(target.get("RequiresRecreation", ""), ResourceReplacement.NONE),
    )


def _context(text: str | None) -> Mapping[str, Any]:
    properties: Mapping[str, Any] = json.loads(text or "{}").get("Properties") or {}
    return properties


def _differences(path: str, before: Any, after: Any) -> Iterator[PropertyChange]:
    """The innermost properties that differ; lists are compared whole."""
    if before == after:
        return
    if not (isinstance(before, Mapping) and isinstance(after, Mapping)):
        yield PropertyChange(path, _shown(before), _shown(after), ResourceReplacement.NONE)
        return
    for key in dict.fromkeys((*before, *after)):
        inner = f"{path}/{key}" if path else str(key)
        yield from _differences(inner, before.get(key), after.get(key))


def _shown(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value)
