"""The commands as a user types them, each in a process of its own."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import islice
from pathlib import Path
from zipfile import ZipFile

import psutil
import pytest

from tests.rules.source import ROOT
from tests.shell import DEFAULT, SECONDS_MAX, Finished, Shell
from tests.terminal import terminal
from tests.waiting import wait_until_true
from wavetank.aws.clients import sandbox_clients
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.core.errors import ExitCode
from wavetank.core.naming import derive_names
from wavetank.core.settings import read_settings
from wavetank.live.drill.host_drill import RECOVERY_SECONDS_MAX

JAN = derive_names("Jan", "van der Merwe")
JANS = ("--detach", "--retry-base-delay", "1", "--confirm-emails", "--name", JAN.full_name)


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """A shell whose sandbox, if a test leaves one, is stopped."""
    shell = Shell(tmp_path_factory.mktemp("commands"))
    yield shell
    shell.run("down")


def _processes_of(folder: Path) -> list[int]:
    """Processes that work in the folder or name it."""
    found = []
    for process in psutil.process_iter():
        try:
            words = [process.cwd(), *process.cmdline()]
        except psutil.Error:
            continue
        if any(str(folder) in word for word in words) and process.pid != os.getpid():
            found.append(process.pid)
    return found


def test_the_life_of_a_sandbox(shell: Shell) -> None:
    """up, drill, check, access, deploy, status, down, and a fresh one: each as documented."""
    up = shell.run("up", *JANS, "--json")
    assert up.code == 0, up.err
    endpoint = up.events("ready")[0]["endpoint"]
    for again in ([], ["--detach"]):
        second = shell.run("up", *again)
        assert second.code == ExitCode.USAGE
        assert f"found one at {endpoint}" in second.err

    drill = shell.run("drill", "--json")
    assert drill.code == 0, drill.err
    assert drill.events("drill")[0]["seconds"]["alerted"] > 2.5  # two retries, 1 s and 2 s
    _assert_valid(_checked_while_it_waits(shell, endpoint))
    _assert_least_privilege(shell)
    _assert_deployed_as_it_is(shell)
    held = shell.delivered(JAN)
    assert held
    _assert_runs_and_stops(shell)

    assert shell.run("up", *JANS, "--fresh").code == 0
    assert not shell.delivered(JAN) & held
    _assert_misses_a_table(shell)
    shell.run("down")
    wait_until_true(lambda: _processes_of(shell.state) == [], "every process to end")


def _checked_while_it_waits(shell: Shell, endpoint: str) -> Finished:
    """A check that has nothing to look at until what the stream buffers is delivered."""
    command = shell.command("check", "--json")
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as check:
        assert check.stderr is not None
        assert "waiting for Firehose" in check.stderr.readline()
        SandboxControls(endpoint).deliver_now()
        out, err = check.communicate(timeout=SECONDS_MAX)
    return Finished(check.returncode, out, err)


def _assert_valid(check: Finished) -> None:
    assert check.code == ExitCode.VALID, check.out
    assert {finding["verdict"] for finding in check.events("finding")} == {"valid"}
    assert any("DEJANVAN-streaming-lambda" in f["evidence"] for f in check.events("finding"))


def _assert_least_privilege(shell: Shell) -> None:
    access = shell.run("access", "--json")
    assert access.code == ExitCode.VALID, access.err
    allowed = {found["actor"]: found["allowed"] for found in access.events("access")}
    assert (allowed["other account"], allowed["anonymous"]) == (["GET", "LIST"], [])
    delivery, _, streaming = sorted(access.events("role"), key=lambda found: found["role"])
    assert {use["action"] for use in delivery["used"]} == {"s3:PutObject"}
    assert (streaming["unused"], streaming["denied"]) == ([], [])


def _assert_deployed_as_it_is(shell: Shell) -> None:
    deploy = shell.run("deploy", "--json")
    assert deploy.events("deployed") == [
        {"event": "deployed", "changed": [], "prices_reset": False}
    ]
    reset = shell.run("deploy", "--reset-prices", "--json")
    assert reset.events("deployed")[0]["prices_reset"] is True


def _assert_runs_and_stops(shell: Shell) -> None:
    status = shell.run("status", "--json").events("status")[0]
    assert status["running"]
    assert status["health"]["objects"] >= 1
    assert status["health"]["alerts"] >= 1

    down = shell.run("down", "--json")
    assert down.code == 0, down.err
    assert down.events("down") == [{"event": "down", "stopped": True}]
    assert shell.run("status", "--json").events("status") == [{"event": "status", "running": False}]
    wait_until_true(lambda: _processes_of(shell.state) == [], "every process to end")


def _assert_misses_a_table(shell: Shell) -> None:
    """A check evaluates the sandbox, whatever is missing."""
    sandbox_clients(shell.endpoint()).dynamodb.delete_table(TableName=JAN.table)
    broken = shell.run("check", "--json")
    assert broken.code == ExitCode.BROKEN, broken.err


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """A sandbox whose machine is broken by one test after the other."""
    shell = Shell(tmp_path_factory.mktemp("machine"))
    up = shell.run("up", "--detach")
    assert (up.code, "pages: http://127.0.0.1:" in up.out) == (0, True), up.err
    wait_until_true(lambda: shell.delivered() != set(), "the first tick, so that no check waits")
    yield shell
    shell.run("down")


def test_status_shows_the_active_faults(machine: Shell) -> None:
    """First of all, since a fault may make what it reads next fail."""
    controls = SandboxControls(machine.endpoint())
    fault = controls.begin_fault("api-error", {"call": "sns:PublishBatch"})
    try:
        assert machine.run("status").out.startswith("fault injected: api-error (")
        assert machine.run("status", "--json").events("status")[0]["faults"] == ["api-error"]
    finally:
        controls.revert_fault(fault)
    assert "fault injected" not in machine.run("status").out


OWN_HANDLER = """
def handler(event, context):
    if event:
        raise ValueError("no such size")
