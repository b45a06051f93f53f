"""The command `assess`, on a sandbox and on what is pretended to be AWS."""

import csv
import json
import os
import signal
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from typer.testing import CliRunner

from tests.live.classroom import Learner, Tape, make_all, new_names, write_list
from tests.live.hosts import Host
from tests.pretended_aws import example_key, pretended_aws
from wavetank.aws.clients import AwsClients
from wavetank.cli.main import app
from wavetank.core.clock import WallClock
from wavetank.core.errors import ExitCode
from wavetank.core.http_types import HttpRequest, HttpResponse
from wavetank.inspection.assess.thread_pool import THREADS

DURATION = "5m"


@pytest.fixture(scope="module")
def good(aws: AwsClients) -> list[Learner]:
    """Some whose pipelines are as they should be."""
    now = WallClock().now()
    learners = [Learner("good", new_names(), Tape(now, minutes=7).bodies()) for _ in range(3)]
    make_all(aws, learners)
    return learners


def test_hundreds_are_looked_at_at_once(
    localstack: Host, good: list[Learner], tmp_path: Path
) -> None:
    """The CSV has a row per person in the list's order, the JSON a line; the exit code is 1."""
    subjects = [new_names() for _ in range(300)]
    names = [tuple(name.full_name.split()) for name in subjects]
    everybody = [good[0].person, *((first, last) for first, last in names), ("Мария", "Иванова")]
    write_list(tmp_path / "class.csv", everybody)
    found = CliRunner().invoke(
        app,
        [
            *("assess", str(tmp_path / "class.csv"), "--endpoint", localstack.endpoint),
            *("--duration", DURATION, "--csv", str(tmp_path / "rows.csv"), "--json"),
        ],
    )
    assert found.exit_code == ExitCode.BROKEN, found.output
    *lines, summary = [json.loads(line) for line in found.stdout.splitlines()]
    assert summary == {
        "event": "summary",
        "rows": 302,
        "valid": 1,
        "invalid": 301,
        "unknown": 0,
        "not_assessed": 0,
    }
    assert {line["line"] for line in lines} == set(range(2, 304))
    with (tmp_path / "rows.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["name"], row["surname"]) for row in rows] == everybody
    assert rows[0]["verdict"] == rows[0]["walk"] == "valid"
    assert rows[1]["found"] == rows[-1]["convention"] == "invalid"
    assert "no bucket of this name" in rows[1]["why"]


def test_all_good_is_a_table_of_80_columns_and_exit_code_0(
    localstack: Host, good: list[Learner], tmp_path: Path
) -> None:
    """With a mailbox, in which each one's alert is."""
    write_list(tmp_path / "class.csv", [learner.person for learner in good])
    mails = tmp_path / "mails"
    mails.mkdir()
    for learner in good:
        subject = f"Failure: {learner.names.full_name}, could not generate stream"
        text = f"Subject: {subject}\nDate: Mon, 23 Nov 2026 18:06:15 +0000\n\nbody\n"
        (mails / f"{learner.names.stem}.eml").write_text(text)
    found = CliRunner().invoke(
        app,
        [
            *("assess", str(tmp_path / "class.csv"), "--endpoint", localstack.endpoint),
            *("--duration", DURATION, "--mailbox", str(mails)),
        ],
    )
    assert found.exit_code == ExitCode.VALID, found.output
    lines = found.stdout.splitlines()
    assert max(len(line.rstrip()) for line in lines) <= 80
    shown = [line for line in lines if " 5/5 " in line]
    assert len(shown) == len(good)
    assert all(line.split()[-1] == "11-23" for line in shown)
    assert lines[-1] == "3 pipelines: 3 valid, 0 invalid, 0 unknown"


def test_trouble_with_one_bucket_is_that_rows_alone(
    localstack: Host, good: list[Learner], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On AWS with a reviewer's own profile, where S3 has an outage for one bucket."""
    write_list(tmp_path / "class.csv", [learner.person for learner in good])
    monkeypatch.setattr("wavetank.aws.clients.ATTEMPTS_MAX", 1)

    def outage(request: HttpRequest) -> HttpResponse | None:
        if good[1].names.bucket in request.url:
            return HttpResponse(503, {}, b"<Error><Code>SlowDown</Code></Error>")
        return None

    with pretended_aws(monkeypatch, localstack.endpoint, outage) as aws:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", example_key("R"))
        found = CliRunner().invoke(
            app,
            ["assess", str(tmp_path / "class.csv"), "--target", "aws", "--duration", DURATION],
        )
    assert found.exit_code == ExitCode.UNKNOWN, found.output
    assert "3 pipelines: 2 valid, 0 invalid, 1 unknown" in found.stdout
    assert "line 3" in found.stdout
    assert "HeadBucket" in found.stdout
    assert all("s3" in (urlsplit(r.url).hostname or "") or "sts" in r.url for r in aws.sent)


def test_who_interrupts_keeps_what_is_done(
    localstack: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C in the middle: the rows that are ready are shown and written, the rest counted."""
    others = [new_names().full_name.split() for _ in range(20 * THREADS)]
    write_list(tmp_path / "class.csv", [(first, last) for first, last in others])
    heads = []

    def interrupt(request: HttpRequest) -> HttpResponse | None:
        heads.append(request.url)
        if len(heads) == 8 * THREADS:
            os.kill(os.getpid(), signal.SIGINT)
        return None

    with pretended_aws(monkeypatch, localstack.endpoint, interrupt):
        found = CliRunner().invoke(
            app,
            [
                *("assess", str(tmp_path / "class.csv"), "--target", "aws"),
                *("--csv", str(tmp_path / "rows.csv")),
            ],
        )
    assert found.exit_code == ExitCode.INTERRUPTED, found.output
    assert "not looked at" in found.stdout
    with (tmp_path / "rows.csv").open(encoding="utf-8-sig", newline="") as file:
        assert 0 < len(list(csv.DictReader(file))) < len(others)
