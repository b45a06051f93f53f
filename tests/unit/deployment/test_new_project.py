"""The files of a new project."""

import shlex
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from tests.documents import blocks
from wavetank.cli.main import app
from wavetank.configuration.project import read_configuration
from wavetank.core.errors import InfrastructureError, UsageError
from wavetank.core.installation import PROGRAM
from wavetank.core.project import find_project
from wavetank.deployment.new_project import adopt_template, create_sample
from wavetank.scenario.loader import load_scenario

TEMPLATE = """
Parameters:
  Stage: {Type: String, Default: test}
  Address: {Type: String}
Resources:
  Orders: {Type: "AWS::SQS::Queue"}
"""
TRIGGERED = """\
  Ship: {Type: "AWS::Lambda::Function", Properties: {Runtime: python3.13, Code: src}}
  Sent: {Type: "AWS::Lambda::EventSourceMapping", Properties: {FunctionName: !Ref Ship}}
"""


def test_a_sample_is_a_project_named_after_its_folder(tmp_path: Path) -> None:
    """Its `wavetank.toml` is valid, and names files that are there."""
    folder = tmp_path / "my orders"
    files = create_sample(folder)
    assert all((folder / path).is_file() for path in files)
    found = read_configuration(find_project(folder / "src"))
    assert found is not None
    assert found.name == "my-orders"
    assert found.scenarios.is_dir()


def _steps(folder: Path) -> list[dict[str, Any]]:
    """The steps of the workflow that was written."""
    workflow = yaml.safe_load((folder / ".github" / "workflows" / "test.yml").read_text())
    return list(workflow["jobs"]["test"]["steps"])


@pytest.mark.parametrize("template", [None, TEMPLATE])
def test_the_workflow_runs_remembered_seeds_before_new_ones(
    tmp_path: Path, template: str | None
) -> None:
    """Its command has options that exist, and a scenario that was written."""
    if template is None:
        create_sample(tmp_path)
    else:
        (tmp_path / "template.yaml").write_text(template)
        adopt_template(tmp_path, tmp_path / "template.yaml")
    (quoted,) = blocks("docs/testing-your-own-pipeline.md", "yaml workflow")
    assert (tmp_path / ".github" / "workflows" / "test.yml").read_text().endswith(quoted)
    program, name, *words = shlex.split(_steps(tmp_path)[-1]["run"])
    assert (program, name) == (PROGRAM, "campaign")
    group: Any = typer.main.get_command(app)
    command = group.get_command(typer.Context(group), name)
    with command.make_context(name, words) as context:
        assert context.params["remembered"]
        scenario = context.params["scenario"]
    assert load_scenario(scenario, tmp_path / "scenarios").horizon


def test_a_template_becomes_a_project_and_stays_as_it_is(tmp_path: Path) -> None:
    """A parameter without a default has to be filled in; one with a default is shown."""
    template = tmp_path / "infra" / "template.yaml"
    template.parent.mkdir()
    template.write_text(TEMPLATE)
    adopt_template(tmp_path, template, "shop")
    assert template.read_text() == TEMPLATE
    found = read_configuration(find_project(tmp_path))
    assert found is not None
    assert (found.name, found.template) == ("shop", template)
    assert found.parameters == (("Address", ""),)
    assert '\n# Stage = "test"\n' in (tmp_path / "wavetank.toml").read_text()


def test_a_template_that_the_simulator_lacks_a_part_of_is_tested_on_a_sandbox(
    tmp_path: Path,
) -> None:
    """What it lacks is named with its line; there is no scenario, which could not be run."""
    template = tmp_path / "template.yaml"
    template.write_text(TEMPLATE + TRIGGERED)
    adopted = adopt_template(tmp_path, template)
    what = "with a value that the template does not determine as its source"
    expected = f"Sent (AWS::Lambda::EventSourceMapping) {what} at {template}:8"
    assert adopted.unsimulated == (expected,)
    assert adopted.functions == ("Ship",)
    assert not (tmp_path / "scenarios").exists()
    assert [step.get("run") for step in _steps(tmp_path)][-1] == "pytest"
    text = (tmp_path / "tests" / "test_pipeline.py").read_text()
    assert '"Ship": {},' in text
    assert "(sandbox, function, event)" in text
    assert compile(text, "test_pipeline.py", "exec")