"""


def test_watch_prints_attempts_of_any_function_and_ticks_until_ctrl_c(machine: Shell) -> None:
    """A function that no template of ours has: its success, and its failure with the error."""
    awslambda = sandbox_clients(machine.endpoint()).awslambda
    role = awslambda.get_function_configuration(FunctionName=DEFAULT.streaming_function)["Role"]
    package = BytesIO()
    with ZipFile(package, "w") as archive:
        archive.writestr("resize.py", OWN_HANDLER)
    awslambda.create_function(
        FunctionName="resize",
        Runtime="python3.13",
        Handler="resize.handler",
        Role=role,
        Code={"ZipFile": package.getvalue()},
    )
    awslambda.get_waiter("function_active_v2").wait(FunctionName="resize")
    command = machine.command("watch")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as watch:
        assert watch.stdout is not None
        lines = iter(watch.stdout.readline, "")
        try:
            # Its first lines are those of what it found: from then on it reports all.
            assert " from before" in next(lines)
            for payload in ("{}", '{"width": 0}'):
                awslambda.invoke(FunctionName="resize", Payload=payload)
            own = (line.split(maxsplit=1)[1] for line in lines if "resize" in line)
            told = list(islice(own, 2))
            watch.send_signal(signal.SIGINT)
            assert watch.wait(SECONDS_MAX) == 0
        finally:
            watch.kill()
            awslambda.delete_function(FunctionName="resize")
    assert re.fullmatch(r"attempt resize succeeds in \d+ ms\n", told[0])
    assert told[1] == "failure resize fails at attempt 1: ValueError: no such size\n"


@pytest.mark.parametrize("fault", ["host-paused", "disk-full", "wrong-clock", "host-killed"])
def test_the_machine_breaks_and_the_sandbox_is_whole_again(machine: Shell, fault: str) -> None:
    """Each fault of a child process is reverted, nothing saved is lost, and `check` passes."""
    machine.save()
    drill = machine.run("drill", "--fault", fault, "--duration", "1s", "--json")
    assert drill.code == 0, drill.err
    result = drill.events("host")[0]
    assert result["seconds_until_whole"] < RECOVERY_SECONDS_MAX
    assert (result["objects_lost"], result["messages_lost"], result["minutes_lost"]) == (0, 0, 0)
    found = machine.run("check", "--json").events("finding")
    assert [finding for finding in found if finding["verdict"] == "invalid"] == []


def test_a_drill_without_a_confirmed_address_is_refused(machine: Shell) -> None:
    """Nothing is changed before an address has confirmed by the link in the message."""
    drill = machine.run("drill")
    assert drill.code == ExitCode.USAGE
    assert "alerts@example.com waits for confirmation" in drill.err
    assert "open http" in drill.err


def test_ctrl_c_stops_a_sandbox_and_leaves_nothing(tmp_path: Path) -> None:
    """In a pipe `up` prints plain lines, a tick among them, and ends with 0."""
    shell = Shell(tmp_path)
    with subprocess.Popen(
        shell.command("up"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as up:
        assert up.stdout is not None
        seen: list[str] = []
        while not any("  tick  " in line for line in seen):
            line = up.stdout.readline()
            assert line, seen
            seen.append(line)
        owner = json.loads((tmp_path / "sandbox" / "sandbox.json").read_text())["owner"]
        os.kill(owner, signal.SIGINT)
        rest = up.stdout.read()
    assert any("gets no alerts until it is confirmed: open http" in line for line in seen)
    assert "stopped" in rest
    assert up.returncode == 0
    wait_until_true(lambda: _processes_of(tmp_path) == [], "every process to end")


def test_the_live_view_stays_below_what_happens(tmp_path: Path) -> None:
    """In a window of sixty columns: a tick's line, how things stand, and totals at the end."""
    shell = Shell(tmp_path)
    with terminal(shell.command("up", "--confirm-emails"), columns=60) as window:
        window.wait_for(r"  tick  [^─]*─{60}\n[^─]*next tick in \d+ s")
        assert shell.run("invoke").code == 0  # of the same minute, or the next
        window.wait_for(r"\d records? buffered")
        window.press_ctrl_c()
        window.process.wait(SECONDS_MAX)
    assert window.process.returncode == 0
    assert window.wrote(r"starting LocalStack.* \(\d+ s\)")
    told = " ".join(window.text().split())
    assert re.search(r"after \d+ s: \d ticks?, 0 given up, .* 0 e-mails stopped$", told)
    assert "─" not in window.text()
    assert not window.screen.cursor.hidden
    wait_until_true(lambda: _processes_of(tmp_path) == [], "every process to end")


