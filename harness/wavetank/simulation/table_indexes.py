"""The global secondary indexes in which deployed tables differ from another template.

[DynamoDB API reference: UpdateTable, GlobalSecondaryIndexUpdate; CloudFormation template reference:
aws-resource-dynamodb-table]
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from wavetank.aws.clients import AwsClients
from wavetank.core.errors import UsageError
from wavetank.faults.resources import IndexDifference
from wavetank.inspection.stack_resources import every_resource
from wavetank.templates.accessors import as_list, as_table
from wavetank.templates.problems import TemplateResource, refuse
from wavetank.templates.stack_tree import StackTree
from wavetank.templates.supported_resources import TABLE

GLOBAL, LOCAL = "GlobalSecondaryIndexes", "LocalSecondaryIndexes"
ATTRIBUTES, KEY = "AttributeDefinitions", "KeySchema"
CREATED = ("IndexName", KEY, "Projection")
"""The parts of an index that are written to create it, besides its capacity."""
KEEP = "keep it: this fault changes indexes alone"


def index_differences(aws: AwsClients, template: Path) -> list[IndexDifference]:
    """The differences of each deployed table from the table of its logical id in the template.

    Raises:
        UsageError: the template has a mistake, a table that is not deployed or has another key,
            or no other indexes.
    """
    tree = StackTree(template, {})
    refuse(list(tree.all_problems()))
    names = {each.logical_id: each.name for each in every_resource(aws) if each.kind == TABLE}
    tables = (
        TemplateResource(scope, name)
        for scope in tree.all_scopes()
        for name, written in scope.template.section("Resources").items()
        if written["Type"] == TABLE
    )
    found = [_difference(aws, table, names) for table in tables]
    different = [each for each in found if each.added or each.removed]
    if not different:
        expected = "a template with other global secondary indexes than those that are deployed"
        raise UsageError(expected, f"none in {template}", "add, remove or rename one")
    return different


def index_names(aws: AwsClients, table: str) -> list[str]:
    """The global secondary indexes that the table has."""
    found: Any = aws.dynamodb.describe_table(TableName=table)["Table"]
    return [each["IndexName"] for each in as_list(found.get(GLOBAL))]


def change_indexes(
    aws: AwsClients, table: str, created: Sequence[str], deleted: Sequence[str]
) -> None:
    """Delete and create indexes, one at a time, as UpdateTable does.

    The table keeps the attributes of its remaining keys alone: an attribute without a key may have
    any type.
    """
    for written in deleted:
        name = json.loads(written)["IndexName"]
        remaining = _key_attributes(aws, table, without=name)
        _update(aws, table, {"Delete": {"IndexName": name}}, remaining)
    for written in created:
        index = json.loads(written)
        own = {each["AttributeName"]: each for each in index.pop(ATTRIBUTES)}
        _update(aws, table, {"Create": index}, _key_attributes(aws, table) | own)


def _key_attributes(aws: AwsClients, table: str, without: str = "") -> dict[str, Any]:
    """The attributes of the table's keys by name, but for those of one index."""
    found: Any = aws.dynamodb.describe_table(TableName=table)["Table"]
    indexes = [*as_list(found.get(GLOBAL)), *as_list(found.get(LOCAL))]
    keyed = [found, *(each for each in indexes if each["IndexName"] != without)]
    used = {part["AttributeName"] for each in keyed for part in each[KEY]}
    return {
        each["AttributeName"]: each for each in found[ATTRIBUTES] if each["AttributeName"] in used
    }


def _update(aws: AwsClients, table: str, update: Any, attributes: Mapping[str, Any]) -> None:
    aws.dynamodb.update_table(
        TableName=table,
        AttributeDefinitions=list(attributes.values()),
        GlobalSecondaryIndexUpdates=[update],
    )


def _difference(
    aws: AwsClients, resource: TemplateResource, names: Mapping[str, str]
) -> IndexDifference:
    if resource.name not in names:
        problem = resource.problem("tables that are deployed", "which is not", "leave it out")
        refuse([problem])
    name = names[resource.name]
    deployed: Any = aws.dynamodb.describe_table(TableName=name)["Table"]
    written = {key: _plain(resource, resource.properties.get(key)) for key in (KEY, LOCAL)}
    for key in (KEY, LOCAL):
        if _comparable(written[key]) != _comparable(deployed.get(key)):
            expected = f"the {key} that {resource.name} has: another one replaces the table"
            refuse([resource.problem(expected, "with another", KEEP, (key,))])
    types = _plain(resource, resource.properties.get(ATTRIBUTES))
    wanted = _indexes(_plain(resource, resource.properties.get(GLOBAL)), types)
    present = _indexes(deployed.get(GLOBAL), deployed[ATTRIBUTES])
    for index in wanted.keys() & present.keys():
        if wanted[index] != present[index]:
            expected = f"a new name for an index that changes, such as {index}2"
            refuse([resource.problem(expected, f"with another {index}", "rename it", (GLOBAL,))])
    return IndexDifference(
        table=name,
        added=tuple(wanted[each] for each in wanted if each not in present),
        removed=tuple(present[each] for each in present if each not in wanted),
    )


def _indexes(written: Any, attributes: Any) -> dict[str, str]:
    """The definitions by name: what creates them, with the attributes of their keys."""
    found = {}
    for index in map(as_table, as_list(written)):
        key = {as_table(each).get("AttributeName") for each in as_list(index.get(KEY))}
        own = [each for each in as_list(attributes) if as_table(each).get("AttributeName") in key]
        own.sort(key=lambda each: str(each.get("AttributeName")))
        definition = {name: index[name] for name in CREATED if name in index}
        definition[ATTRIBUTES] = own
        found[str(index.get("IndexName"))] = json.dumps(definition, sort_keys=True)
    return found


def _comparable(written: Any) -> list[str]:
    """The parts of a key or of local indexes that are written, without what DynamoDB adds."""
    return sorted(_shape(each) for each in as_list(written))


def _shape(written: Any) -> str:
    table = as_table(written)
    parts = {name: table[name] for name in ("AttributeName", "KeyType", *CREATED) if name in table}
    return json.dumps(parts, sort_keys=True)


def _plain(resource: TemplateResource, written: Any) -> Any:
    """The value with its references resolved, as far as the template determines them."""
    elements = resource.scope.elements(written)
    if isinstance(elements, list):
        return [_plain(resource, each) for each in elements]
    text = resource.scope.text(written)
    if text is None and isinstance(written, dict):
        return {name: _plain(resource, each) for name, each in written.items()}
    return text
