"""Which changes of a template take a new resource, and which are made in place.

[CloudFormation template reference: "Update requires" of each property]
"""

from typing import Any

import pytest

from wavetank.emulator.cloudformation.replacement import changed_properties, needs_replacement

KIND = "AWS::Some::Kind"
SCHEMA = {
    "createOnlyProperties": ["/properties/Name", "/properties/Place/Zone", "/properties/Optional"]
}
DEPLOYED = {"Name": "a", "Place": {"Zone": "1", "Shelf": "top"}, "Size": 1}


def _needs(kind: str = KIND, schema: Any = SCHEMA, **changed: Any) -> bool:
    desired = {name: value for name, value in (DEPLOYED | changed).items() if value is not None}
    return needs_replacement(kind, schema, DEPLOYED, desired)


@pytest.mark.parametrize(
    "changed",
    [
        {"Name": "b"},
        {"Name": None},
        {"Optional": "given now"},
        {"Place": {"Zone": "2", "Shelf": "top"}},
        {"Place": {"Shelf": "top"}},
        {"Place": None},
        {"Place": "nowhere"},
    ],
    ids=str,
)
def test_a_property_that_only_a_creation_sets_takes_a_new_resource(
    changed: dict[str, Any],
) -> None:
    """Whether it changes, comes or goes, by itself or within another property."""
    assert _needs(**changed)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"Size": 2},
        {"Size": None},
        {"More": "of it"},
        {"Place": {"Zone": "1", "Shelf": "bottom"}},
        {"Place": {"Zone": "1"}},
    ],
    ids=str,
)
def test_whatever_else_changes_is_changed_in_place(changed: dict[str, Any]) -> None:
    """What the resource holds outlives the update."""
    assert not _needs(**changed)


@pytest.mark.parametrize(
    ("kind", "schema", "changed", "needs"),
    [
        ("AWS::DynamoDB::Table", {}, {"KeySchema": "another"}, True),
        ("AWS::DynamoDB::Table", {}, {"BillingMode": "another"}, False),
        (KIND, {}, {"KeySchema": "another"}, False),
        (
            "AWS::S3::Bucket",
            {"createOnlyProperties": ["/properties/ObjectLockEnabled"]},
            {"ObjectLockEnabled": True},
            False,
        ),
        (
            KIND,
            {"createOnlyProperties": ["/properties/ObjectLockEnabled"]},
            {"ObjectLockEnabled": True},
            True,
        ),
    ],
)
def test_properties_missing_in_old_schemas_are_added_and_obsolete_ones_ignored(
    kind: str, schema: dict[str, Any], changed: dict[str, Any], *, needs: bool
) -> None:
    """For the type that it is said of, and for no other."""
    assert _needs(kind, schema, **changed) is needs


def test_what_is_added_changed_or_removed_is_a_change() -> None:
    """And what is the same is none, also where its parts were written in another order."""
    previous = {"same": {"a": 1, "b": 2}, "changed": 1, "removed": 1}
    desired = {"same": {"b": 2, "a": 1}, "changed": 2, "added": 1}
    assert changed_properties(previous, desired) == {"changed", "removed", "added"}
