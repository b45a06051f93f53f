"""What a change of files comes to: code alone, or a stack; and how changes are named."""

import json
from pathlib import Path
from typing import Any

import pytest

from wavetank.deployment.cloudformation import ResourceEvent
from wavetank.deployment.pipelines.sandbox_deployment import AppliedChanges, changed_code
from wavetank.deployment.pipelines.stack_deployment import UserStack
from wavetank.deployment.pipelines.user_pipeline import TemplatesPipeline

FUNCTION = "AWS::Lambda::Function"


class Files:
    """A template with two functions, and their code."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("one", "two"):
            (folder / name).mkdir()
            self.write(name, "def handler(event, context): pass\n")
        self.template()

    def write(self, name: str, code: str) -> None:
        """The code of a function."""
        (self.folder / name / "app.py").write_text(code)

    def template(self, **properties: Any) -> None:
        """The template, with these properties of the first function."""
        common = {
            "Runtime": "python3.13",
            "Handler": "app.handler",
            "Role": "arn:aws:iam::1:role/x",
        }
        functions = {
            "One": {"Type": FUNCTION, "Properties": {**common, "Code": "one", **properties}},
            "Two": {"Type": FUNCTION, "Properties": {**common, "Code": "two"}},
        }
        (self.folder / "template.json").write_text(json.dumps({"Resources": functions}))

    def checked(self) -> list[UserStack]:
        """The stacks that would be deployed."""
        return TemplatesPipeline(template=self.folder / "template.json").check(simulated=False)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """A project's files."""
    return Files(tmp_path)


def test_changed_code_is_that_of_the_function(files: Files) -> None:
    """By stack and logical id, with the new package; nothing if nothing has changed."""
    before = files.checked()
    assert changed_code(before, files.checked()) == {}
    files.write("two", "def handler(event, context): return 2\n")
    changed = changed_code(before, files.checked())
    assert changed is not None
    assert [*changed] == [("pipeline", "Two")]
    assert b"return 2" in changed["pipeline", "Two"].content


@pytest.mark.parametrize("with_code", [False, True])
def test_a_changed_template_is_more_than_code(files: Files, *, with_code: bool) -> None:
    """Whether code has changed as well or not."""
    before = files.checked()
    files.template(Timeout=7)
    if with_code:
        files.write("one", "def handler(event, context): return 1\n")
    assert changed_code(before, files.checked()) is None


def test_all_files_of_a_stack_are_known(files: Files) -> None:
    """The template, and the folders of code."""
    (stack,) = files.checked()
    names = {path.name for path in stack.files()}
    assert names == {"template.json", "one", "two"}


def test_changes_are_named() -> None:
    """Each resource once, by its change; many are counted, and the stack is not listed."""
    changes = AppliedChanges()
    assert changes.text() == "nothing"
    for status in ("UPDATE_IN_PROGRESS", "UPDATE_COMPLETE", "UPDATE_COMPLETE"):
        changes.note(ResourceEvent("Work", FUNCTION, status, ""))
    changes.note(ResourceEvent("own", "AWS::CloudFormation::Stack", "UPDATE_COMPLETE", ""))
    for number in range(6):
        changes.note(ResourceEvent(f"Table{number}", "AWS::DynamoDB::Table", "CREATE_COMPLETE", ""))
    changes.code.append("Other")
    assert changes.text() == "created 6 resources; updated Work; code of Other"
