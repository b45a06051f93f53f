"""What a handler does to its process and prints affects only the function and its log."""

import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from tests.shell import Shell
from tests.simulator.conftest import Deployed
from tests.simulator.naive import with_handler
from wavetank.core.errors import ExitCode, UsageError
from wavetank.history import AttemptEnded, Outcome, read_history
from wavetank.scenario.model import Scenario
from wavetank.simulation.runner import RunSpec, simulate

HANDLER = """
import ctypes, os, posix, signal, subprocess, sys
from pathlib import Path
FOLDER = Path({folder!r})
exec((FOLDER / "import.py").read_text())
def lambda_handler(event, context):
    try:
        exec((FOLDER / "call.py").read_text())
    except Exception:  # as handlers do: it must not catch the end of the process
        print("caught")
    finally:
        print("cleaned up")
"""
SIGNALS = {
    "os.kill(os.getpid(), signal.SIGKILL)": signal.SIGKILL,
    "os.kill(0, signal.SIGTERM)": signal.SIGTERM,
    "os.killpg(os.getpgrp(), signal.SIGSEGV)": signal.SIGSEGV,
    "os.kill(-1, signal.SIGHUP)": signal.SIGHUP,
    "os.abort()": signal.SIGABRT,
    "signal.raise_signal(signal.SIGTERM)": signal.SIGTERM,
    "signal.pthread_kill(1, signal.SIGUSR1)": signal.SIGUSR1,
    "raise KeyboardInterrupt": signal.SIGINT,
}
MINUTE = Scenario(name="minute", description="one tick", horizon=timedelta(minutes=1))
CODES = {"os._exit(0)": 0, "posix._exit(3)": 3, "os._exit(256 + 7)": 7, "raise GeneratorExit": 1}


@dataclass(frozen=True)
class Scripted:
    """A deployed function that executes what a test writes: when imported, and when called."""

    deployed: Deployed
    folder: Path

    def attempts(
        self, history: Path, *, imported: str = "", called: str = ""
    ) -> list[AttemptEnded]:
        """The function's attempts at one tick."""
        (self.folder / "import.py").write_text(imported)
        (self.folder / "call.py").write_text(called)
        simulate(
            self.deployed.simulator,
            self.deployed.pipeline,
            RunSpec(scenario=MINUTE, seed=1),
            history,
        )
        ended = [event for event in read_history(history) if isinstance(event, AttemptEnded)]
        streaming = self.deployed.names.streaming_function
        return [event for event in ended if event.function == streaming]


@pytest.fixture(scope="module")
def scripted(deployed: Deployed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scripted]:
    """Deployed once for all tests of this file."""
    folder = tmp_path_factory.mktemp("scripted")
    handler = folder / "own.py"
    handler.write_text(HANDLER.format(folder=str(folder)))
    with with_handler(deployed, handler) as own:
        yield Scripted(own, folder)


@pytest.mark.parametrize("place", ["imported", "called"])
@pytest.mark.parametrize("call", [*CODES, *SIGNALS])
def test_a_handler_that_ends_its_process_is_lambdas_exit_error(
    scripted: Scripted, tmp_path: Path, call: str, place: str
) -> None:
    """In any way, also during its import; nothing of it runs afterwards."""
    ended = scripted.attempts(tmp_path / "history.jsonl", **{place: call})
    assert {event.outcome for event in ended} == {Outcome.CRASH}
    assert {event.error_type for event in ended} == {"Runtime.ExitError"}
    if call in SIGNALS:
        text = f"error: signal: {signal.strsignal(SIGNALS[call])}".lower()
    else:
        code = CODES[call]
        text = f"with error: exit status {code}" if code else "without providing a reason"
    assert all(event.message.lower().endswith(text) for event in ended), ended[0].message


@pytest.mark.parametrize("call", ["os.kill(os.getpid(), signal.SIGSTOP)", "os.kill(0, 19)"])
def test_a_handler_that_stops_its_process_times_out(
    scripted: Scripted, tmp_path: Path, call: str
) -> None:
    """As in Lambda, where nothing continues it."""
    ended = scripted.attempts(tmp_path / "history.jsonl", called=call)
    assert {event.outcome for event in ended} == {Outcome.TIMEOUT}


