"""The command `./wavetank diagram`."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.pipelines.sensors import FOLDER
from wavetank.cli.main import app
from wavetank.core.errors import UsageError
from wavetank.reporting.diagram.document import BEGIN, END

SENSORS = ("--template", str(FOLDER / "pipeline.yaml"), "--storage", str(FOLDER / "storage.yaml"))


def typed(*words: str) -> Result:
    """What comes of it."""
    return CliRunner().invoke(app, ["diagram", *words])


def test_the_picture_goes_to_standard_output() -> None:
    """So that it can be piped; the names are those of the person."""
    done = typed("--name", "Ada Lovelace")
    assert done.exit_code == 0
    assert done.output.startswith("<svg ")
    assert "DEADALOV-streaming-" in done.output


def test_a_users_own_templates_are_drawn(tmp_path: Path) -> None:
    """Into a file, with the values of their parameters."""
    picture = tmp_path / "own.svg"
    options = ("--parameter-overrides", "WarnAddress=cyd@example.com", "--output", str(picture))
    assert typed(*SENSORS, *options).exit_code == 0
    assert "cyd@example.com" in picture.read_text()


def test_a_markdown_file_gets_the_flowchart(tmp_path: Path) -> None:
    """Between its two comments."""
    document = tmp_path / "README.md"
    document.write_text(f"# Ours\n\n{BEGIN}\n{END}\n")
    assert typed(*SENSORS, "--format", "mermaid", "--output", str(document)).exit_code == 0
    assert '|"rate(1 hour)"|' in document.read_text()


def test_the_graph_is_available_as_json() -> None:
    """Boxes and arrows in one line."""
    (line,) = typed(*SENSORS, "--json").output.splitlines()
    graph = json.loads(line)
    assert {node["kind"] for node in graph["nodes"]} >= {"rule", "function", "queue"}
    assert sum(edge["after_failure"] for edge in graph["edges"]) == 4


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--storage", "storage.yaml"), "--template too"),
        (("--parameter-overrides", "A=b"), "--template too"),
        (("--template", "nowhere.yaml"), "nowhere.yaml"),
        (("--template", "empty.yaml"), "resources of a pipeline"),
        (("--output", "nowhere/x.svg"), "--output"),
        (("--output", "x.md"), "--format mermaid"),
        (("--format", "mermaid", "--output", "x.md"), "No such file"),
    ],
)
def test_what_cannot_be_drawn_is_an_error(
    words: tuple[str, ...], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error says what to do."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.yaml").write_text("Resources:\n  Role: {Type: AWS::IAM::Role}\n")
    done = typed(*words)
    assert isinstance(done.exception, UsageError)
    assert message in str(done.exception)
