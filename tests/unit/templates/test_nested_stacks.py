"""Templates of nested stacks: read with the parameters that their parents give."""

from pathlib import Path

import pytest

from tests.unit.templates.conftest import ReadTemplate

PARENT = """
    Parameters: {Stage: {Type: String, Default: prod}}
    Resources:
      Topic: {Type: AWS::SNS::Topic}
      First:
        Type: AWS::CloudFormation::Stack
        Properties: {TemplateURL: first.yaml, Parameters: {Stage: !Ref Stage, Topic: !Ref Topic}}
      Second:
        Type: AWS::CloudFormation::Stack
        Properties:
          TemplateURL: second.yaml
          Parameters: {Queue: !GetAtt First.Outputs.Queue}
"""
FIRST = """
Parameters: {Stage: {Type: String}, Topic: {Type: String}}
Conditions: {IsProd: !Equals [!Ref Stage, prod]}
Resources:
  Queue: {Type: AWS::SQS::Queue, Condition: IsProd}
Outputs:
  Queue: {Condition: IsProd, Value: !GetAtt Queue.Arn}
  Topic: {Value: !Ref Topic}
"""
SECOND = "Parameters: {Queue: {Type: String}}\nResources: {Own: {Type: AWS::SQS::Queue}}\n"


def test_values_pass_between_nested_stacks(read: ReadTemplate, tmp_path: Path) -> None:
    """A parameter decides a condition, an output of one is a parameter of the other."""
    (tmp_path / "first.yaml").write_text(FIRST)
    (tmp_path / "second.yaml").write_text(SECOND)
    tree = read(PARENT)
    nested = dict(tree.nested())
    assert list(nested["First"].template.section("Resources")) == ["Queue"]
    assert nested["Second"].scope.kind({"Ref": "Queue"}) == "AWS::SQS::Queue"
    assert nested["First"].scope.kind({"Ref": "Topic"}) == "AWS::SNS::Topic"
    assert list(tree.all_problems()) == []
    assert (
        list(dict(read(PARENT, Stage="dev").nested())["First"].template.section("Resources")) == []
    )


@pytest.mark.parametrize(
    ("former", "new", "found"),
    [
        ("first.yaml", "template.yaml", "First (AWS::CloudFormation::Stack) with template.yaml at"),
        ("first.yaml", "nowhere.yaml", "nowhere.yaml: No such file or directory at"),
        (
            "{Queue: !GetAtt First.Outputs.Queue}",
            "{}",
            "Second (AWS::CloudFormation::Stack) without",
        ),
    ],
)
def test_a_nested_template_that_cannot_be_used_is_reported(
    read: ReadTemplate, tmp_path: Path, former: str, new: str, found: str
) -> None:
    """One that contains itself, one that is missing, a parameter without a value."""
    (tmp_path / "first.yaml").write_text(FIRST)
    (tmp_path / "second.yaml").write_text(SECOND)
    (problem,) = read(PARENT.replace(former, new)).all_problems()
    assert found in problem.found
