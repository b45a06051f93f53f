"""The files of a new project."""

from pathlib import Path

import pytest

from wavetank.configuration.project import read_configuration
from wavetank.core.errors import UsageError
from wavetank.core.project import find_project
from wavetank.deployment.new_project import adopt_template, create_sample

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
    text = (tmp_path / "tests" / "test_pipeline.py").read_text()
    assert '"Ship": {},' in text
    assert "(sandbox, function, event)" in text
    assert compile(text, "test_pipeline.py", "exec")


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """The first file that is in the way is named, and nothing is written."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "conftest.py").write_text("mine")
    with pytest.raises(UsageError, match=r"a folder without tests/conftest\.py; found it"):
        create_sample(tmp_path)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["conftest.py"]
    assert (tmp_path / "tests" / "conftest.py").read_text() == "mine"


def test_what_a_repository_has_already_stays(tmp_path: Path) -> None:
    """Its .gitignore is no reason to refuse."""
    (tmp_path / ".gitignore").write_text("mine")
    files = create_sample(tmp_path)
    assert Path(".gitignore") not in files
    assert (tmp_path / ".gitignore").read_text() == "mine"


def test_what_is_no_template_makes_no_project(tmp_path: Path) -> None:
    """It is refused before a file is written."""
    (tmp_path / "notes.yaml").write_text("a: 1")
    with pytest.raises(UsageError, match="no Resources"):
        adopt_template(tmp_path, tmp_path / "notes.yaml")
    assert [path.name for path in tmp_path.iterdir()] == ["notes.yaml"]
