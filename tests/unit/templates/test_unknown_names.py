"""Misspelt names in a template are found by their line, before anything is deployed."""

from pathlib import Path

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from tests.unit.templates.conftest import ReadTemplate
from wavetank.core.errors import UsageError
from wavetank.core.settings import REGION
from wavetank.deployment.pipelines.user_pipeline import TemplatesPipeline
from wavetank.templates.resource_schemas import resource_schema, resource_types

PLAIN = """\
Parameters:
  Stage: {Type: String, Default: test}
Resources:
  Work:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::000000000000:role/work
      Environment: {Variables: {Any: name}}
      TracingConfig: !If [Traced, {Mode: Active}, !Ref AWS::NoValue]
      Code:
        ZipFile: "def handler(event, context): pass"
  Jobs:
    Type: AWS::SQS::Queue
  Events:
    Type: Custom::Anything
    Version: "1.0"
    Properties: {ServiceToken: !GetAtt Work.Arn, Any: value}
Conditions: {Traced: !Equals [!Ref AWS::StackId, x]}
"""
SAM = """\
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {Timeout: 10, FunctionUrlConfig: {AuthType: NONE}}
Resources:
  Work:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      InlineCode: "def handler(event, context): pass"
      VpcConfig:
        SubnetIds: [subnet-1]
      EventInvokeConfig:
        DestinationConfig:
          OnFailure: {Type: SQS, Destination: !GetAtt Jobs.Arn}
      Events:
        Often:
          Type: Schedule
          Properties: {Schedule: rate(1 minute)}
        Changes:
          Type: EventBridgeRule
          Properties: {Pattern: {source: [x]}, State: ENABLED}
    Connectors:
      ToJobs: {Properties: {Destination: {Id: Jobs}, Permissions: [Write]}}
  Jobs:
    Type: AWS::SQS::Queue
  Late: {Type: AWS::SQS::Queue, DependsOn: WorkToJobs, Description: undocumented}
"""


def message(path: Path, *, simulated: bool) -> str:
    """The error of checking the template."""
    with pytest.raises(UsageError) as raised:
        TemplatesPipeline(template=path).check(simulated=simulated)
    return str(raised.value)


