"""`run` and `replay` as a user types them, each in a process of its own."""

import json
import re
from pathlib import Path

import pytest

from tests.shell import Finished, Shell
from wavetank.core.errors import ExitCode
from wavetank.core.settings import read_settings
from wavetank.deployment.fingerprint import Fingerprint, project_fingerprints

CRASH = """
description = "Dies between the writes"
horizon = "10m"

[[fault]]
kind = "handler-crash"
call_number = 2
after = "2m"
lasts = "5m"
"""
IMPATIENT = """
import time, threading
def lambda_handler(event, context):
    {body}
"""


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """A shell with its own state folder."""
    return Shell(tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def played(shell: Shell, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A custom scenario, run once."""
    scenario = tmp_path_factory.mktemp("scenarios") / "between.toml"
    scenario.write_text(CRASH)
    return shell.run("run", str(scenario), "--seed", "7", "--json")


def test_a_run_is_checked_and_saved(shell: Shell, played: Finished) -> None:
    """Every invariant has a line, and the run a folder with history, scenario and findings."""
    assert played.code == ExitCode.VALID, played.err
    findings = played.events("finding")
    assert len(findings) >= 11
    assert {finding["verdict"] for finding in findings} == {"valid"}
    (told,) = played.events("run_finished")
    folder = Path(told["folder"])
    assert folder == shell.state / "runs" / "between-7"
    assert {path.name for path in folder.iterdir()} == {
        "functions.log",
        "history.jsonl",
        "scenario.toml",
        "run.json",
        "report.html",
    }
    (written,) = played.events("report")
    assert (written["file"], written["finished"]) == (str(folder / "report.html"), True)
    kinds = [json.loads(line)["event"] for line in (folder / "history.jsonl").open()]
    assert (kinds[0], kinds[-1]) == ("RunBegan", "RunEnded")
    assert "FaultInjected" in kinds


def test_a_replay_in_another_process_is_the_same_to_the_last_byte(
    shell: Shell, played: Finished
) -> None:
    """One seed, one scenario and one code give one history."""
    replayed = shell.run("replay", "between-7", "--json")
    assert replayed.code == ExitCode.VALID, replayed.err
    assert replayed.events("replayed")[0]["digest"] == played.events("run_finished")[0]["digest"]
    assert "byte for byte" in replayed.err


def test_a_replay_ends_at_an_event_with_the_state_of_that_moment(
    shell: Shell, played: Finished
) -> None:
    """The event of that number, in the middle of a handler, and what the table has by then."""
    lines = (shell.state / "runs" / "between-7" / "history.jsonl").read_text().splitlines()
    events = [json.loads(line) for line in lines]
    written = [n for n, e in enumerate(events, 1) if e.get("operation") == "TransactWriteItems"]
    done = shell.run("replay", "between-7", "--until", str(written[0]), "--json")
    assert done.code == ExitCode.VALID, done.err
    (stopped,) = done.events("stopped")
    assert (stopped["number"], stopped["of"]) == (written[0], events[written[0] - 1])
    (running,) = done.events("running")
    assert running["request"] == stopped["of"]["request"]
    (table,) = [each for each in done.events("state") if each["kind"] == "table"]
    first, *_, last = [e["items"] for e in events if e["event"] == "TableSnapshot"]
    prices = [json.loads(entry["content"])["Price"] for entry in table["entries"]]
    assert len(prices) == len(first)
    assert prices not in ([item["Price"] for item in first], [item["Price"] for item in last])
    assert played.events("finding")
    assert not done.events("finding")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--until", "100000"], "there is no event 100000: the run has "),
        (["--until", "1", "--pdb"], "an event in the code of a handler for --pdb"),
        (["--pdb"], "expected --until EVENT for --pdb"),
        (["--until", "9", "--check"], "expected --until or --check; found both"),
        (["--until", "9", "--pdb", "--json"], "expected --pdb or --json; found both"),
    ],
)
def test_a_replay_that_cannot_stop_there_is_an_error_at_once(
    shell: Shell, played: Finished, options: list[str], said: str
) -> None:
    """Before anything is started, with what would work."""
    assert played.code == ExitCode.VALID
    refused = shell.run("replay", "between-7", *options)
    assert refused.code == ExitCode.USAGE
    assert said in refused.err
    assert "deploying" not in refused.err


def test_a_saved_run_is_checked_again_without_the_emulator(shell: Shell, played: Finished) -> None:
    """From its file alone, with the same findings."""
    checked = shell.run("replay", "between-7", "--check", "--json")
    assert checked.code == ExitCode.VALID
    assert checked.events("finding") == played.events("finding")
    assert "deploying" not in checked.err


def test_a_report_is_written_anew(shell: Shell, played: Finished) -> None:
    """With the same bytes; that of an interrupted run says so."""
    assert played.code == ExitCode.VALID
    folder = shell.state / "runs" / "between-7"
    once = (folder / "report.html").read_bytes()
    assert shell.run("report", "between-7").code == ExitCode.VALID
    assert (folder / "report.html").read_bytes() == once
    stopped = shell.state / "runs" / "stopped"
    stopped.mkdir()
    lines = (folder / "history.jsonl").read_text().splitlines(keepends=True)
    (stopped / "history.jsonl").write_text("".join(lines[:50]) + lines[50][:20])
    (stopped / "scenario.toml").write_text((folder / "scenario.toml").read_text())
    told = shell.run("report", "stopped", "--json")
    assert told.code == ExitCode.VALID, told.err
    (written,) = told.events("report")
    assert not written["finished"]
    assert "in line 51. Its invariants were not checked" in (stopped / "report.html").read_text()


def test_a_history_that_is_not_the_same_is_an_error_of_its_own(
    shell: Shell, played: Finished
) -> None:
    """It names the first event that differs, and where."""
    assert played.code == ExitCode.VALID
    folder = shell.state / "runs"
    other = folder / "altered"
    other.mkdir()
    for path in (folder / "between-7").iterdir():
        text = path.read_text()
        if path.name == "history.jsonl":
            text = re.sub(r'"Price":"[0-9.]+"', '"Price":"1"', text)
        (other / path.name).write_text(text)
    replayed = shell.run("replay", "altered")
    assert replayed.code == ExitCode.UNKNOWN
    assert "expected one history from the same seed, scenario and code" in replayed.err
    assert "TableSnapshot at" in replayed.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "no-such-scenario"], "the scenarios are alert-path-down"),
        (["run", "calm-day", "--duration", "0h"], "above zero and of at most 365d"),
        (["run", "calm-day", "--duration", "9999h"], "above zero and of at most 365d"),
        (["run", "calm-day", "--seed", "many"], "valid integer"),
        (["run", "broken-deployment", "--duration", "6m"], "every fault reverted within"),
        (["run", "calm-day", "--endpoint", "http://127.0.0.1:1"], "beside --endpoint"),
        (["run", "calm-day", "--engine", "embedded", "--account", "1"], "beside --account"),
        (["run", "lost-reply", "--engine", "aws"], "lost-reply (only on simulator)"),
        (["replay", "no-such-run"], "the folder of a run"),
        (["compare", "no-such-run", "none"], "the folder of a run"),
    ],
)
def test_what_cannot_be_run_is_an_error_at_once(
    shell: Shell, arguments: list[str], said: str
) -> None:
    """Before anything is started, with what would work."""
    refused = shell.run(*arguments)
    assert refused.code == ExitCode.USAGE
    assert said in refused.err
    assert "deploying" not in refused.err


def test_a_scenario_with_a_fault_of_the_host_is_refused(shell: Shell, tmp_path: Path) -> None:
    """Virtual time has no host that could be killed."""
    scenario = tmp_path / "killed.toml"
    scenario.write_text(
        CRASH.replace("handler-crash", "host-killed").replace("call_number = 2\n", "")
    )
    refused = shell.run("run", str(scenario))
    assert refused.code == ExitCode.USAGE
    assert "faults that simulator supports" in refused.err
    assert "deploying" not in refused.err


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        ("while True: pass", ExitCode.INFRASTRUCTURE, "a handler that calls or returns"),
        (
            "threading.Thread(target=time.sleep, args=(1,)).start()",
            ExitCode.USAGE,
            "joins its threads",
        ),
        ("exit(1)", ExitCode.UNKNOWN, "no tick succeeded"),
        ("time.sleep(3600)", ExitCode.UNKNOWN, "no tick succeeded"),
    ],
)
def test_a_handler_that_will_not_end_is_a_message_or_a_verdict(
    shell: Shell, tmp_path: Path, body: str, code: ExitCode, said: str
) -> None:
    """An endless loop, a thread, an exit and an hour's sleep: none of them hangs the run."""
    handler = tmp_path / "own.py"
    handler.write_text(IMPATIENT.format(body=body))
    done = shell.run("run", "calm-day", "--duration", "6m", "--handler", str(handler))
    assert done.code == code, done.err
    assert said in done.out + done.err
    assert "Traceback" not in done.err


def test_custom_templates_are_run_and_replayed(shell: Shell) -> None:
    """With other rules, functions and destinations; the history is byte-identical."""
    folder = Path(__file__).parents[1] / "pipelines" / "sensors"
    given = ["--storage", str(folder / "storage.yaml"), "--template", str(folder / "pipeline.yaml")]
    code = ["--code", str(folder / "code"), "--parameter-overrides", "WarnAddress=w@example.com"]
    done = shell.run("run", "broken-deployment", "--seed", "3", *given, *code, "--json")
    assert done.code == ExitCode.VALID, done.err
    verdicts = {finding["verdict"] for finding in done.events("finding")}
    assert verdicts == {"valid", "not exercised"}  # events that are given up are not compared
    replayed = shell.run("replay", "broken-deployment-3")
    assert "byte for byte" in replayed.out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--code", "src"], "expected --template too; found --code src"),
        (["--template", "none.yaml"], "none.yaml"),
        (["--template", "none.yaml", "--handler", "own.py"], "--handler or --template"),
    ],
)
def test_options_that_make_no_pipeline_are_errors(
    shell: Shell, options: list[str], said: str
) -> None:
    """In a line, before anything is started."""
    refused = shell.run("run", "calm-day", *options)
    assert refused.code == ExitCode.USAGE
    assert said in refused.err


def test_only_what_passed_is_attested(shell: Shell, played: Finished) -> None:
    """The valid run of this project's code, and none of the others."""
    lines = (shell.state / "attestation.jsonl").read_text().splitlines()
    (entry,) = [json.loads(line) for line in lines]
    assert (entry["scenario"], entry["seed"]) == ("between", 7)
    assert entry["digest"] == played.events("run_finished")[0]["digest"]
    ndjson, _ = project_fingerprints(read_settings().shipped_folder)
    assert Fingerprint(**entry["fingerprint"]) == ndjson
