"""Writes the authorization table: `.venv/bin/python -m tests.authorization`.

The table is AWS's Service Authorization Reference for the services that a sandbox has, in compact
form. It comes from parliament, which is a development dependency and is not shipped.
"""

import json
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.rules.source import ROOT
from wavetank.engines.localstack_child import SERVICES

TABLE = Path("harness/wavetank/emulator/iam_enforcement/authorization.json")
DEFINITION = "iam_definition.json"
ON_REQUEST = (
    *("acm", "apigateway", "config", "ec2", "ecr", "es", "kms", "redshift"),
    *("resource-groups", "route53", "route53resolver", "scheduler", "secretsmanager", "ssm"),
    *("states", "support", "swf", "tag", "transcribe"),
)
"""The prefixes of services that LocalStack loads when they are called first."""
ANSWERED = (
    *("athena", "bedrock", "cognito-idp", "comprehend", "fsx", "glue", "kendra", "lex"),
    *("mediaconvert", "mobiletargeting", "personalize", "polly", "rekognition", "sagemaker"),
    *("sms-voice", "textract", "translate"),
)
"""The prefixes of services that tests answer, since LocalStack does not have them."""


def authorization_definition() -> list[dict[str, Any]]:
    """The data that parliament ships, found without importing it: its import warns."""
    found = find_spec("parliament")
    if found is None or found.origin is None:
        raise LookupError("parliament is not installed; run ./wavetank --version")
    data: list[dict[str, Any]] = json.loads(Path(found.origin).with_name(DEFINITION).read_text())
    return data


def render() -> str:
    """The table as JSON: one line for each action, so that a change can be read."""
    definition = authorization_definition()
    known = {entry["prefix"] for entry in definition}  # those of table streams are DynamoDB's
    prefixes = sorted(known & {*SERVICES, *ON_REQUEST, *ANSWERED})
    services = [f'"{prefix}": {_service(prefix, definition)}' for prefix in prefixes]
    return "{" + ",\n".join(services) + "}\n"


def _service(prefix: str, definition: Iterable[Mapping[str, Any]]) -> str:
    """Several entries share a prefix, such as those of the versions of SES: they are merged."""
    resources: dict[str, str] = {}
    own_keys: dict[str, set[str]] = {}
    actions: dict[str, tuple[set[str], set[str]]] = {}
    for entry in (entry for entry in definition if entry["prefix"] == prefix):
        for resource in entry["resources"]:
            resources.setdefault(resource["resource"], resource["arn"])
            own_keys.setdefault(resource["resource"], set()).update(resource["condition_keys"])
        for privilege in entry["privileges"]:
            types, keys = actions.setdefault(privilege["privilege"], (set(), set()))
            for resource_type in privilege["resource_types"]:
                types.add(resource_type["resource_type"])
                keys.update(resource_type["condition_keys"])
                keys.update(own_keys.get(resource_type["resource_type"].rstrip("*"), ()))
    lines = [f'"{name}": {_action(*actions[name])}' for name in sorted(actions)]
    formats = json.dumps(resources, sort_keys=True)
    return f'{{"resources": {formats},\n"actions": {{\n' + ",\n".join(lines) + "}}"


def _action(types: set[str], keys: set[str]) -> str:
    """Resource types, a star after those that are required; then the condition keys."""
    return json.dumps([", ".join(sorted(types - {""})), " ".join(sorted(keys))])


def write() -> None:
    """Writes the table into the package."""
    (ROOT / TABLE).write_text(render())


if __name__ == "__main__":
    write()
