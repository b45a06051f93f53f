"""The CloudFormation templates, with the one thing filled in that CloudFormation cannot express.

A template cannot loop over e-mail addresses: `Fn::ForEach` makes resource names from the values,
and an address is not a resource name. So each address becomes a subscription here, named by its
hash: adding or removing one leaves the confirmations of the others alone.
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
    """The address, if it looks like one; SNS itself finds out only by writing to it.

    Raises:
        UsageError: it does not.
    """
    if len(address) > ADDRESS_CHARACTERS_MAX or not ADDRESS.fullmatch(address):
        raise UsageError(
            "an e-mail address such as someone@example.com", repr(address), "correct --email"
        )
    return address


def read_template(path: Path) -> str:
    """The template as JSON.

    Raises:
        UsageError: there is none, or it is not a template.
    """
    return json.dumps(_parsed(path))


def read_pipeline_template(path: Path, addresses: Sequence[str]) -> str:
    """The template as JSON with one subscription for each address, whatever its case."""
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