QUEUE = """
Resources:
  Orders: {Type: "AWS::SQS::Queue"}
  Store: {Type: "AWS::Lambda::Function", Properties: {Runtime: python3.13, Code: src}}
  Taken:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {FunctionName: !Ref Store, EventSourceArn: !GetAtt Orders.Arn}
"""
FUNCTION_ALONE = """
Resources:
  Store: {Type: "AWS::Lambda::Function", Properties: {Runtime: python3.13, Code: src}}
"""
SCHEDULED = (
    FUNCTION_ALONE
    + """\
  Tick: {Type: "AWS::Events::Rule", Properties: {ScheduleExpression: rate(1 minute)}}
"""
)


@pytest.mark.parametrize(
    ("template", "kind", "target"),
    [(QUEUE, "send-message", "Orders"), (FUNCTION_ALONE, "invoke", "Store")],
)
def test_a_pipeline_without_a_schedule_gets_the_event_that_it_waits_for(
    tmp_path: Path, template: str, kind: str, target: str
) -> None:
    """The scenario has it as a workload, the test sends one, and its fault names the function."""
    (tmp_path / "template.yaml").write_text(template)
    adopt_template(tmp_path, tmp_path / "template.yaml")
    (workload,) = load_scenario("calm-hour", tmp_path / "scenarios").workloads
    assert (workload.kind, workload.target) == (kind, target)
    text = (tmp_path / "tests" / "test_pipeline.py").read_text()
    assert compile(text, "test_pipeline.py", "exec")
    assert f'simulator.workload("{kind}", "{target}", count=1, body=BODY)' in text
    assert 'fault("handler-crash", function="Store", after="0s"' in text


def test_a_pipeline_with_a_schedule_runs_by_itself(tmp_path: Path) -> None:
    """There is no workload, and the fault is in what the rule invokes."""
    (tmp_path / "template.yaml").write_text(SCHEDULED)
    adopt_template(tmp_path, tmp_path / "template.yaml")
    assert not load_scenario("calm-hour", tmp_path / "scenarios").workloads
    assert "workload" not in (tmp_path / "tests" / "test_pipeline.py").read_text()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """The first file that is in the way is named, and nothing is written."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "conftest.py").write_text("mine")
    with pytest.raises(UsageError, match=r"a folder without tests/conftest\.py; found it"):
        create_sample(tmp_path)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["conftest.py"]
    assert (tmp_path / "tests" / "conftest.py").read_text() == "mine"


def test_a_folder_that_cannot_be_written_to_is_one_sentence(tmp_path: Path) -> None:
    """Here a file is where the folder of the project should be, which root cannot write to."""
    (tmp_path / "file").write_text("")
    with pytest.raises(InfrastructureError, match=r"cannot be written: Not a directory; choose"):
        create_sample(tmp_path / "file" / "project")


def test_what_a_repository_has_already_stays(tmp_path: Path) -> None:
    """Its .gitignore is no reason to refuse."""
    (tmp_path / ".gitignore").write_text("mine")
    files = create_sample(tmp_path)
    assert Path(".gitignore") not in files
    assert (tmp_path / ".gitignore").read_text() == "mine"


QUEUES = "A: {Type: AWS::SQS::Queue, DependsOn: B}, B: {Type: AWS::SQS::Queue, DependsOn: A}"
MISNAMED = "A: {Type: AWS::Serverless::Function, Properties: {Runtme: python3.13}}"


@pytest.mark.parametrize("transform", ["", "Transform: AWS::Serverless-2016-10-31"])
@pytest.mark.parametrize(
    ("resources", "message"),
    [
        ("A: {Type: AWS::SQS::Quene}", "did you mean AWS::SQS::Queue"),
        ("A: {Type: AWS::SQS::Queue, Properties: {QueueNam: a}}", "did you mean QueueName"),
        (QUEUES, "circular"),
        (MISNAMED, "AWS::Serverless::Function"),
    ],
)
def test_a_template_with_a_mistake_makes_no_project(
    tmp_path: Path, transform: str, resources: str, message: str
) -> None:
    """It is refused with the mistake, and nothing is written."""
    (tmp_path / "template.yaml").write_text(f"{transform}\nResources: {{{resources}}}\n")
    with pytest.raises(UsageError, match=message):
        adopt_template(tmp_path, tmp_path / "template.yaml")
    assert [path.name for path in tmp_path.iterdir()] == ["template.yaml"]


def test_what_is_no_template_makes_no_project(tmp_path: Path) -> None:
    """It is refused before a file is written."""
    (tmp_path / "notes.yaml").write_text("a: 1")
    with pytest.raises(UsageError, match="no Resources"):
        adopt_template(tmp_path, tmp_path / "notes.yaml")
    assert [path.name for path in tmp_path.iterdir()] == ["notes.yaml"]
