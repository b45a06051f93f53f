"""The workflows: what lints them finds nothing, and nothing that is given to them is run."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.rules.source import ROOT
from wavetank.emulator.settings import DynamoDbChoice

WORKFLOWS = sorted((ROOT / ".github" / "workflows").iterdir())
PINNED = re.compile(r"[\w.-]+/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
INJECTED = """
on: {issues: {types: [opened]}}
permissions: {}
jobs:
  greet:
    runs-on: ubuntu-24.04
    steps: [{run: 'echo "${{ github.event.issue.title }}"'}]
"""


def workflow(path: Path) -> dict[str, Any]:
    """What the file says; YAML takes the key `on` for a truth."""
    content = yaml.safe_load(path.read_text())
    content["on"] = content.pop(True)
    return dict(content)


def steps(path: Path) -> Iterator[dict[str, Any]]:
    """Of all its jobs."""
    for job in workflow(path)["jobs"].values():
        yield from job.get("steps", [])


def zizmor(path: Path) -> list[Any]:
    """What zizmor finds, at its strictest and without a network."""
    options = ["--offline", "--no-progress", "--persona=auditor", "--format=json"]
    done = subprocess.run(
        [Path(sys.executable).with_name("zizmor"), *options, "--no-exit-codes", path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_zizmor_finds_nothing(path: Path) -> None:
    """And no rule is silenced."""
    assert zizmor(path) == []
    assert "zizmor" not in path.read_text()


def test_zizmor_would_find_something(tmp_path: Path) -> None:
    """The guard of the test above: a title that is run as a command."""
    (tmp_path / "greet.yml").write_text(INJECTED)
    assert "template-injection" in {found["ident"] for found in zizmor(tmp_path / "greet.yml")}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_each_is_a_workflow_by_githubs_schema(path: Path) -> None:
    """As check-jsonschema ships it; the tool itself does not start beside the sandbox's click."""
    package = find_spec("check_jsonschema")
    assert package is not None
    assert package.origin is not None
    vendored = Path(package.origin).parent / "builtin_schemas" / "vendor"
    schema = json.loads((vendored / "github-workflows.json").read_text())
    validator = jsonschema.validators.validator_for(schema)(schema)
    assert [error.message for error in validator.iter_errors(workflow(path))] == []
    assert [*validator.iter_errors(workflow(path) | {"jobs": {"a": {"steps": []}}})]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_what_is_given_reaches_commands_as_variables_alone(path: Path) -> None:
    """No expression stands in a script, where its text would be run."""
    assert not any("${{" in step.get("run", "") for step in steps(path))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_commit(path: Path) -> None:
    """With the release beside it for people, and nothing kept of the checkout's token."""
    text = path.read_text()
    used = [line.partition("uses: ")[2] for line in text.splitlines() if "uses: " in line]
    assert used
    own = [name for name in used if name.startswith("$/")]
    assert all(PINNED.fullmatch(name) for name in used if name not in own)
    checkouts = [step for step in steps(path) if "actions/checkout" in step.get("uses", "")]
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_there_is_no_key_that_lasts() -> None:
    """No secret is asked for; the job that deploys has a token of its own, and one proposes."""
    for path in WORKFLOWS:
        assert "secrets" not in path.read_text()
        assert "access-key" not in path.read_text()
        assert workflow(path)["permissions"] == {}
        for name, job in workflow(path)["jobs"].items():
            rights = {"contents": "read"}
            if (path.stem, name) == ("promote", "promote"):
                rights["id-token"] = "write"
                assert job["environment"] == "production"
                assert job["needs"] == "test"
            if (path.stem, name) == ("published-image", "digest"):
                rights = {"contents": "write", "pull-requests": "write"}
                assert job["needs"] == "run"
            assert job["permissions"] == rights


def test_credentials_come_after_what_needs_none() -> None:
    """Scenarios are played before there is a role; planned is before deployed, checked after."""
    order = [
        step.get("name") or step["uses"].partition("@")[0]
        for step in steps(ROOT / ".github" / "workflows" / "promote.yml")
    ]
    assert order[2:] == [
        "Scenarios",
        "aws-actions/configure-aws-credentials",
        "Plan",
        "Deploy",
        "Check",
    ]


def test_the_published_image_runs_on_both_processors_and_with_both_providers() -> None:
    """Before its digest is proposed."""
    job = workflow(ROOT / ".github" / "workflows" / "published-image.yml")["jobs"]["run"]
    matrix = job["strategy"]["matrix"]
    assert matrix["runner"] == ["ubuntu-24.04", "ubuntu-24.04-arm"]
    assert matrix["dynamodb"] == list(DynamoDbChoice)[::-1]


def test_a_digest_is_written_beside_the_tag(tmp_path: Path) -> None:
    """Once, also in place of another digest; nothing else changes, and nothing else is written."""
    (tmp_path / ".ci").mkdir()
    script = shutil.copy(ROOT / ".ci" / "pin-image", tmp_path / ".ci")
    before = (ROOT / "Dockerfile").read_text()
    (tmp_path / "Dockerfile").write_text(before)
    for letter in "ab":
        subprocess.run([script, f"sha256:{letter * 64}"], check=True)
        pinned = (tmp_path / "Dockerfile").read_text()
        assert re.sub("@sha256:[ab]+", "", pinned) == re.sub("@sha256:[0-9a-f]+", "", before)
        assert pinned.count(f"localstack/localstack:4.14.0@sha256:{letter * 64}\n") == 1
    refused = subprocess.run([script, "4.14.0"], check=False, capture_output=True, text=True)
    assert (refused.returncode, (tmp_path / "Dockerfile").read_text()) == (2, pinned)
    assert "expected a digest" in refused.stderr