@pytest.mark.parametrize(
    ("text", "written", "misspelt", "expected"),
    [
        (
            *(PLAIN, "Runtime:", "Runtme:"),
            "7: Work: no property 'Runtme' of AWS::Lambda::Function; did you mean Runtime?",
        ),
        (
            *(PLAIN, "{Mode:", "{Mod:"),
            (
                "11: Work: no property 'TracingConfig.1.Mod' of AWS::Lambda::Function; did you "
                "mean Mode?"
            ),
        ),
        (
            *(PLAIN, "SQS::Queue", "SQS::Queu"),
            "15: Jobs: no resource type 'AWS::SQS::Queu'; did you mean AWS::SQS::Queue?",
        ),
        (
            *(PLAIN, "SQS::Queue", "SQS::Pipe"),
            "15: Jobs: no resource type 'AWS::SQS::Pipe'; did you mean AWS::SQS::Queue?",
        ),
        (
            *(PLAIN, "    Properties:\n", "    Proprties:\n"),
            "6: Work: no attribute 'Proprties' of a resource; did you mean Properties?",
        ),
        (
            *(PLAIN, "Default:", "Defualt:"),
            "2: Stage: no attribute 'Defualt' of a parameter; did you mean Default?",
        ),
        (
            *(PLAIN, "Parameters:", "Paramters:"),
            "1: no section 'Paramters'; did you mean Parameters?",
        ),
        (
            *(PLAIN, "Lambda::Function", "Serverless::Function"),
            (
                "5: Work: AWS::Serverless::Function is a type of SAM; write `Transform: "
                "AWS::Serverless-2016-10-31` in the template"
            ),
        ),
        (
            *(SAM, "Runtime:", "Runtme:"),
            "8: Work: no property 'Runtme' of AWS::Serverless::Function; did you mean Runtime?",
        ),
        (
            *(SAM, "Serverless::Function", "Serverless::Functon"),
            (
                "6: Work: no resource type 'AWS::Serverless::Functon'; did you mean "
                "AWS::Serverless::Function?"
            ),
        ),
        (
            *(SAM, "Destination:", "Destnation:"),
            (
                "15: Work: no property "
                "'EventInvokeConfig.DestinationConfig.OnFailure.Destnation' of "
                "AWS::Serverless::Function; did you mean Destination?"
            ),
        ),
        (
            *(SAM, "SubnetIds:", "SubnetIDs:"),
            (
                "12: Work: no property 'VpcConfig.SubnetIDs' of AWS::Lambda::Function; did you "
                "mean SubnetIds?"
            ),
        ),
        (
            *(SAM, "Type: Schedule", "Type: Schdule"),
            (
                "18: Work: no 'Schdule' for Events.Often.Type of AWS::Serverless::Function; did "
                "you mean Schedule?"
            ),
        ),
        (
            *(PLAIN, "Handler: app.handler", "Handler: !FindInMap [Hndlers, a, b]"),
            "8: Work: no mapping 'Hndlers'; the template has none",
        ),
        (
            *(PLAIN, "Type: AWS::SQS::Queue", "{Type: AWS::SQS::Queue, DependsOn: Wrk}"),
            "15: Jobs: no resource 'Wrk'; did you mean Work?",
        ),
        (
            *(SAM, "Destination: !GetAtt Jobs.Arn", "Destination: !GetAtt Job.Arn"),
            "15: Work: no resource or parameter 'Job'; did you mean Jobs?",
        ),
        (
            *(PLAIN, "Role: arn:aws:iam::000000000000:role/work", "Role: !Sub '${Rle}/${Stage}'"),
            "9: Work: no resource or parameter 'Rle'; the template has Events, Jobs, Stage, Work",
        ),
        (
            *(SAM, "{Timeout:", "{Timout:"),
            "3: no 'Globals.Function.Timout'; did you mean Timeout?",
        ),
    ],
)
def test_a_misspelt_name_is_named_with_its_line_and_what_was_meant(
    *,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    written: str,
    misspelt: str,
    expected: str,
) -> None:
    """One line, the same for the simulator, which also lists what it lacks, and for a sandbox."""
    path = tmp_path / "template.yaml"
    path.write_text(text.replace(written, misspelt, 1))
    monkeypatch.chdir(tmp_path)
    assert message(path, simulated=False) == f"template.yaml:{expected}"
    assert f"template.yaml:{expected}" in message(path, simulated=True).split("\n  ")


@pytest.mark.parametrize("text", [PLAIN, SAM])
def test_known_names_are_no_problem(read: ReadTemplate, text: str) -> None:
    """Nor names that a template chooses, custom resources, and what SAM knows but its schema."""
    assert list(read(text).all_problems()) == []


def test_a_misspelt_section_of_resources_is_named(tmp_path: Path) -> None:
    """The path of the template is not in doubt then."""
    path = tmp_path / "template.yaml"
    path.write_text(PLAIN.replace("Resources:", "Resorces:"))
    assert "found Resorces in" in message(path, simulated=False)


def test_schemas_are_those_of_cfn_lint() -> None:
    """Its files are read without importing it, so they must be where its own code has them."""
    own_types = PROVIDER_SCHEMA_MANAGER.get_resource_types(REGION)
    assert resource_types() == sorted(
        kind for kind in own_types if not kind.startswith("AWS::Serverless::")
    )
    for kind in ("AWS::Lambda::Function", "AWS::S3::Bucket", "AWS::DynamoDB::Table"):
        own = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, kind).schema
        assert resource_schema(kind)["properties"].keys() == own["properties"].keys()
