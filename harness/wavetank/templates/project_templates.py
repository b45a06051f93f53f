"""The project's CloudFormation templates, with a subscription added for each e-mail address.

A template cannot loop over e-mail addresses: `Fn::ForEach` derives resource names from the values,
and an address is not a valid name. So each address becomes a subscription here, named by its hash:
adding or removing one does not affect the confirmations of the others.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from wavetank.core.errors import UsageError

ADDRESS = re.compile(r"[^@\s,<>\"]+@[^@\s,<>\"]+\.[^@\s,<>\".]+")
ADDRESS_CHARACTERS_MAX = 254
TOPIC = "AlertTopic"


def check_address(address: str) -> str:
    """Returns the address if its form is valid; SNS itself only notices by sending to it.

    Raises:
        UsageError: it is not valid.
    """
    if len(address) > ADDRESS_CHARACTERS_MAX or not ADDRESS.fullmatch(address):
        raise UsageError(
            "an e-mail address such as someone@example.com", repr(address), "correct --email"
        )
    return address


def read_template(path: Path) -> str:
    """The template as JSON.

    Raises:
        UsageError: the file is missing or not a template.
    """
    return json.dumps(_parsed(path))


def read_pipeline_template(path: Path, addresses: Sequence[str]) -> str:
    """The template as JSON with one subscription for each address, ignoring case."""
    template = _parsed(path)
    for address in sorted({check_address(address).lower() for address in addresses}):
        name = f"AlertSubscription{hashlib.sha256(address.encode()).hexdigest()[:8]}"
        template["Resources"][name] = {
            "Type": "AWS::SNS::Subscription",
            "Properties": {"TopicArn": {"Ref": TOPIC}, "Protocol": "email", "Endpoint": address},
        }
    return json.dumps(template)


def parse_template(text: str) -> dict[str, Any]:
    """The template as values, from JSON or YAML."""
    template: dict[str, Any] = yaml_parse(text)
    return template


def _parsed(path: Path) -> dict[str, dict[str, object]]:
    try:
        template = yaml_parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UsageError("a template", f"no file {path}", "check the path") from error
    if not isinstance(template, dict) or "Resources" not in template:
        raise UsageError(f"a CloudFormation template in {path}", "no Resources", "correct the file")
    return template
