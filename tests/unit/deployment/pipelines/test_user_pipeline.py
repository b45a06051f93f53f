"""A user's own templates: what is refused, by name and line, before anything runs."""

import hashlib
import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from tests.cfn_lint import lint_findings
from tests.pipelines.sensors import FOLDER, SENSORS
from wavetank.core.errors import UsageError
from wavetank.deployment.pipelines.user_pipeline import TemplatesPipeline, parse_parameters
from wavetank.invariants import generic_invariants
from wavetank.templates.transform import ARTIFACT_BUCKET

FUNCTION = """
Resources:
  Tick:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      Role: arn:aws:iam::000000000000:role/some
      Code:
        ZipFile: "def handler(event, context): pass"
"""
"""Ten lines: what is added begins on the eleventh."""
CODE = """      Code:
        ZipFile: "def handler(event, context): pass"
"""
RULE = """
  Often:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: rate(1 minute)
      Targets:
        - Id: tick
          Arn: {}
"""
ACCEPTED = (
    "!GetAtt Tick.Arn",
    '{"Fn::GetAtt": [Tick, Arn]}',
    '!Sub "${Tick.Arn}"',
    '!Sub "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${Tick}"',
    '!Join [":", [arn, aws, lambda, !Ref AWS::Region, "000000000000", function, !Ref Tick]]',
    "arn:aws:lambda:eu-west-1:000000000000:function:tick",
)
"""Ways to name a function as a target."""


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """Where the pipeline's template is to be written."""
    return tmp_path / "pipeline.yaml"


def check(template: Path, text: str, **options: Any) -> list[Any]:
    """What is made of the text, before anything is deployed."""
    template.write_text(text)
    return TemplatesPipeline(template=template, **options).check()


def added(name: str, kind: str, properties: str = "{}") -> str:
    """The function with one more resource, its properties on the last line."""
    return f"{FUNCTION}  {name}:\n    Type: {kind}\n    Properties: {properties}\n"


def test_the_sensors_example_is_accepted_with_its_parameters() -> None:
    """Both templates with all their code; the value goes to other processes as it is."""
    storage, pipeline = SENSORS.check()
    assert (storage.name, pipeline.name) == ("pipeline-storage", "pipeline")
    assert pipeline.packages.keys() == {"Measure", "Report", "Shared"}
    assert pickle.loads(pickle.dumps(SENSORS)) == SENSORS  # noqa: S301 - its own
    assert SENSORS.options() == {
        "--storage": str(FOLDER / "storage.yaml"),
        "--template": str(FOLDER / "pipeline.yaml"),
        "--code": str(FOLDER / "code"),
        "--parameter-overrides": "WarnAddress=cyd@example.com",
    }
    found = [invariant.key for invariant in SENSORS.invariants()]
    assert found == [*(invariant.key for invariant in generic_invariants()), "convergence"]


@pytest.mark.parametrize("name", ["storage.yaml", "pipeline.yaml"])
def test_cfn_lint_finds_nothing_in_the_sensors_example(name: str) -> None:
    """But that code on this machine is for `aws cloudformation package`, which it is."""
    assert lint_findings(FOLDER / name, ignored=["W3002"]) == []


