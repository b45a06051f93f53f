"""What `cdk synth` writes: local assets, a nested stack, and a check of the bootstrap's version."""

import json
from pathlib import Path
from typing import Any

import pytest

from wavetank.core.errors import UsageError
from wavetank.templates.function_code import local_code
from wavetank.templates.stack_tree import StackTree

BUCKET = {"Fn::Sub": "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}"}
URL = ["https://s3.", {"Ref": "AWS::Region"}, ".", {"Ref": "AWS::URLSuffix"}, "/bucket/inner.json"]
TEMPLATE = {
    "Parameters": {"BootstrapVersion": {"Type": "AWS::SSM::Parameter::Value<String>"}},
    "Rules": {"CheckBootstrapVersion": {"Assertions": []}},
    "Resources": {
        "Work": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Code": {"S3Bucket": BUCKET, "S3Key": "work.zip"},
                "Runtime": "python3.13",
            },
        },
        "Inner": {
            "Type": "AWS::CloudFormation::Stack",
            "Properties": {"TemplateURL": {"Fn::Join": ["", URL]}},
        },
        "CDKMetadata": {"Type": "AWS::CDK::Metadata", "Condition": "CDKMetadataAvailable"},
    },
    "Conditions": {"CDKMetadataAvailable": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}},
}


@pytest.fixture
def synthesized(tmp_path: Path) -> Path:
    """A cloud assembly with one stack."""
    (tmp_path / "manifest.json").write_text("{}")
    (tmp_path / "asset.1").mkdir()
    (tmp_path / "asset.1" / "index.py").write_text("")
    inner = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}
    (tmp_path / "inner.nested.template.json").write_text(json.dumps(inner))
    sources = {"work.zip": "asset.1", "inner.json": "inner.nested.template.json"}
    files = {
        key: {"source": {"path": path}, "destinations": {"here": {"objectKey": key}}}
        for key, path in sources.items()
    }
    (tmp_path / "App.assets.json").write_text(json.dumps({"files": files}))
    path = tmp_path / "App.template.json"
    path.write_text(json.dumps(TEMPLATE))
    return path


def test_assets_are_local(synthesized: Path) -> None:
    """The function's folder and the nested template; nothing of the bootstrap remains."""
    tree = StackTree(synthesized, {})
    assert list(tree.all_problems()) == []
    found, problems = local_code(tree.scope, synthesized.parent)
    assert (found["Work"].path, problems) == (synthesized.parent / "asset.1", [])
    assert [list(nested.template.section("Resources")) for _, nested in tree.nested()] == [
        ["Queue"]
    ]
    body: Any = tree.template.body
    assert not {"Parameters", "Rules"} & body.keys()
    assert "CDKMetadata" not in body["Resources"]


@pytest.mark.parametrize("text", [None, "[]", '{"files": {"a": {}}}'])
def test_a_broken_list_of_assets_is_reported(synthesized: Path, text: str | None) -> None:
    """In one line, with the file."""
    listed = synthesized.with_name("App.assets.json")
    listed.unlink() if text is None else listed.write_text(text)
    with pytest.raises(UsageError, match=r"assets\.json.*cdk synth"):
        StackTree(synthesized, {})
