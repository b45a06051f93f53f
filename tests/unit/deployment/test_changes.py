"""A change set is read in AWS's documented form, and in LocalStack's."""

from typing import Any

import pytest

from tests.cfn_lint import create_only_properties
from wavetank.core.settings import read_settings
from wavetank.deployment.changes import (
    CREATE_ONLY,
    ChangeAction,
    PropertyChange,
    ResourceChange,
    ResourceReplacement,
    RetainedResources,
    read_change,
    read_retained,
)
from wavetank.templates.project_templates import parse_template

NONE, CONDITIONAL, CERTAIN = ResourceReplacement


def _read(retained: RetainedResources | None = None, **fields: Any) -> ResourceChange:
    change: Any = {"LogicalResourceId": "It", "ResourceType": "AWS::DynamoDB::Table", **fields}
    return read_change(change, retained or RetainedResources())


def _detail(evaluation: str, **target: str) -> dict[str, Any]:
    return {"Target": target, "Evaluation": evaluation, "ChangeSource": "DirectModification"}


def test_a_direct_change_of_tags() -> None:
    """AWS's own first example: no replacement, and the attribute in place of a property."""
    change = _read(
        Action="Modify",
        ResourceType="AWS::EC2::Instance",
        PhysicalResourceId="i-1abc23d4",
        Replacement="False",
        Scope=["Tags"],
        Details=[_detail("Static", Attribute="Tags", RequiresRecreation="Never")],
    )
    assert change.action is ChangeAction.CHANGE
    assert change.physical_id == "i-1abc23d4"
    assert change.properties == (PropertyChange("Tags", None, None, NONE),)
    assert (change.replacement, change.lost) == (NONE, "")


def test_a_change_by_a_parameter_is_listed_once() -> None:
    """AWS lists it twice, as Dynamic and as Static; the static entry decides."""
    name = {"Attribute": "Properties", "Name": "InstanceType"}
    change = _read(
        Action="Modify",
        Replacement="Conditional",
        Details=[
            _detail("Static", **name, RequiresRecreation="Conditionally"),
            _detail("Dynamic", **name, RequiresRecreation="Always"),
        ],
    )
    assert change.properties == (PropertyChange("InstanceType", None, None, CONDITIONAL),)
    assert (change.action, change.replacement) == (ChangeAction.CHANGE, CONDITIONAL)


def test_property_values_are_read() -> None:
    """AWS's example with IncludePropertyValues: paths, values before and after, what is absent."""
    values = {"Attribute": "Properties", "RequiresRecreation": "Never"}
    change = _read(
        Action="Modify",
        Replacement="False",
        Details=[
            _detail("Static", **values, Path="/Properties/Ipv4Prefixes", BeforeValue="[]"),
            _detail(
                "Static", **values, Path="/Properties/Description", BeforeValue="", AfterValue="D"
            ),
            _detail(
                "Static",
                Attribute="Tags",
                RequiresRecreation="Never",
                Path="/Properties/Tags/0",
                AfterValue='{"Key":"Test","Value":"Test"}',
            ),
        ],
        BeforeContext='{"Properties":{}}',
    )
    assert [(p.path, p.before, p.after) for p in change.properties] == [
        ("Ipv4Prefixes", "[]", None),
        ("Description", "", "D"),
        ("Tags/0", None, '{"Key":"Test","Value":"Test"}'),
    ]