UNSUPPORTED = [
    ("AWS::Pipes::Pipe", "{}", ""),
    (
        "AWS::Lambda::EventSourceMapping",
        "{EventSourceArn: 'arn:aws:kinesis:eu-west-1:000000000000:stream/feed'}",
        "with an ARN of kinesis as its source",
    ),
    (
        "AWS::CloudFormation::Stack",
        "{}",
        "with a value that the template does not determine as TemplateURL",
    ),
    (
        "AWS::CloudFormation::Stack",
        "{TemplateURL: 'https://a/b'}",
        "with https://a/b as TemplateURL",
    ),
    ("Custom::Thing", "{}", ""),
    ("AWS::Events::Rule", "{Name: often}", "without one"),
    ("AWS::Events::Rule", "{ScheduleExpression: rate(1 day), EventBusName: mine}", "of another"),
    ("AWS::Lambda::Function", "{PackageType: Image, Code: {ImageUri: x}}", "made of an image"),
    ("AWS::Lambda::Function", "{Runtime: nodejs22.x, Code: {ZipFile: x}}", "with nodejs22.x as"),
    (
        "AWS::Lambda::Function",
        "{Code: {ZipFile: x}}",
        "with a value that the template does not determine as Runtime",
    ),
    (
        "AWS::Lambda::Function",
        "{Runtime: python3.13, Layers: ['arn:aws:lambda:eu-west-1:1:layer:x:1']}",
        "with arn:aws:lambda:eu-west-1:1:layer:x:1 as a layer",
    ),
    (
        "AWS::Lambda::Function",
        "{Runtime: python3.13, DeadLetterConfig: {TargetArn: arn:aws:s3:::some}}",
        "with an ARN of s3 as target",
    ),
    (
        "AWS::Lambda::EventInvokeConfig",
        "{DestinationConfig: {OnFailure: {Destination: arn:aws:s3:::some}}}",
        "with an ARN of s3 as OnFailure",
    ),
    (
        "AWS::Lambda::EventInvokeConfig",
        '{DestinationConfig: {OnSuccess: {Destination: "arn:aws:events:eu-west-1:0:bus/x"}}}',
        "with an ARN of events as OnSuccess",
    ),
    ("AWS::Lambda::EventInvokeConfig", '{Qualifier: "7"}', "of another version"),
    ("AWS::KinesisFirehose::DeliveryStream", "{}", "without a destination"),
    (
        "AWS::KinesisFirehose::DeliveryStream",
        "{RedshiftDestinationConfiguration: {}}",
        "with RedshiftDestinationConfiguration",
    ),
    (
        "AWS::KinesisFirehose::DeliveryStream",
        "{S3DestinationConfiguration: {}, MSKSourceConfiguration: {}}",
        "with MSKSourceConfiguration",
    ),
    (
        "AWS::KinesisFirehose::DeliveryStream",
        (
            "{ExtendedS3DestinationConfiguration: "
            "{ProcessingConfiguration: {Processors: [{Type: Other}]}}}"
        ),
        "with a processor Other",
    ),
    (
        "AWS::KinesisFirehose::DeliveryStream",
        "{ExtendedS3DestinationConfiguration: {DataFormatConversionConfiguration: {}}}",
        "with DataFormatConversionConfiguration",
    ),
    (
        "AWS::DynamoDB::Table",
        "{KinesisStreamSpecification: {}}",
        "with KinesisStreamSpecification",
    ),
    ("AWS::S3::Bucket", "{ReplicationConfiguration: {}}", "with ReplicationConfiguration"),
    ("AWS::SNS::Subscription", "{Protocol: sms}", "by sms"),
    ("AWS::SNS::Topic", "{Subscription: [{Protocol: application}]}", "by application"),
]

OF_THE_WHOLE = ("", "without one", "made of an image", "without a destination")
"""Told of the resource, whose line is two before that of its properties."""


@pytest.mark.parametrize(("kind", "properties", "what"), UNSUPPORTED)
def test_an_unsupported_resource_is_named(
    template: Path, kind: str, properties: str, what: str
) -> None:
    """By logical id, type, file and line, in one line."""
    with pytest.raises(UsageError) as raised:
        check(template, added("Feed", kind, properties))
    line = 11 if what in OF_THE_WHOLE else 13
    found = raised.value.found.partition("; ")[0]
    assert f"Feed ({kind}) {what}".strip() in found
    assert found.removesuffix(" is not simulated").endswith(f" at {template}:{line}")
    assert "\n" not in found


def test_all_problems_are_reported_at_once(template: Path) -> None:
    """Each on a line with its position: names, types, code, parameters and circles."""
    text = added("Feed", "AWS::Pipes::Pipe")
    text += "  Other:\n    Type: AWS::EC2::Instance\n    DependsOn: Feed\n"
    text = text.replace("Properties: {}", "Properties: {Name: !Ref Other}")
    text += (
        "  More: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.13, Code: nowhere}}\n"
    )
    text += "  Wrong: {Type: AWS::SQS::Queue, Properties: {QueueNam: a}}\n"
    text += "Parameters: {Stage: {Type: String}}\n"
    with pytest.raises(UsageError) as raised:
        check(template, text)
    assert str(raised.value).startswith("6 mistakes in the template; correct them\n")
    for found in (
        "Other -> Feed",
        "no property 'QueueNam' of AWS::SQS::Queue; did you mean QueueName?",
        f"Feed (AWS::Pipes::Pipe) at {template}:11",
        f"Other (AWS::EC2::Instance) at {template}:14",
        "More (AWS::Lambda::Function) with Code that does not exist",
        f"none at {template}:19",
    ):
        assert str(raised.value).count(found) == 1