def test_ctrl_c_in_the_demo_ends_with_the_shells_code(tmp_path: Path) -> None:
    """An incomplete demo is reported as such, and nothing is left running."""
    command = Shell(tmp_path).command("demo")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        assert "deployed: " in demo.stdout.readline()
        demo.send_signal(signal.SIGINT)
        rest = demo.stdout.read()
    assert demo.returncode == ExitCode.INTERRUPTED
    assert "the history until then is in" in rest.splitlines()[-1]
    (history,) = tmp_path.glob("runs/*/history.jsonl")
    assert history.read_text().startswith('{"at":')
    wait_until_true(lambda: _processes_of(tmp_path) == [], "every process to end")


def test_the_demo_shows_each_step_and_ends(tmp_path: Path) -> None:
    """Ticks, a broken deployment, its alerts, the restored code, every invariant valid."""
    demo = Shell(tmp_path).run("demo")
    assert demo.code == ExitCode.VALID, demo.out + demo.err
    for told in ("a tick delivers 20 records", "fault: broken-deployment", "given up after 3"):
        assert told in demo.out
    assert "e-mail to alerts@example.com: Failure: Dora Explorer" in demo.out
    assert "reverted: broken-deployment" in demo.out
    assert demo.out.count("\nvalid ") == 12
    wait_until_true(lambda: _processes_of(tmp_path) == [], "every process to end")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["up", "--name", "Dora"], ExitCode.USAGE, "expected a first name and a surname"),
        (["up", "--name", "李 小龙"], ExitCode.USAGE, "in Latin letters"),
        (["up", "--name", "Dora " + "x" * 60], ExitCode.USAGE, "a bucket name of at most 63"),
        (["up", "--prefix", "D E"], ExitCode.USAGE, "correct --prefix"),
        (["up", "--email", "nobody"], ExitCode.USAGE, "correct --email"),
        (["up", "--record-format", "csv"], ExitCode.USAGE, "correct --record-format"),
        (["up", "--port", "99999"], ExitCode.USAGE, "choose another --port"),
        (["up", "--no-such-option"], ExitCode.USAGE, "--no-such-option"),
        (["check"], ExitCode.USAGE, "start one with ./wavetank up"),
        (["check", "--target", "moon"], ExitCode.USAGE, "not one of 'local', 'aws'"),
        (["drill"], ExitCode.USAGE, "start one with ./wavetank up"),
        (["no-such-command"], ExitCode.USAGE, "no-such-command"),
    ],
)
def test_bad_input_is_one_clear_line_and_leaves_nothing(
    tmp_path: Path, arguments: Sequence[str], code: ExitCode, message: str
) -> None:
    """What was expected, what was found, what to do; no traceback, no half-made sandbox."""
    finished = Shell(tmp_path).run(*arguments)
    assert finished.code == code
    assert message in finished.err
    assert "Traceback" not in finished.err
    assert not (tmp_path / "sandbox" / "localstack").exists()


