"""`import` writes a scenario of exported files, and says what it replaced and left out."""

import json
import os
import re
import stat
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.documents import blocks
from wavetank.aws.clients import sandbox_clients
from wavetank.aws.target import Target, TargetKind
from wavetank.cli import import_incident
from wavetank.cli.main import app
from wavetank.core.errors import UsageError
from wavetank.scenario.loader import load_scenario
from wavetank.scenario.workload.kinds import PutObject

TEMPLATE = """
Resources:
  Orders: {Type: AWS::SQS::Queue}
  Uploads: {Type: AWS::S3::Bucket}
"""
LETTER = {
    "Body": '{"email": "ada.lovelace@example.com", "n": 1}',
    "Attributes": {
        "SentTimestamp": "1795514400000",
        "DeadLetterQueueSourceArn": "arn:aws:sqs:eu-west-1:123456789012:shop-Orders-1AB2",
    },
    "MessageAttributes": {"own": {"StringValue": "x", "DataType": "String"}},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A template, two dead letters, and a folder of objects that are two minutes apart."""
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    (tmp_path / "letters.json").write_text(json.dumps({"Messages": [LETTER, LETTER]}))
    (tmp_path / "objects" / "in").mkdir(parents=True)
    for name, at in (("in/a.json", 1_795_514_400), ("b.bin", 1_795_514_520)):
        path = tmp_path / "objects" / name
        path.write_bytes(b'{"n": 1}' if name.endswith("json") else b"\x00\xff")
        os.utime(path, (at, at))
    return tmp_path


def imported(folder: Path, *arguments: str) -> Result:
    """The command, which writes `incident.toml` in the folder."""
    options = ["--template", str(folder / "template.yaml")]
    options += ["--output", str(folder / "incident.toml")]
    paths = [str(folder / each) if (folder / each).exists() else each for each in arguments]
    return CliRunner().invoke(app, ["import", *paths, *options], env={"COLUMNS": "300"})


def refused(folder: Path, *arguments: str) -> str:
    """The message of a refused command, which writes nothing."""
    before = sorted(folder.rglob("*"))
    error = imported(folder, *arguments).exception
    assert isinstance(error, UsageError), error
    assert sorted(folder.rglob("*")) == before
    return str(error)


def test_dead_letters_become_a_scenario(folder: Path) -> None:
    """With the counts of what was scrubbed and left out, and the command that runs it."""
    done = imported(folder, "letters.json")
    assert done.exit_code == 0, done.output
    file = folder / "incident.toml"
    assert done.stdout.splitlines() == [
        f"wrote {file}: 2 times send-message to Orders, within 0s",
        "scrubbed  e-mail address: 2 replaced, 1 different",
        "left out  message attributes: 2",
        f"run it with: ./wavetank run {file}",
    ]
    scenario = load_scenario(str(file), folder)
    assert {each.target for each in scenario.workloads} == {"Orders"}
    assert "ada.lovelace" not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) & stat.S_IRUSR


def test_programs_get_the_counts(folder: Path) -> None:
    """As JSON, with the file."""
    done = imported(folder, "letters.json", "--json")
    (told,) = map(json.loads, done.stdout.splitlines())
    expected: dict[str, Any] = {
        "event": "imported",
        "file": str(folder / "incident.toml"),
        "events": 2,
        "scrubbed": {"e-mail address": 2},
        "keys": [],
        "unscrubbed": [],
        "left_out": {"message attributes": 2},
    }
    assert told == expected


def test_objects_keep_their_keys_and_times(folder: Path) -> None:
    """Those that `aws s3 cp` gave the files; one that is no text only if that is allowed."""
    assert "binary content in" in refused(folder, "objects", "--to", "Uploads")
    done = imported(folder, "objects", "--to", "Uploads", "--allow-unscrubbed")
    assert f"unscrubbed  {folder / 'objects' / 'b.bin'}: binary content" in done.stdout
    workloads = load_scenario(str(folder / "incident.toml"), folder).workloads
    found = [each for each in workloads if isinstance(each, PutObject)]
    assert [(each.key, each.body, each.begins.total_seconds()) for each in found] == [
        ("in/a.json", '{"n": 1}', 0),
        ("b.bin", b"\x00\xff", 120),
    ]


def test_keys_are_chosen(folder: Path) -> None:
    """One more to scrub, and one to keep."""
    path = folder / "letters.json"
    letter = LETTER | {"Body": '{"name": "created", "badge": "X"}'}
    path.write_text(json.dumps({"Messages": [letter]}))
    imported(folder, "letters.json", "--keep", "name", "--scrub", "badge")
    (workload,) = load_scenario(str(folder / "incident.toml"), folder).workloads
    body = json.loads(str(workload.body))
    assert body["name"] == "created"
    assert body["badge"] != "X"


def test_imports_with_one_key_have_one_pseudonym(folder: Path) -> None:
    """The key's file is created for its owner alone; a short one is refused."""
    scenario, key = folder / "incident.toml", folder / "key"
    texts = []
    for _ in range(2):
        imported(folder, "letters.json", "--key-file", str(key))
        texts.append(scenario.read_text())
        scenario.unlink()
    assert texts[0] == texts[1]
    assert stat.S_IMODE(key.stat().st_mode) == stat.S_IRUSR | stat.S_IWUSR
    imported(folder, "letters.json")
    assert scenario.read_text() != texts[0]
    scenario.unlink()
    key.write_bytes(b"short")
    message = refused(folder, "letters.json", "--key-file", str(key))
    assert "a key of at least 32 bytes" in message


def test_an_account_is_read_after_a_question_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a terminal it is refused before any call, as other commands do on AWS."""
    target = Target(
        kind=TargetKind.AWS,
        aws=sandbox_clients("http://localhost.invalid"),
        account="123456789012",
        endpoint=None,
        profile=None,
        pace_seconds=0,
    )
    monkeypatch.setattr(import_incident, "open_target", lambda *_: target)
    message = refused(folder, "--queue", "dead", "--target", "aws")
    assert "expected dead to be typed; found no terminal" in message


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "one source: files, --queue, --log-group or --bucket; found none"),
        (("letters.json", "--queue", "q"), "found files and q; name one of them"),
        (("none.json",), "expected to read none.json; found No such file or directory"),
        (("empty.json",), "expected events to import; found nothing in"),
        (("nothing.json",), "expected events to import; found nothing in"),
        (("log.json",), "found 1 log line without an event in"),
        (("objects",), "text in .*b.bin; found binary content; name the bucket"),
        (("letters.json", "--to", "Order"), "did you mean Orders"),
        (("template.yaml",), "found no JSON"),
        (("letters.json", "--output", "x.json"), "a .toml file; found x.json"),
        (("letters.json", "--output", "template.toml"), "template.toml, which exists"),
    ],
)
def test_an_import_is_refused_in_one_message(
    folder: Path, arguments: tuple[str, ...], message: str
) -> None:
    """Before anything is written."""
    (folder / "empty.json").write_text("\n")
    (folder / "nothing.json").write_text('{"Messages": []}')
    (folder / "log.json").write_text('{"events": [{"timestamp": 1, "message": "START"}]}')
    (folder / "template.toml").write_text("x")
    options = [str(folder / each) if each == "template.toml" else each for each in arguments]
    command = ["import", "--output", str(folder / "new.toml")]
    command += ["--template", str(folder / "template.yaml")]
    command += [str(folder / each) if (folder / each).exists() else each for each in options]
    found = CliRunner().invoke(app, command).exception
    with pytest.raises(UsageError, match=message):
        raise found or AssertionError
    assert not (folder / "new.toml").exists()


def test_the_documents_example_is_what_an_import_writes(folder: Path) -> None:
    """But for the pseudonym, whose key is new each time, and the template that it is for."""
    (exported,) = blocks("docs/scenarios.md", "json dead-letters")
    (written,) = blocks("docs/scenarios.md", "toml incident")
    (folder / "dead-letters.json").write_text(exported)
    done = imported(folder, "dead-letters.json")
    assert done.exit_code == 0, done.output
    text = (folder / "incident.toml").read_text().partition("\n\n")[2]
    pseudonym = r"[a-z]{3}(?=@example\.com)"
    assert re.sub(pseudonym, "PSEUDONYM", text) == written
    (shown,) = (each for each in blocks("docs/scenarios.md", "console") if "import dead" in each)
    lines = [line.replace(f"{folder}/", "") for line in done.stdout.splitlines()]
    assert "\n".join(lines) in shown