@pytest.mark.parametrize("arn", ACCEPTED)
def test_a_function_may_be_named_in_any_way(template: Path, arn: str) -> None:
    """As long as the template itself says which one is meant."""
    assert check(template, FUNCTION + RULE.format(arn))


@pytest.mark.parametrize(
    ("arn", "what"),
    [
        ("!GetAtt Table.Arn", "AWS::DynamoDB::Table"),
        ("arn:aws:states:eu-west-1:000000000000:stateMachine:some", "an ARN of states"),
        ("!If [A, !GetAtt Tick.Arn, b]", "a value that the template does not"),
        ("!Ref AWS::StackId", "a value that the template does not"),
    ],
)
def test_a_target_that_is_not_supported_is_reported(template: Path, arn: str, what: str) -> None:
    """With what it is, and the line of the target."""
    table = "  Table:\n    Type: AWS::DynamoDB::Table\n"
    with pytest.raises(UsageError, match=what) as raised:
        check(template, FUNCTION + RULE.format(arn) + table)
    assert raised.value.found.endswith(f":{(FUNCTION + RULE).count(chr(10))}")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Transform: Mine" + FUNCTION, "the transform Mine at"),
        (added("Feed", "AWS::S3::Bucket", "{Fn::Transform: {Name: x}}"), "Fn::Transform at"),
        ("Resources: []", "no Resources"),
        ("Resources: {A: {}}", "A without one at"),
        ("Resources: {A: 5}", "something else at"),
        ("Parameters: {A: }\n" + FUNCTION, "something else at"),
        ("{", "at .*pipeline.yaml:"),
        ("a: &x {}\nb: *x", r"\*x at .*:2"),
        ("", "no Resources"),
        ("- " * 5000, "pipeline.yaml"),
    ],
)
def test_a_file_that_is_not_a_template_is_refused(template: Path, text: str, what: str) -> None:
    """Never more than an error in one line, whatever the file holds."""
    with pytest.raises(UsageError, match=what):
        check(template, text)


def test_a_missing_template_is_reported(tmp_path: Path) -> None:
    """A missing file, a folder, and a file that is no text."""
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "nowhere.yaml", tmp_path, tmp_path / "binary"):
        with pytest.raises(UsageError, match="check the path"):
            TemplatesPipeline(template=path).check()


def test_json_with_tabs_is_a_template_too(template: Path) -> None:
    """As some editors indent it."""
    body = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}
    assert check(template, json.dumps(body, indent="\t"))


def test_an_output_of_the_storage_fills_a_parameter_of_its_name(template: Path) -> None:
    """And is known for what it is: here for a table, which is no target."""
    storage = template.with_name("storage.yaml")
    table = "Resources: {Table: {Type: AWS::DynamoDB::Table}}\n"
    storage.write_text(f"{table}Outputs: {{Work: {{Value: !GetAtt Table.Arn}}}}\n")
    text = "Parameters: {Work: {Type: String}}" + FUNCTION
    assert check(template, text, storage=storage)
    with pytest.raises(UsageError, match="with AWS::DynamoDB::Table as a target"):
        check(template, text + RULE.format("!Ref Work"), storage=storage)


def test_a_parameter_without_a_value_is_reported_with_its_line(template: Path) -> None:
    """And how to give it one; given, or by default, it is none to speak of."""
    text = "Parameters:\n  Work: {Type: String}\n  Play: {Type: String, Default: x}" + FUNCTION
    with pytest.raises(UsageError, match=r'Work.*:2; write Work = "\.\.\." under \[parameters\]'):
        check(template, text)
    assert check(template, text, parameters=(("Work", "y"),))
    with pytest.raises(UsageError, match="did you mean Work"):
        check(template, text, parameters=(("Wrok", "y"),))


def test_parameters_are_read_as_sam_reads_them() -> None:
    """Words with a sign between, in quotes where there is a space."""
    assert parse_parameters("A=1 B='two words' C=") == (("A", "1"), ("B", "two words"), ("C", ""))
    for text in ("A", "=1", "A='"):
        with pytest.raises(UsageError, match="Key=Value"):
            parse_parameters(text)


def _unpublished(text: str) -> str:
    """Where a nested template would be put."""
    return f"https://bucket/{hashlib.sha256(text.encode()).hexdigest()}"


