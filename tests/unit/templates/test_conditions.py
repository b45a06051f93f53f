"""Conditions, mappings and loops: what of a template exists with these parameters."""

import pytest

from tests.unit.templates.conftest import ReadTemplate

CONDITIONAL = """
    Parameters:
      Stage: {Type: String, Default: dev}
      Zones: {Type: CommaDelimitedList, Default: "a, b"}
      Version: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /version}
    Mappings:
      Sizes: {dev: {Days: 1, Names: [x, y]}, prod: {Days: 30}}
    Conditions:
      IsProd: !Equals [!Ref Stage, prod]
      IsTest: !Equals [test, !Ref Stage]
      Either: !Or [!Condition IsProd, !Condition IsTest]
      Neither: !And [!Not [!Condition IsProd], !Not [!Condition IsTest]]
      OfVersion: !Equals [!Ref Version, "2"]
      Circular: !Not [!Condition Circular]
    Resources:
      Audit: {Type: AWS::SQS::Queue, Condition: Either}
      Work:
        Type: AWS::SQS::Queue
        DependsOn: [Audit, Always]
        Condition: Neither
        Properties:
          DelaySeconds: !FindInMap [Sizes, !Ref Stage, Days]
          QueueName: !If [IsProd, work, !Ref AWS::NoValue]
          Tags: [!If [IsProd, {Key: a, Value: b}, !Ref AWS::NoValue], {Key: c, Value: d}]
      Unknown: {Type: AWS::SQS::Queue, Condition: OfVersion}
      Always: {Type: Custom::Names, Properties: {Names: !FindInMap [Sizes, dev, Names]}}
    Outputs:
      Audit: {Condition: Either, Value: !Ref Audit}
      Work: {Condition: Neither, Value: !Ref Work}
"""


@pytest.mark.parametrize(
    ("stage", "names", "outputs"),
    [("dev", "Work Unknown Always", "Work"), ("test", "Audit Unknown Always", "Audit")],
)
def test_what_is_under_a_false_condition_does_not_exist(
    read: ReadTemplate, stage: str, names: str, outputs: str
) -> None:
    """Neither resources nor outputs; what depends on an SSM parameter may exist."""
    template = read(CONDITIONAL, Stage=stage).template
    assert " ".join(template.section("Resources")) == names
    assert " ".join(template.section("Outputs")) == outputs


def test_values_are_those_of_the_chosen_part(read: ReadTemplate) -> None:
    """`AWS::NoValue` removes a property and an element; a mapping's value may be a list."""
    tree = read(CONDITIONAL)
    work = tree.template.section("Resources")["Work"]
    assert work["Properties"] == {"DelaySeconds": "1", "Tags": [{"Key": "c", "Value": "d"}]}
    assert work["DependsOn"] == ["Always"]
    assert tree.template.section("Resources")["Always"]["Properties"] == {"Names": ["x", "y"]}
    assert list(tree.all_problems()) == []
    # Lines are those of the file, also behind a removed element.
    keys = ("Resources", "Work", "Properties", "Tags", 0)
    assert tree.template.line(keys) == 24


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("!Select [1, !Ref Zones]", "b"),
        ("!Select [1, !Split ['-', 'x-y']]", "y"),
        ("!Join ['+', !Ref Zones]", "a+b"),
        ("{'Fn::Length': !Ref Zones}", "2"),
        ("!If [IsProd, one, two]", "two"),
        ("!FindInMap [Sizes, none, Days, {DefaultValue: 9}]", "9"),
        ("true", "true"),
        ("!Select [7, !Ref Zones]", None),
        ("!If [Circular, a, b]", None),
        ("!Ref Version", None),
    ],
)
def test_functions_are_resolved(read: ReadTemplate, written: str, value: str | None) -> None:
    """As far as the template determines them."""
    scope = read(f"{CONDITIONAL}      Shown: {{Value: {written}}}\n").scope
    assert scope.value(scope.template.section("Outputs")["Shown"]["Value"]) == value


LOOP = """
    Transform: AWS::LanguageExtensions
    Parameters: {Names: {Type: CommaDelimitedList, Default: "a.b,c"}}
    Resources:
      Fn::ForEach::Queues:
        - Name
        - !Ref Names
        - "Q&{Name}":
            Type: AWS::SQS::Queue
            Properties:
              QueueName: !Sub "queue-${Name}"
              Tags: {'Fn::ToJsonString': {name: !Ref Name, of: !GetAtt First.Arn, n: 1}}
      First: {Type: AWS::SQS::Queue}
    Outputs:
      Fn::ForEach::Urls:
        - Name
        - [a.b]
        - "Url&{Name}": {Value: !Ref "Q&{Name}"}
"""


def test_loops_are_written_out(read: ReadTemplate) -> None:
    """Their keys, references and texts; each line is that of the loop's body."""
    tree = read(LOOP)
    resources = tree.template.section("Resources")
    assert list(resources) == ["Qab", "Qc", "First"]
    assert resources["Qab"]["Properties"]["QueueName"] == {"Fn::Sub": "queue-a.b"}
    parts = ['{"name":"c","of":"', {"Fn::GetAtt": ["First", "Arn"]}, '","n":1}']
    assert resources["Qc"]["Properties"]["Tags"] == {"Fn::Join": ["", parts]}
    assert tree.template.section("Outputs") == {"Urlab": {"Value": {"Ref": "Qab"}}}
    assert tree.template.line(("Resources", "Qc", "Properties", "QueueName")) == 11
    assert list(tree.all_problems()) == []


@pytest.mark.parametrize(
    ("loop", "expected"),
    [
        ("[Name, !Ref First, {A: {Type: X}}]", "a loop over a list that the template determines"),
        ("[Name, [a]]", "a loop of an identifier, a list and what is repeated"),
    ],
)
def test_a_loop_that_cannot_be_written_out_is_reported(
    read: ReadTemplate, loop: str, expected: str
) -> None:
    """With its line."""
    text = f"Resources:\n  First: {{Type: AWS::SQS::Queue}}\n  Fn::ForEach::Loop: {loop}\n"
    (problem,) = read(text).all_problems()
    assert problem.expected == expected
    assert problem.found.endswith("template.yaml:3")


@pytest.mark.parametrize(
    ("reference", "circle"),
    [
        ("Tags: !GetAtt B.Arn", "A -> B -> A"),
        ('Tags: !Sub "x${B.Arn}"', "A -> B -> A"),
        ("Tags: !Ref A", "A -> A"),
    ],
)
def test_a_circular_reference_is_reported(read: ReadTemplate, reference: str, circle: str) -> None:
    """With the resources of the circle, and the line of the first."""
    text = f"""
    Resources:
      B: {{Type: AWS::SQS::Queue, DependsOn: A}}
      A: {{Type: AWS::SQS::Queue, Properties: {{{reference}}}}}
    """
    (problem,) = read(text).all_problems()
    names = set(problem.found.partition(" at ")[0].split(" -> "))
    assert names == set(circle.split(" -> "))