def test_an_error_is_json_where_json_is_wanted(tmp_path: Path) -> None:
    """On standard output, in its parts; the line for people is on standard error as ever."""
    finished = Shell(tmp_path).run("run", "calm-dey", "--json")
    (error,) = finished.events("error")
    assert (finished.code, error["exit_code"]) == (ExitCode.USAGE, ExitCode.USAGE)
    assert "did you mean calm-day?" in error["action"]
    assert "did you mean calm-day?" in finished.err


def test_a_reader_that_goes_early_is_no_broken_invariant(tmp_path: Path) -> None:
    """As `wavetank scenarios | head -1`: the code is the shell's for a closed pipe, and no word."""
    read_end, write_end = os.pipe()
    os.close(read_end)
    command = Shell(tmp_path).command("scenarios")
    done = subprocess.run(command, stdout=write_end, stderr=subprocess.PIPE, check=False)
    os.close(write_end)
    assert (done.returncode, done.stderr) == (ExitCode.PIPE_CLOSED, b"")


def test_bench_compares_with_localstack_alone(tmp_path: Path) -> None:
    """Each kind of call with its ratio, which has no required value."""
    done = Shell(tmp_path).run("bench", "--duration", "1h", "--rounds", "5", "--json")
    assert done.code == 0, done.err
    assert [run["virtual_hours"] for run in done.events("run_cost")] == [1]
    assert [work["tick_calls"] > work["floor_calls"] > 0 for work in done.events("work")] == [True]
    costs = done.events("gateway")
    assert [cost["ratio"] > 0 for cost in costs] == [True] * 3


def test_bench_with_peers_and_no_network_fails_before_it_measures(tmp_path: Path) -> None:
    """In one line, at once."""
    offline = {"UV_OFFLINE": "1", "UV_CACHE_DIR": str(tmp_path / "cache")}
    done = Shell(tmp_path / "state", offline).run("bench", "--peers", "--json")
    (error,) = map(json.loads, done.out.splitlines())
    assert (done.code, error["event"]) == (ExitCode.INFRASTRUCTURE, "error")
    assert "installing the peers" in done.err
    assert "check the network and run this again" in done.err
    assert "Traceback" not in done.err


def test_debug_shows_where_an_error_came_from(tmp_path: Path) -> None:
    """Developers of Wavetank get the traceback, on request."""
    finished = Shell(tmp_path).run("check", "--debug")
    assert "Traceback" in finished.err


def test_down_without_a_sandbox_reports_that(tmp_path: Path) -> None:
    """It is no error to stop what does not run."""
    finished = Shell(tmp_path).run("down")
    assert (finished.code, finished.out.strip()) == (0, "no sandbox is running")


def test_a_template_that_is_refused_names_the_reason_and_leaves_nothing(tmp_path: Path) -> None:
    """A broken template ends `up` with CloudFormation's words, exit 4, and no process behind."""
    project = tmp_path / "project"
    for part in ("init", "lambdas"):
        _copy(read_settings().shipped_folder / part, project / part)
    pipeline = project / "init" / "pipeline.yaml"
    broken = pipeline.read_text().replace("!GetAtt PriceTable.Arn", "!GetAtt NoTable.Arn")
    pipeline.write_text(broken)
    package = project / "harness" / "wavetank"
    _copy(ROOT / "harness" / "wavetank", package)
    environment = ["env", f"WAVETANK_STATE={tmp_path / 'state'}", f"PYTHONPATH={package.parent}"]
    done = subprocess.run(
        [*environment, sys.executable, "-m", "wavetank", "up"],
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )
    assert done.returncode == ExitCode.INFRASTRUCTURE
    assert "NoTable" in done.stderr
    wait_until_true(lambda: _processes_of(tmp_path / "state") == [], "every process to end")


def _copy(source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for path in source.rglob("*"):
        if path.is_file() and path.suffix in {".py", ".yaml"}:
            copied = target / path.relative_to(source)
            copied.parent.mkdir(parents=True, exist_ok=True)
            copied.write_bytes(path.read_bytes())
