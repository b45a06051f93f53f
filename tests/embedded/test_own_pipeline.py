"""A custom pipeline on a sandbox, by the commands that a user types in its folder."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.embedded.projects import Project
from tests.waiting import wait_until_true
from wavetank.core.errors import ExitCode

CODE_SECONDS_MAX = 20.0
"""The aim is 2 s on an idle machine, the report has the figure; a busy one takes longer."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """The sample of `wavetank init` in a sandbox, which the tests share."""
    project = Project(tmp_path_factory.mktemp("temperatures"))
    assert project.run("init", "--name", "temperatures").code == ExitCode.VALID
    up = project.run("up", "--detach", "--retry-base-delay", "1", "--confirm-emails")
    assert up.code == ExitCode.VALID, up.err
    yield project
    project.run("down")


def test_the_pipeline_of_the_project_is_deployed(project: Project) -> None:
    """With its schedule on and its items in the table; `check` finds nothing wrong."""
    rules = project.aws().events.list_rules()["Rules"]
    assert [rule["State"] for rule in rules if "ScheduleExpression" in rule] == ["ENABLED"]
    assert project.places()
    state = project.status()
    assert state["stack_status"] in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
    assert state["functions"] == 1
    checked = project.run("check")
    assert checked.code == ExitCode.VALID, checked.out + checked.err


@pytest.mark.parametrize("function", ["Measure", None])
def test_a_function_is_invoked(project: Project, function: str | None) -> None:
    """By its logical id with an event, or by what is scheduled; the log has the attempt."""
    event = json.dumps({"time": "2030-01-01T00:00:00Z"})
    words = [function, "--event", event] if function else []
    done = project.run("invoke", *words, "--json")
    assert done.code == ExitCode.VALID, done.err
    (invoked,) = done.events("invoked")
    assert "temperatures-Measure-" in invoked["function"]
    assert "REPORT RequestId" in project.run("logs", "--function", "Measure").out


def test_the_event_is_in_a_file(project: Project) -> None:
    """A path is read; what is neither a file nor JSON is refused in one line."""
    (project.path / "event.json").write_text('{"time": "2030-01-01T00:00:00Z"}')
    assert project.run("invoke", "Measure", "--event", "event.json").code == ExitCode.VALID
    refused = project.run("invoke", "Measure", "--event", "none.json")
    assert refused.code == ExitCode.USAGE
    assert "path of a file" in refused.err


def test_an_unknown_function_names_those_that_exist(project: Project) -> None:
    """For `invoke` as for `logs`."""
    for command in (["invoke", "Mesure"], ["logs", "--function", "Mesure"]):
        done = project.run(*command)
        assert done.code == ExitCode.USAGE
        assert "did you mean Measure?" in done.err


def test_deploy_says_what_it_changed(project: Project) -> None:
    """Nothing, or the function of which the code is new; items that exist are left alone."""
    project.put_place("Nowhere")
    assert "changed: nothing" in project.run("deploy").out
    project.edit("src/measure.py", "import json\n", "import json\n# changed\n")
    assert "changed: updated Measure" in project.run("deploy").out
    assert "Nowhere" in project.places()


@dataclass
class Watching:
    """`deploy --watch` in the background."""

    process: subprocess.Popen[str]
    log: Path

    def wait_for(self, text: str, after: int = 0) -> int:
        """Waits for a line with the text; returns the length of the log then."""
        wait_until_true(lambda: text in self.log.read_text()[after:], f"{text} in {self.log}")
        return len(self.log.read_text())

    def stop(self) -> int:
        """Ctrl-C; returns the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(CODE_SECONDS_MAX)


@pytest.fixture
def watching(project: Project, tmp_path: Path) -> Iterator[Watching]:
    """A command that watches the project's files."""
    log = tmp_path / "watch.log"
    with log.open("w") as file:
        process = subprocess.Popen(
            project.command("deploy", "--watch"),
            cwd=project.path,
            stdout=file,
            stderr=subprocess.STDOUT,
            text=True,
        )
    found = Watching(process, log)
    try:
        found.wait_for("watching for changes")
        yield found
    finally:
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()


def test_changes_are_deployed_as_they_are_saved(project: Project, watching: Watching) -> None:
    """Code within seconds and without the stack; a template that is broken is a line, no end."""
    project.put_place("Somewhere")
    events = project.stack_events()
    project.edit("src/measure.py", "def handler(event, context):\n", _ANSWERS)
    at = watching.wait_for("code of Measure")
    answer = project.run("invoke", "Measure", "--event", '{"ask": 1}')
    assert answer.out.strip() == '"new"', answer.err
    assert project.stack_events() == events
    project.edit("template.yaml", "Timeout: 10", "Timeout: 10\n      : [")
    at = watching.wait_for("not deployed: ", at)
    project.edit("template.yaml", "Timeout: 10\n      : [", "Timeout: 11")
    watching.wait_for("updated Measure", at)
    assert project.stack_events() > events
    assert "Somewhere" in project.places()
    assert watching.stop() == ExitCode.VALID


_ANSWERS = """def handler(event, context):
    if "ask" in event:
        return "new"
"""


def test_data_survive_down_and_up(project: Project) -> None:
    """The table has what it had, and its first items are not put over it."""
    project.put_place("Elsewhere")
    project.delete_place("Dublin")
    before = project.places()
    assert "Dublin" not in before
    assert project.run("down").code == ExitCode.VALID
    up = project.run("up", "--detach", "--retry-base-delay", "1", "--confirm-emails")
    assert up.code == ExitCode.VALID, up.err
    assert project.places() == before


def test_a_drill_breaks_a_function_and_restores_it(project: Project) -> None:
    """Without --function the only one; its topic reports the failure after Lambda's retries."""
    done = project.run("drill", "--json")
    assert done.code == ExitCode.VALID, done.out + done.err
    (drilled,) = done.events("drill")
    assert drilled["attempts"] == len(["the first", "a retry", "another"])
    assert drilled["reported"].startswith("topic temperatures-Alarms-")
    assert "nothing to revert" in project.run("drill", "--restore").out


def refused_options() -> dict[str, tuple[list[str], str]]:
    """Words, and what is said of them."""
    return {
        "an address": (["up", "--email", "a@example.com"], "the template decides"),
        "AWS": (["deploy", "--target", "aws"], "with their own tool"),
        "another stack": (["status", "--name", "none"], "a pipeline of none"),
    }


@pytest.mark.parametrize("words", refused_options().values(), ids=refused_options())
def test_what_is_the_tickers_is_refused(project: Project, words: tuple[list[str], str]) -> None:
    """In one line, before anything happens."""
    done = project.run(*words[0])
    assert done.code == ExitCode.USAGE, done.err
    assert words[1] in done.err
    assert len(done.err.strip().splitlines()) <= 2  # the error, and what exists
