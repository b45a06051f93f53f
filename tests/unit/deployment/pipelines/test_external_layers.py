"""Layers of other accounts: their content is given, since it cannot be downloaded."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from wavetank.core.errors import UsageError
from wavetank.deployment.pipelines.selection import choice_of
from wavetank.deployment.pipelines.stack_deployment import UserStack
from wavetank.deployment.pipelines.user_pipeline import TemplatesPipeline

ARN = "arn:aws:lambda:eu-west-1:123456789012:layer:graphicsmagick:2"
FUNCTION = """
  Resize%s:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      Role: arn:aws:iam::000000000000:role/some
      Code: {ZipFile: "def handler(event, context): pass"}
      Layers:
        - !Sub 'arn:aws:lambda:${AWS::Region}:123456789012:layer:graphicsmagick:2'
"""
LAYER = "Layer123456789012graphicsmagick2"


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A template with two functions that use the layer."""
    path = tmp_path / "template.yaml"
    path.write_text(f"Resources:{FUNCTION % 'A'}{FUNCTION % 'B'}")
    return path


def only_stack(template: Path, *, simulated: bool = True, content: Path | None = None) -> UserStack:
    """The checked stack, with that content of the layer."""
    layers = () if content is None else ((ARN, content),)
    (stack,) = TemplatesPipeline(template=template, layers=layers).check(simulated=simulated)
    return stack


def resources(stack: UserStack) -> dict[str, Any]:
    """What would be deployed, by logical id."""
    found: dict[str, Any] = json.loads(stack.text(lambda _: ""))["Resources"]
    return found


def entries(stack: UserStack) -> list[str]:
    """The paths in the layer's zip."""
    with zipfile.ZipFile(io.BytesIO(stack.packages[LAYER].content)) as archive:
        return archive.namelist()


@pytest.mark.parametrize("simulated", [True, False])
def test_a_layer_of_another_account_without_content_is_refused(
    template: Path, *, simulated: bool
) -> None:
    """Once for each function, with its line and the key to write; on a sandbox also."""
    with pytest.raises(UsageError) as refused:
        only_stack(template, simulated=simulated)
    text = str(refused.value)
    assert f"ResizeA (AWS::Lambda::Function) with {ARN} as a layer at {template}:10" in text
    assert f'"{ARN}" = "a folder, a zip or a requirements.txt" under [layers]' in text


def test_a_folder_becomes_a_layer_that_all_functions_use(template: Path, tmp_path: Path) -> None:
    """The stack has it once; its content is that of /opt."""
    content = tmp_path / "graphicsmagick"
    (content / "bin").mkdir(parents=True)
    (content / "bin" / "gm").write_text("#!/bin/sh\n")
    stack = only_stack(template, content=content)
    deployed = resources(stack)
    assert deployed["ResizeA"]["Properties"]["Layers"] == [{"Ref": LAYER}]
    assert deployed["ResizeB"]["Properties"]["Layers"] == [{"Ref": LAYER}]
    assert deployed[LAYER]["Properties"]["Content"]["S3Key"] == stack.packages[LAYER].key
    assert entries(stack) == ["bin/gm"]
    assert content in stack.sources


def test_a_zip_is_the_layer_unchanged(template: Path, tmp_path: Path) -> None:
    """As it is published."""
    content = tmp_path / "layer.zip"
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("python/images.py", "")
    stack = only_stack(template, content=content)
    assert stack.packages[LAYER].content == content.read_bytes()


def test_requirements_are_installed_where_a_layer_has_packages(
    template: Path, tmp_path: Path
) -> None:
    """Below python/, as those of a layer that SAM builds."""
    wheel = tmp_path / "images-1.0-py3-none-any.whl"
    about = "images-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("images.py", "")
        archive.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: images\nVersion: 1.0\n")
        archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(f"{about}/RECORD", "")
    listed = tmp_path / "layer-requirements.txt"
    listed.write_text(f"{wheel}\n")
    assert "python/images.py" in entries(only_stack(template, content=listed))


def test_content_that_does_not_exist_is_refused(template: Path, tmp_path: Path) -> None:
    """With the line of the layer that it is for."""
    missing = tmp_path / "nowhere"
    with pytest.raises(UsageError, match=r"content that does not exist \(.*nowhere\) at .*:10"):
        only_stack(template, content=missing)


def test_a_saved_run_has_the_layers(template: Path, tmp_path: Path) -> None:
    """So that a replay deploys the same."""
    made = TemplatesPipeline(template=template, layers=((ARN, tmp_path / "a folder"),))
    assert choice_of(made.options()).unchecked_templates() == made
