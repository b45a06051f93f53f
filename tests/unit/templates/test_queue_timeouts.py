"""A queue whose visibility timeout is shorter than its function's timeout is found by its line."""

import pytest

from tests.unit.templates.conftest import ReadTemplate

TEMPLATE = """
Parameters:
  Seconds: {{Type: Number, Default: 40}}
Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties: {queue}
  Take:
    Type: AWS::Lambda::Function
    Properties: {function}
  Live:
    Type: AWS::Lambda::Alias
    Properties: {{FunctionName: !Ref Take, FunctionVersion: "1", Name: live}}
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {{EventSourceArn: !GetAtt Orders.Arn, FunctionName: !{name}}}
"""
SAM = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders: {Type: AWS::SQS::Queue}
  Take:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.take
      InlineCode: ""
      Timeout: 60
      Events: {Queue: {Type: SQS, Properties: {Queue: !GetAtt Orders.Arn}}}
"""


@pytest.mark.parametrize("name", ["Ref Take", "GetAtt Take.Arn", "Ref Live"])
@pytest.mark.parametrize(
    ("queue", "function", "found"),
    [
        ("{VisibilityTimeout: 20}", "{Timeout: 21}", "with a VisibilityTimeout of 20"),
        ("{QueueName: orders}", "{Timeout: !Ref Seconds}", "with a VisibilityTimeout of 30"),
        ("{VisibilityTimeout: 2}", "{MemorySize: 128}", "with a VisibilityTimeout of 2"),
    ],
)
def test_a_short_visibility_timeout_is_refused(
    read: ReadTemplate, queue: str, function: str, found: str, name: str
) -> None:
    """Whether either has a value of its own or the default, and if an alias is mapped."""
    text = TEMPLATE.format(queue=queue, function=function, name=name)
    (problem,) = read(text).all_problems()
    assert f"Orders (AWS::SQS::Queue) {found} at " in problem.found
    assert problem.found.endswith("template.yaml:7")
    assert "Timeout of Take" in problem.expected


@pytest.mark.parametrize(
    ("queue", "function"),
    [
        ("{VisibilityTimeout: 20}", "{Timeout: 20}"),
        ("{QueueName: orders}", "{Timeout: 30}"),
        ('{VisibilityTimeout: !ImportValue "other"}', "{Timeout: 900}"),
    ],
)
def test_what_suffices_or_is_not_known_passes(
    read: ReadTemplate, queue: str, function: str
) -> None:
    """Equal timeouts suffice; a value of another stack is left to the deployment."""
    text = TEMPLATE.format(queue=queue, function=function, name="Ref Take")
    assert list(read(text).all_problems()) == []


def test_an_event_of_a_sam_function_is_checked(read: ReadTemplate) -> None:
    """The mapping is made of it."""
    (problem,) = read(SAM).all_problems()
    assert problem.found.endswith("template.yaml:4")
    assert problem.action == "raise it, best to six times that: 360"
