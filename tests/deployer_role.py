"""init/deployer-role.yaml as AWS would see it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

TEMPLATE = Path(__file__).parents[1] / "init" / "deployer-role.yaml"


def deployer_role(**parameters: str) -> dict[str, Any]:
    """The role's properties, with these parameters in place of the defaults."""
    template = yaml_parse(TEMPLATE.read_text())
    known = {
        name: str(parameter["Default"])
        for name, parameter in template["Parameters"].items()
        if "Default" in parameter
    } | parameters
    known |= {"AWS::Partition": "aws", "AWS::AccountId": "0" * 12}
    properties: dict[str, Any] = _resolved(
        template["Resources"]["DeployerRole"]["Properties"], known
    )
    return properties


def deployer_policies(**parameters: str) -> dict[str, dict[str, Any]]:
    """The documents of its policies, by name."""
    policies = deployer_role(**parameters)["Policies"]
    return {policy["PolicyName"]: policy["PolicyDocument"] for policy in policies}


def _resolved(value: Any, known: Mapping[str, str]) -> Any:
    match value:
        case {"Fn::Sub": text}:
            for name, replacement in known.items():
                text = text.replace(f"${{{name}}}", replacement)
            return text
        case {"Fn::If": ["CreatesProvider", made, other]}:
            return _resolved(made if known["CreateProvider"] == "yes" else other, known)
        case dict():
            return {key: _resolved(part, known) for key, part in value.items()}
        case list():
            return [_resolved(part, known) for part in value]
        case _:
            return value