def deployed(template: Path, text: str, **options: Any) -> dict[str, Any]:
    """The resources of the copy that would be deployed."""
    (stack,) = check(template, text, **options)
    body: dict[str, Any] = json.loads(stack.text(_unpublished))
    return {name: resource["Properties"] for name, resource in body["Resources"].items()}


def test_the_deployed_copy_has_disabled_rules_and_fixed_names(template: Path) -> None:
    """Names have CloudFormation's form and are the same each time; the file is not changed."""
    text = FUNCTION + RULE.format("!Ref Tick") + "  B: {Type: AWS::S3::Bucket}\n"
    text += "  Q: {Type: AWS::SQS::Queue, Properties: {FifoQueue: true}}\n"
    first, second = (deployed(template, text) for _ in range(2))
    assert first == second
    assert template.read_text() == text
    assert first["Often"]["State"] == "DISABLED"
    assert first["Tick"]["FunctionName"].startswith("pipeline-Tick-")
    assert first["B"]["BucketName"].islower()
    assert first["Q"]["QueueName"].endswith(".fifo")


def test_names_fit_their_limits(template: Path) -> None:
    """Two that begin alike remain two."""
    resources = [f"  {'Q' * 100}{n}: {{Type: AWS::SQS::Queue}}\n" for n in (1, 2)]
    found = deployed(template, FUNCTION + "".join(resources))
    names = {p["QueueName"] for name, p in found.items() if name.startswith("Q")}
    assert [len(name) for name in names] == [80, 80]


def test_unquoted_dates_remain_strings(template: Path) -> None:
    """A policy's Version, which YAML takes for a date."""
    policy = "{PolicyDocument: {Version: 2012-10-17}}"
    found = deployed(template, added("P", "AWS::S3::BucketPolicy", policy))
    assert found["P"]["PolicyDocument"]["Version"] == "2012-10-17"


@pytest.mark.parametrize("given", ["code", None])
def test_code_is_found_from_the_folder_of_code_or_the_template(
    template: Path, tmp_path: Path, given: str | None
) -> None:
    """A folder, a file, or the file that an S3Key names."""
    folder = tmp_path / given if given else tmp_path
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "index.py").write_text("")
    for code in ("src", "src/index.py", "{S3Bucket: x, S3Key: src/index.py}"):
        text = FUNCTION.replace(CODE, f"      Code: {code}\n")
        made = deployed(template, text, code=folder if given else None)["Tick"]["Code"]
        assert made["S3Bucket"] == ARTIFACT_BUCKET
        assert made["S3Key"].startswith("Tick/")


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("nowhere", "with Code that does not exist"),
        ("{S3Bucket: x, S3Key: y.zip}", "with Code in a bucket, which does not exist here"),
        ("{S3Bucket: x, S3Key: !Ref AWS::StackId}", "with Code in a bucket"),
        ("[]", "without Code"),
        ("[x]", "with Code that is not a path"),
    ],
)
def test_missing_code_is_reported(template: Path, code: str, what: str) -> None:
    """With the function, its line, and what to name instead."""
    with pytest.raises(UsageError, match=what) as raised:
        check(template, FUNCTION.replace(CODE, f"      Code: {code}\n"))
    assert raised.value.found.endswith(f"at {template}:9")


def test_a_missing_code_folder_is_reported(template: Path, tmp_path: Path) -> None:
    """Before anything else."""
    with pytest.raises(UsageError, match="correct --code"):
        check(template, FUNCTION, code=tmp_path / "nowhere")


TABLE = FUNCTION + "  Prices: {Type: AWS::DynamoDB::Table}\n"


@pytest.mark.parametrize(
    ("seed", "what"),
    [
        ('{"Price": []}', "did you mean Prices"),
        ("[]", "no object with tables"),
        ('{"Prices": {}}', "something else under Prices"),
        ('{"Prices": [1]}', "something else under Prices"),
        ('{"Prices": [{"a": NaN}]}', "NaN, which is not a number"),
        ("{", "seed.json"),
        ("[" * 100_000, "seed.json"),
    ],
)
def test_invalid_items_are_reported(template: Path, seed: str, what: str) -> None:
    """Before anything runs, and with the file's name."""
    template.with_name("seed.json").write_text(seed)
    with pytest.raises(UsageError, match=what):
        check(template, TABLE)
