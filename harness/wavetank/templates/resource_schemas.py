"""AWS's schemas of resource types, as cfn-lint and SAM's translator ship them.

cfn-lint's files are read directly, since importing it takes a second of each command: a table
of the key of each type's schema in a region, and a folder with the schemas by their keys.
[cfnlint.schema.manager: ProviderSchemaManager.get_resource_schema]
"""

import importlib.util
import json
import runpy
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from wavetank.core.errors import InfrastructureError
from wavetank.core.settings import REGION

CUSTOM = ("Custom::", "AWS::CloudFormation::CustomResource")
AWS = "AWS::"
SERVERLESS_TYPE = "AWS::Serverless::"

type Schema = Mapping[str, Any]


def is_checked(kind: str) -> bool:
    """Whether the type is one that a schema can describe: AWS's own, and no module."""
    return kind.startswith(AWS) and not kind.endswith("::MODULE")


def resource_types() -> list[str]:
    """CloudFormation's types in the region of all deployments."""
    return sorted(_keys())


@cache
def resource_schema(kind: str) -> Schema:
    """The schema of the properties of a type.

    Raises:
        KeyError: the type is not one of `resource_types`.
    """
    file = _folder() / "resources" / f"{_keys()[kind]}.json"
    found: Schema = json.loads(file.read_text(encoding="utf-8"))
    return found


@cache
def sam_schema() -> Schema:
    """The schema of a template of SAM, in which resources of other kinds are not described."""
    # Imported here as it takes a while: only templates that need it wait for it.
    from samtranslator.internal.schema_source.schema import SamModel  # noqa: PLC0415 - see above

    found: Schema = SamModel.schema()
    return found


@cache
def sam_globals(section: str) -> list[str]:
    """What SAM takes in a section of Globals, such as Function, where its schema lacks some."""
    from samtranslator.plugins.globals.globals import Globals  # noqa: PLC0415 - as above

    return list(Globals.supported_properties.get(f"{SERVERLESS_TYPE}{section}", ()))


@cache
def sam_types() -> list[str]:
    """SAM's resource types."""
    resources = [each["$ref"] for each in _sam_resources()]
    definitions = (sam_schema()["definitions"][ref.rpartition("/")[2]] for ref in resources)
    types = (each["properties"]["Type"] for each in definitions)
    return sorted(kind for each in types for kind in each.get("enum", ()))


def _sam_resources() -> list[Schema]:
    found: list[Schema] = sam_schema()["properties"]["Resources"]["additionalProperties"]["anyOf"]
    return found


def _folder() -> Path:
    specification = importlib.util.find_spec("cfnlint")
    origin = specification.origin if specification else None
    assert origin is not None  # it is a dependency
    return Path(origin).parent / "data" / "schemas"


@cache
def _keys() -> Mapping[str, str]:
    """The key of each type's schema."""
    return read_keys(_folder() / "providers")


def read_keys(folder: Path) -> Mapping[str, str]:
    """The key of each type's schema in the region: a table in JSON, until cfn-lint 1.45 in Python.

    Raises:
        InfrastructureError: the folder has neither.
    """
    table, module = folder / f"{REGION}.json", folder / f"{REGION.replace('-', '_')}.py"
    if table.is_file():
        found: Mapping[str, str] = json.loads(table.read_text(encoding="utf-8"))
        return found
    if not module.is_file():
        expected = f"a cfn-lint that has schemas in {table.name} or {module.name}"
        action = "install the version that Wavetank is tested with: pip install 'wavetank[pinned]'"
        raise InfrastructureError(expected, f"neither in {folder}", action)
    types: Mapping[str, str] = runpy.run_path(str(module))["types"]
    return types
