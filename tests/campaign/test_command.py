"""`campaign` as it is typed: real simulators, the smallest failing case, and interruption."""

import json
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from xml.etree import ElementTree as ET

import psutil
import pytest

from tests.rules.source import ROOT
from tests.shell import Shell, finish
from tests.terminal import shown
from tests.waiting import wait_until_true
from wavetank.campaign.cases import choose_cases
from wavetank.campaign.course import DASK_EXTRA
from wavetank.cli.main import app
from wavetank.core.errors import ExitCode, UsageError
from wavetank.scenario.loader import load_scenario

NAIVE = str(ROOT / "tests" / "handlers" / "naive" / "handler.py")
DOUBLED = """
description = "The naive handler breaks its walk where ticks come twice at once"
horizon = "6m"
seed = 3

[[fault]]
kind = "s3-outage"
after = "0s"
lasts = "2m"

[[fault]]
kind = "duplicate-tick"
after = "1m"
lasts = "3m"
copies = 2
gap = "0s"
times = "all"
"""


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """With a state folder of the test's own."""
    return Shell(tmp_path / "state")


def test_generated_cases_run_and_are_valid(shell: Shell) -> None:
    """Two workers, each with a simulator, come to what one of them comes to."""
    arguments = ("campaign", "--runs", "3", "--seed", "1", "--duration", "10m", "--json")
    one, two = (shell.run(*arguments, "--workers", workers) for workers in ("1", "2"))
    assert (one.code, two.code) == (ExitCode.VALID, ExitCode.VALID), two.err
    assert sorted(event["seed"] for event in two.events("result")) == [1, 2, 3]
    ((first,), (second,)) = (done.events("summary") for done in (one, two))
    assert first["digest"] == second["digest"]
    assert second["endings"] == {"valid": 3, "broken": 0, "unknown": 0, "infrastructure": 0}


def test_the_first_case_that_fails_is_shrunk_and_can_be_replayed(
    shell: Shell, tmp_path: Path
) -> None:
    """The fault that does not matter is gone; the command and the test that are printed fail."""
    file = tmp_path / "doubled.toml"
    file.write_text(DOUBLED)
    junit = tmp_path / "junit.xml"
    done = shell.run(
        *("campaign", "--scenario", str(file), "--runs", "2", "--handler", NAIVE, "--json"),
        *("--junit-xml", str(junit)),
    )
    assert done.code == ExitCode.BROKEN, done.err
    cases = ET.fromstring(junit.read_bytes()).findall(".//testcase[failure]")  # noqa: S314 - ours
    assert [case.get("name") for case in cases] == ["seed 3", "seed 4"]
    (shrunk,) = done.events("shrunk")
    least = load_scenario(shrunk["file"], tmp_path)
    assert [fault.kind for fault in least.plan.faults] == ["duplicate-tick"]
    assert shrunk["complete"]
    (summary,) = done.events("summary")
    assert [failure["seed"] for failure in summary["failures"]] == [3, 4]
    assert summary["coverage"] == {"pairs": [], "untried": []}, "its faults are not generated"
    (written,) = done.events("index")
    page = Path(written["file"]).read_text()
    assert page.index('<th scope="row">3</th>') < page.index('<th scope="row">4</th>')
    assert shrunk["replay"] in page
    _check_printed_test(Path(shrunk["test"]).read_text(), tmp_path)
    launcher, *arguments = shlex.split(shrunk["replay"])
    assert launcher == "./wavetank"
    again = shell.run(*arguments, "--json")
    assert again.code == ExitCode.BROKEN, again.err
    assert [
        finding["requirement"]
        for finding in again.events("finding")
        if finding["verdict"] == "invalid"
    ]


def _check_printed_test(text: str, folder: Path) -> None:
    """It fails as it is, and passes with this project's handler instead of the naive one."""
    handler = f"ticker_pipeline(handler={json.dumps(NAIVE)})"
    assert handler in text
    for pipeline, code in ((handler, 1), ("ticker_pipeline()", 0)):
        test = folder / f"test_exit_{code}.py"
        test.write_text(text.replace(handler, pipeline))
        ran = finish([sys.executable, "-m", "pytest", "-n0", "-p", "no:cacheprovider", str(test)])
        assert ran.code == code, ran.out
        assert ("invariants not valid" in ran.out) == bool(code)


def test_the_first_failure_ends_a_campaign(shell: Shell, tmp_path: Path) -> None:
    """It is the last case that is counted, and is shrunk; until then some pairs were tried."""
    options = ("--until", "failure", "--seed", "1", "--duration", "10m", "--handler", NAIVE)
    done = shell.run("campaign", *options, "--json")
    assert done.code == ExitCode.BROKEN, done.err
    ((summary,), (shrunk,)) = (done.events(kind) for kind in ("summary", "shrunk"))
    assert (summary["how"], summary["endings"]["broken"]) == ("until the first failure", 1)
    assert [result["seed"] for result in done.events("result")] == [*range(1, summary["runs"] + 1)]
    tried = set(summary["coverage"]["pairs"]) - set(summary["coverage"]["untried"])
    assert tried
    assert list(load_scenario(shrunk["file"], tmp_path).plan.faults)


