"""SAM templates: what they expand to, where errors point, and which code is packaged."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.unit.templates.conftest import ReadTemplate
from wavetank.templates.function_code import LocalCode, local_code
from wavetank.templates.stack_tree import StackTree
from wavetank.templates.supported_resources import unsupported

APPLICATION = """
    Transform: AWS::Serverless-2016-10-31
    Globals: {Function: {Runtime: python3.13, CodeUri: src, Handler: app.handler}}
    Resources:
      Work:
        Type: AWS::Serverless::Function
        Properties:
          Policies: [AWSLambdaBasicExecutionRole, NewerThanTheTranslator]
          Events:
            Often: {Type: Schedule, Properties: {Schedule: rate(1 minute)}}
            Queue: {Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn}}
            Web: {Type: Api, Properties: {Path: /, Method: get}}
      Jobs: {Type: AWS::SQS::Queue}
      Shared:
        Type: AWS::Serverless::LayerVersion
        Metadata: {BuildMethod: python3.13}
        Properties: {ContentUri: layer}
"""


@pytest.fixture(autouse=True)
def source(tmp_path: Path) -> Path:
    """The code that the application names."""
    for name in ("src", "layer"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "app.py").write_text("")
        (tmp_path / name / "requirements.txt").write_text("")
    return tmp_path / "src"


def code_of(tree: StackTree) -> dict[str, LocalCode]:
    """The code of each function and layer by its logical id in the file."""
    found, problems = local_code(tree.scope, tree.template.path.parent)
    assert problems == []
    return {tree.template.origins[name]: code for name, code in found.items()}


def versions(tree: StackTree) -> list[str]:
    """The logical ids of the versions."""
    resources = tree.template.section("Resources")
    return [name for name, each in resources.items() if each["Type"] == "AWS::Lambda::Version"]


@pytest.mark.parametrize("where", ["Globals: {Function: {", "Properties:\n          "])
def test_changed_code_of_an_alias_is_a_new_version(
    read: ReadTemplate, source: Path, where: str
) -> None:
    """As after `sam package`, which names code by its hash; equal code is the same version."""
    separator = ", " if where.endswith("{") else "\n          "
    text = APPLICATION.replace(where, f"{where}AutoPublishAlias: live{separator}", 1)
    (first,) = versions(read(text))
    assert versions(read(text)) == [first]
    (source / "app.py").write_text("new = True\n")
    (second,) = versions(read(text))
    assert first != second
    own = f"Properties:\n          AutoPublishCodeSha256: {'a' * 64}"
    assert versions(read(text.replace("Properties:", own, 1))) == [f"WorkVersion{'a' * 10}"]


def test_a_function_becomes_what_its_events_need(read: ReadTemplate) -> None:
    """A role with managed policies, a rule, permissions; code is local again, not in a bucket."""
    tree = read(APPLICATION)
    assert list(tree.all_problems()) == []
    resources: Any = tree.template.section("Resources")
    assert resources["WorkOften"]["Type"] == "AWS::Events::Rule"
    assert resources["WorkQueue"]["Type"] == "AWS::Lambda::EventSourceMapping"
    assert resources["Work"]["Properties"]["Code"] == "src"
    assert "Metadata" not in resources["Work"]
    assert resources["WorkRole"]["Properties"]["ManagedPolicyArns"] == [
        "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
        "arn:aws:iam::aws:policy/NewerThanTheTranslator",
        "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole",
    ]


def test_what_is_not_supported_is_reported_at_its_event(read: ReadTemplate) -> None:
    """All at once, each with the line of the event that it was made from."""
    kafka = "{StartingPosition: LATEST, Topics: [t], Stream: 'arn:aws:kafka:eu-west-1:0:cluster/c'}"
    queue, signed = "SQS, Properties: {Queue: !GetAtt Jobs.Arn}", "Auth: {Authorizer: AWS_IAM}"
    text = APPLICATION.replace(queue, f"MSK, Properties: {kafka}")
    text = text.replace("Method: get", f"Method: get, {signed}")
    found = [problem.found for problem in unsupported(read(text).scope)]
    lines = {text.partition(" ")[0]: int(text.rpartition(":")[2]) for text in found}
    assert lines["WorkQueue"] == 11
    assert lines["ServerlessRestApi"] == 12


@pytest.mark.parametrize(
    ("former", "new", "found"),
    [
        ("Type: SQS", "Type: Pigeon", "Event Type is: Pigeon"),
        ("Handler: app.handler", "Handlers: x", "Handlers"),
        ("Properties: {ContentUri: layer}", "Properties: {}", "[Shared] is invalid"),
        ("AWS::SQS::Queue}", "AWS::Serverless::Application}", "Jobs with another Location"),
        ("Policies:", "Policy:", "[Work] is invalid"),
    ],
)
def test_an_invalid_template_is_reported_in_one_line(
    read: ReadTemplate, former: str, new: str, found: str
) -> None:
    """By the translator's own reason, with a position in the file."""
    problems = [problem.found for problem in read(APPLICATION.replace(former, new)).all_problems()]
    assert any(found in problem for problem in problems), problems
    assert all("template.yaml:" in problem and "\n" not in problem for problem in problems)