@pytest.mark.parametrize(
    "call",
    [
        "os.kill(os.getpid(), 0)",
        "os.kill(os.getpid(), signal.SIGCONT)",
        "signal.raise_signal(signal.SIGCHLD)",
        "subprocess.run([sys.executable, '-c', 'import os; os._exit(3)'])",
        "os.kill(subprocess.Popen(['sleep', '60']).pid, signal.SIGKILL)",
    ],
)
def test_what_does_not_end_a_process_ends_no_handler(
    scripted: Scripted, tmp_path: Path, call: str
) -> None:
    """Signals without an effect, and the ends of child processes."""
    ended = scripted.attempts(tmp_path / "history.jsonl", called=call)
    assert {event.outcome for event in ended} == {Outcome.SUCCESS}


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("os.fork()", "forks its process"),
        ("os.forkpty()", "forks its process"),
        ("os.execlp('true', 'true')", "replaces its process"),
        ("os.execv('/bin/true', ['true'])", "replaces its process"),
        ("signal.alarm(1)", "sets a timer"),
        ("signal.setitimer(signal.ITIMER_REAL, 1)", "sets a timer"),
    ],
)
def test_what_a_thread_cannot_do_for_a_process_is_refused(
    scripted: Scripted, tmp_path: Path, call: str, said: str
) -> None:
    """The error names the engine that supports it."""
    with pytest.raises(UsageError, match=said) as refused:
        scripted.attempts(tmp_path / "history.jsonl", called=call)
    assert "--engine embedded" in refused.value.action


CRASHES = """
import ctypes, os
LIBC = ctypes.CDLL(None)
def lambda_handler(event, context):
    {call}
"""


@pytest.mark.parametrize(
    ("call", "how"),
    [
        ("LIBC.exit(0)", "exit code 0"),
        ("ctypes.string_at(0)", "signal 11 (Segmentation fault)"),
    ],
)
def test_a_process_that_native_code_ends_is_an_infrastructure_error(
    tmp_path: Path, call: str, how: str
) -> None:
    """Exit code 4 with scenario, seed and function, whatever the exit status of the process."""
    handler = tmp_path / "own.py"
    handler.write_text(CRASHES.format(call=call))
    options = ["--duration", "72s", "--seed", "5", "--json", "--handler", str(handler)]
    done = Shell(tmp_path / "state").run("run", "calm-day", *options)
    assert done.code == ExitCode.INFRASTRUCTURE, done.err
    assert "expected calm-day with seed 5 to finish" in done.err
    assert f"ended by {how}" in done.err
    assert "while the handler of DEDOREXP-streaming-lambda ran" in done.err
    assert done.events("run_finished") == []


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (signal.SIGINT, ExitCode.INTERRUPTED),
        (signal.SIGTERM, -signal.SIGTERM),
        (signal.SIGKILL, -signal.SIGKILL),
    ],
)
def test_a_signal_to_the_command_alone_ends_all_of_it(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    """Its exit status is what it was without a supervising process, and no process remains."""
    command = Shell(tmp_path / "state").command("run", "calm-day", "--duration", "8000h")
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert process.stdout is not None
    while b"virtual time ..." not in process.stdout.readline():
        pass
    children = psutil.Process(process.pid).children(recursive=True)
    assert len(children) == 1
    process.send_signal(number)
    said, _ = process.communicate(timeout=60)  # returns once no process has its output open
    assert process.returncode == code, said
    assert psutil.wait_procs(children, timeout=30)[1] == []
    assert (b"stopped; the history until then" in said) == (number == signal.SIGINT)


PRINTS = r"""
import ctypes, logging, os, subprocess, sys
print("while imported")
logging.basicConfig(stream=sys.stderr, level="WARNING")
LIBC = ctypes.CDLL(None)
def lambda_handler(event, context):
    print("printed")
    sys.stderr.write("written to stderr")
    sys.stdout.buffer.write(b"\nbytes\n")
    print("print to descriptor", file=open(1, "w", closefd=False), flush=True)
    os.write(2, b"descriptor\n")
    LIBC.puts(b"native code")
    subprocess.run(["echo", "child process"])
    try:
        input("asks ")
    except EOFError:
        print("no input")
    sys.__stdout__.write("dunder\n")
    sys.__stdout__.flush()
"""
PRINTED = [
    "while imported",
    "printed",
    "written to stderr",
    "bytes",
    "print to descriptor",
    "descriptor",
    "child process",
    "asks no input",
]


def test_what_handlers_print_is_in_their_log_and_not_on_standard_output(tmp_path: Path) -> None:
    """However they print: standard output is JSON only, and standard error is the command's."""
    handler = tmp_path / "own.py"
    handler.write_text(PRINTS)
    options = ["--duration", "72s", "--seed", "1", "--json", "--handler", str(handler)]
    done = Shell(tmp_path / "state").run("run", "calm-day", *options)
    assert done.code == ExitCode.BROKEN, done.err
    (played,) = done.events("run_finished")  # each line is JSON
    for text in (*PRINTED, "native code", "dunder"):
        assert text not in done.err
        assert text not in done.out
    lines = (Path(played["folder"]) / "functions.log").read_text().splitlines()
    first = [line.split(" ", 3) for line in lines if line.split(" ")[2] == lines[0].split(" ")[2]]
    texts = [text for _, _, _, text in first]
    assert [text for text in texts if text in PRINTED] == PRINTED
    assert {"native code", "dunder"} <= set(texts)
    assert {at for at, *_ in first} == {"2030-01-01T00:01:00Z"}
    assert len({function for _, function, *_ in first}) == 1