@contextmanager
def _running(shell: Shell) -> Iterator[tuple[subprocess.Popen[str], IO[str]]]:
    """A campaign that would go on for long, and what it says."""
    command = shell.command(
        *("campaign", "--runs", "500", "--duration", "5m"), *("--workers", "1", "--json")
    )
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=quiet, text=True) as running:
        assert running.stdout is not None  # it was asked for
        yield running, running.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_campaign_that_is_stopped_says_what_it_found(shell: Shell, number: int) -> None:
    """No worker is left, and the results until then are counted."""
    with _running(shell) as (running, said):
        results = (event for event in map(json.loads, said) if event["event"] == "result")
        assert next(results)["ending"] == "valid"
        workers = psutil.Process(running.pid).children(recursive=True)
        running.send_signal(number)
        *_, summary = (json.loads(line) for line in said)
        assert running.wait() == ExitCode.INTERRUPTED
    assert (summary["event"], summary["how"]) == ("summary", "stopped")
    assert 1 <= summary["runs"] < 500
    assert workers
    assert not any(worker.is_running() for worker in workers)


def test_a_campaign_in_a_terminal_shows_how_far_it_is(shell: Shell) -> None:
    """A bar that moves below what is said, and is gone when all cases have run."""
    options = ("--runs", "2", "--seed", "1", "--duration", "5m", "--workers", "1")
    window = shown(shell.command("campaign", *options))
    assert window.process.returncode == ExitCode.VALID, window.text()
    assert window.wrote(r"starting the workers ━+ 0 of 2")
    assert window.wrote(r"0 failed, \d+ a minute ━+ [12] of 2")
    assert "━" not in window.text()
    assert "2 of 2 runs finished: 2 valid" in window.text()


def test_a_campaign_that_is_killed_leaves_no_worker(shell: Shell) -> None:
    """Although it could do nothing about it."""
    with _running(shell) as (running, said):
        assert said.readline()
        wait_until_true(lambda: psutil.Process(running.pid).children(), "a worker")
        workers = psutil.Process(running.pid).children(recursive=True)
        running.kill()
        wait_until_true(lambda: not any(worker.is_running() for worker in workers), "no worker")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--workers", "2", "--dask", "tcp://127.0.0.1:1"), "--workers or --dask"),
        (("--remember", "--handler", NAIVE), "--remember, or --handler or --template"),
        (("--duration", "1 hour"), "found --duration 1 hour; write a whole number"),
        (("--duration", "400d"), "at most 365d"),
        (("--duration", "30s"), "use a longer horizon"),
        (("--scenario", "calm-day", "--duration", "1h"), "leave --duration out"),
        (("--scenario", "calm-dey"), "did you mean calm-day"),
        (("--seed", str(2**63 - 1)), "--seed"),
        (("--draw-faults",), "a scenario for --draw-faults"),
        (("--until", "coverd"), "did you mean covered"),
        (("--until", "covered", "--scenario", "calm-day"), "give --draw-faults"),
        (("--until", "covered", "--each-fault"), "leave --each-fault out"),
        (("--time-max", "1 minute"), "found --time-max 1 minute; write a whole number"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(
    arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is started."""
    with pytest.raises(UsageError, match=message):
        app(["campaign", *arguments], standalone_mode=False)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("option", ["--runs=1", "--each-fault"])
def test_a_pipeline_that_no_fault_can_hit_is_refused(
    tmp_path: Path, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Faults are generated for its templates, and that is known before a worker starts."""
    template = tmp_path / "template.yaml"
    template.write_text("Resources: {Table: {Type: AWS::DynamoDB::Table}}")
    with pytest.raises(UsageError, match="a pipeline that faults can hit"):
        app(["campaign", option, "--template", str(template)], standalone_mode=False)
    assert capsys.readouterr().out == ""


def test_a_missing_extra_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dask is needed by --dask alone."""
    monkeypatch.delitem(sys.modules, "wavetank.campaign.dask_executor", raising=False)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError) as refused:
        app(["campaign", "--dask", "tcp://127.0.0.1:1"], standalone_mode=False)
    assert refused.value.action == DASK_EXTRA


def test_seeds_are_the_scenario_s_or_any() -> None:
    """Whoever names none gets new ones each time, unless the scenario has its own."""
    for name in (None, "calm-day"):
        drawn = {choose_cases(1, None, None, name).seeds.first for _ in range(20)}
        assert len(drawn) > 1
    scenario = load_scenario("everything-at-once", ROOT / "scenarios")
    chosen = choose_cases(5, None, None, scenario.name)
    assert chosen.seeds.first == scenario.seed
    assert chosen.scenario == scenario
    assert choose_cases(5, 9, None, scenario.name).name == "everything-at-once-seeds-9-13"