def test_an_invalid_event_is_reported_at_its_line(read: ReadTemplate) -> None:
    """And not at that of its function."""
    (problem,) = read(APPLICATION.replace("Type: SQS", "Type: Pigeon")).all_problems()
    assert problem.found.endswith("template.yaml:11")


def test_all_errors_of_the_translator_are_reported(read: ReadTemplate) -> None:
    """Of a function and of a layer."""
    text = APPLICATION.replace("{ContentUri: layer}", "{}").replace("Policies:", "Policy:")
    assert len(list(read(text).all_problems())) == 2


def test_requirements_are_installed_beside_the_source(read: ReadTemplate, source: Path) -> None:
    """For a layer in the folder where Python looks for its packages."""
    code = code_of(read(APPLICATION))
    assert code["Work"] == LocalCode(source, source / "requirements.txt", "", is_source=True)
    assert code["Shared"].under == "python"


def test_a_function_without_a_path_is_the_templates_folder(
    read: ReadTemplate, tmp_path: Path
) -> None:
    """As `sam package` takes it."""
    assert code_of(read(APPLICATION.replace("CodeUri: src, ", "")))["Work"].path == tmp_path


def test_a_build_is_used_if_it_is_newer_than_the_source(
    read: ReadTemplate, source: Path, tmp_path: Path
) -> None:
    """And otherwise the source with its requirements."""
    tree = read(APPLICATION)
    build = tmp_path / ".aws-sam" / "build"
    (build / "Work").mkdir(parents=True)
    built = "Resources: {Work: {Type: AWS::Serverless::Function, Properties: {CodeUri: Work}}}"
    (build / "template.yaml").write_text(built)
    assert code_of(tree)["Work"] == LocalCode(build / "Work")
    later = (build / "template.yaml").stat().st_mtime_ns + 1_000_000
    os.utime(source / "app.py", ns=(later, later))
    assert code_of(tree)["Work"].path == source


def test_a_built_template_has_its_code_unchanged(tmp_path: Path) -> None:
    """Nothing is installed again where SAM has installed it."""
    build = tmp_path / ".aws-sam" / "build"
    (build / "src").mkdir(parents=True)
    (build / "src" / "requirements.txt").write_text("left-by-sam\n")
    path = build / "template.yaml"
    path.write_text(
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  Work:\n"
        "    Type: AWS::Serverless::Function\n"
        "    Properties: {CodeUri: src, Handler: a.b, Runtime: python3.13}\n"
    )
    assert code_of(StackTree(path, {}))["Work"] == LocalCode(build / "src")


@pytest.mark.parametrize(
    ("former", "new", "found"),
    [
        ("CodeUri: src", "CodeUri: nowhere", "with CodeUri that does not exist"),
        ("ContentUri: layer", "ContentUri: nowhere", "with ContentUri that does not exist"),
        ("BuildMethod: python3.13", "BuildMethod: makefile", "with BuildMethod makefile"),
    ],
)
def test_code_that_is_missing_is_reported(
    read: ReadTemplate, former: str, new: str, found: str
) -> None:
    """By the property that the file has, with its line."""
    scope = read(APPLICATION.replace(former, new)).scope
    _, (problem,) = local_code(scope, scope.template.path.parent)
    assert found in problem.found
    assert "template.yaml:" in problem.found


DOCUMENT = """
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Flow:
        Type: AWS::Serverless::StateMachine
        Properties: {DefinitionUri: flow.yaml, Role: arn:aws:iam::000000000000:role/x}
      Api:
        Type: AWS::ApiGateway::RestApi
        Properties: {Body: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: api.yaml}}}}
"""


def test_documents_and_includes_are_read_from_local_files(
    read: ReadTemplate, tmp_path: Path
) -> None:
    """Or reported, all with their lines."""
    problems = [problem.found for problem in read(DOCUMENT).all_problems()]
    assert [Path(text.partition(":")[0]).name for text in problems] == ["api.yaml", "flow.yaml"]
    (tmp_path / "flow.yaml").write_text("{StartAt: A, States: {A: {Type: Succeed}}}")
    (tmp_path / "api.yaml").write_text("openapi: 3.0.1")
    tree = read(DOCUMENT)
    assert list(tree.all_problems()) == []
    resources: Any = tree.template.section("Resources")
    assert resources["Api"]["Properties"] == {"Body": {"openapi": "3.0.1"}}
