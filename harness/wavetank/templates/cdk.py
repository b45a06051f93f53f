"""Templates that `cdk synth` wrote: assets are local, and the bootstrap's version is not checked.

Beside `App.template.json` is `App.assets.json`, with the key that each asset gets in the bootstrap
bucket, and the folder or file that it is made of. [aws-cdk: cloud-assembly-schema, AssetManifest]
"""

import copy
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from wavetank.core.errors import UsageError
from wavetank.templates.accessors import as_table
from wavetank.templates.document import Template
from wavetank.templates.references import NESTED_STACK, TemplateScope

ENDING = ".template.json"
BOOTSTRAP_PARAMETER, BOOTSTRAP_RULE = "BootstrapVersion", "CheckBootstrapVersion"
METADATA = "AWS::CDK::Metadata"
"""A resource that only tells AWS which constructs an app uses."""
CODE = ("Code", "Content")


def is_synthesized(path: Path) -> bool:
    """Whether the CDK wrote the template."""
    return path.name.endswith(ENDING) and (path.parent / "manifest.json").is_file()


def localized(template: Template) -> Template:
    """The template with local paths for its assets, and without what the bootstrap needs.

    Raises:
        UsageError: the list of its assets cannot be read.
    """
    if not is_synthesized(template.path):
        return template
    assets = _assets(template.path)
    body: dict[str, Any] = copy.deepcopy(dict(template.body))
    for section, name in (("Parameters", BOOTSTRAP_PARAMETER), ("Rules", BOOTSTRAP_RULE)):
        as_table(body.get(section)).pop(name, None)
        if section in body and not body[section]:
            del body[section]
    body["Resources"] = {
        name: resource
        for name, resource in body["Resources"].items()
        if resource["Type"] != METADATA
    }
    local = replace(template, body=body)
    scope = TemplateScope(local, {})
    for resource in body["Resources"].values():
        _localize(scope, resource, assets)
    return local


def _localize(
    scope: TemplateScope, resource: Mapping[str, Any], assets: Mapping[str, Path]
) -> None:
    properties = as_table(resource.get("Properties"))
    for name in CODE:
        key = scope.text(as_table(properties.get(name)).get("S3Key"))
        if key is not None and key in assets:
            properties[name] = str(assets[key])
    if resource["Type"] == NESTED_STACK:
        url = scope.text(properties.get("TemplateURL")) or ""
        key = url.rpartition("/")[2]
        if key in assets:
            properties["TemplateURL"] = str(assets[key])


def _assets(path: Path) -> dict[str, Path]:
    """The local file or folder of each asset of the app by its key in the bucket.

    Of all its stacks: a nested one has no list of its own, and keys are hashes of contents.
    """
    lists = sorted(path.parent.glob("*.assets.json"))
    if not lists:
        raise _unreadable(path, f"no *.assets.json in {path.parent}")
    return {key: source for listed in lists for key, source in _listed(path, listed)}


def _listed(path: Path, listed: Path) -> list[tuple[str, Path]]:
    try:
        content = json.loads(listed.read_text(encoding="utf-8"))
        return [
            (destination["objectKey"], path.parent.absolute() / entry["source"]["path"])
            for entry in content["files"].values()
            if "path" in entry["source"]
            for destination in entry["destinations"].values()
        ]
    except (OSError, ValueError, AttributeError, KeyError, TypeError) as error:
        reason = error if isinstance(error, OSError) else "another form"
        raise _unreadable(path, f"{listed}: {reason}") from error


def _unreadable(path: Path, found: str) -> UsageError:
    return UsageError(f"the lists of the assets of {path}", found, "run `cdk synth` again")