@pytest.mark.parametrize(
    ("fields", "action", "kept", "lost"),
    [
        (
            {"Action": "Remove", "PolicyAction": "Delete"},
            ChangeAction.DELETE,
            False,
            "its items",
        ),
        ({"Action": "Remove", "PolicyAction": "Retain"}, ChangeAction.DELETE, True, ""),
        (
            {"Action": "Modify", "Replacement": "True", "PolicyAction": "ReplaceAndDelete"},
            ChangeAction.REPLACE,
            False,
            "its items",
        ),
        (
            {"Action": "Modify", "Replacement": "True", "PolicyAction": "ReplaceAndRetain"},
            ChangeAction.REPLACE,
            True,
            "",
        ),
        (
            {
                "Action": "Modify",
                "Replacement": "Conditional",
                "PolicyAction": "ReplaceAndDelete",
            },
            ChangeAction.CHANGE,
            False,
            "its items",
        ),
        ({"Action": "Modify", "Replacement": "False"}, ChangeAction.CHANGE, False, ""),
        ({"Action": "Add"}, ChangeAction.ADD, False, ""),
        ({"Action": "Import"}, ChangeAction.IMPORT, False, ""),
        (
            {"Action": "SyncWithActual", "Replacement": "False"},
            ChangeAction.CHANGE,
            False,
            "",
        ),
    ],
)
def test_data_are_lost_with_a_resource_that_is_not_retained(
    fields: dict[str, Any], action: ChangeAction, kept: object, lost: str
) -> None:
    """The policy action that AWS reports decides."""
    change = _read(**fields)
    assert (change.action, change.kept, change.lost) == (action, kept, lost)


def test_a_resource_without_data_loses_none() -> None:
    """The deletion of a rule loses nothing."""
    assert _read(Action="Remove", ResourceType="AWS::Events::Rule").lost == ""


def test_an_unknown_replacement_counts_as_possible() -> None:
    """An action that only the deployment will show may replace, and so may lose data."""
    change = _read(Action="Dynamic")
    assert (change.replacement, change.lost) == (CONDITIONAL, "its items")


def test_without_a_policy_action_the_templates_decide() -> None:
    """LocalStack reports none: the old template governs deletions, the new one replacements."""
    before: Any = {
        "Resources": {"It": {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Delete"}}
    }
    after: Any = {
        "Resources": {"It": {"DeletionPolicy": "Delete", "UpdateReplacePolicy": "Retain"}}
    }
    retained = read_retained(before, after)
    assert _read(retained, Action="Remove").kept
    assert _read(retained, Action="Modify", Replacement="True").kept
    assert not _read(read_retained(after, before), Action="Remove").kept
    assert not _read(read_retained(after, before), Action="Modify", Replacement="True").kept


def test_without_details_the_contexts_give_the_properties() -> None:
    """LocalStack gives the resource before and after; the innermost differences are shown."""
    change = _read(
        Action="Modify",
        Replacement="False",
        ResourceType="AWS::Lambda::Function",
        BeforeContext='{"Properties":{"Code":{"S3Key":"a","S3Bucket":"b"},"MemorySize":128}}',
        AfterContext='{"Properties":{"Code":{"S3Key":"c","S3Bucket":"b"},"MemorySize":256}}',
    )
    assert [(p.path, p.before, p.after) for p in change.properties] == [
        ("Code/S3Key", "a", "c"),
        ("MemorySize", "128", "256"),
    ]
    assert change.action is ChangeAction.CHANGE


def test_without_details_a_new_name_is_a_replacement() -> None:
    """LocalStack does not see it where the name is put together; by AWS's schemas it is one."""
    change = _read(
        Action="Modify",
        Replacement="False",
        ResourceType="AWS::Logs::LogGroup",
        BeforeContext='{"Properties":{"LogGroupName":"a"}}',
        AfterContext='{"Properties":{"LogGroupName":"b"}}',
    )
    assert (change.action, change.replacement) == (ChangeAction.REPLACE, CERTAIN)
    assert change.lost == "its log lines"


def test_a_name_known_only_after_the_deployment_is_none() -> None:
    """LocalStack has the words for it as the id of what is still to be made."""
    change = _read(Action="Add", PhysicalResourceId="{{changeSet:KNOWN_AFTER_APPLY}}")
    assert change.physical_id is None


def test_the_create_only_properties_are_those_of_aws() -> None:
    """For each type in our templates: the properties they set that its schema cannot change."""
    expected: dict[str, set[str]] = {}
    init = read_settings().shipped_folder / "init"
    for name in ("storage.yaml", "pipeline.yaml"):
        for resource in parse_template((init / name).read_text())["Resources"].values():
            kind = resource["Type"]
            fixed = create_only_properties(kind) & resource["Properties"].keys()
            expected.setdefault(kind, set()).update(fixed)
    assert {kind: set(CREATE_ONLY.get(kind, ())) for kind in expected} == expected
