"""Execution environments at each level that this machine permits, without a LocalStack."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

import psutil
import pytest

from tests.live.escape import ESCAPE
from tests.permitted import namespaces_are_permitted
from tests.waiting import wait_until_true
from wavetank.core.clock import WallClock
from wavetank.core.private_files import PRIVATE_UMASK
from wavetank.emulator.lambda_.confinement import UNKNOWN
from wavetank.emulator.lambda_.environment import Environment, FunctionSettings, InvokeRequest
from wavetank.emulator.lambda_.function_users import reserve_code, reserve_scratch
from wavetank.emulator.lambda_.isolation import Isolation, find_isolation, try_level
from wavetank.emulator.lambda_.process import FunctionCommand, FunctionProcess, Limits
from wavetank.emulator.lambda_.process_tree import descendants
from wavetank.emulator.lambda_.runtime_site import build_runtime_site
from wavetank.emulator.lambda_.supervisor import FIXED_VARIABLES
from wavetank.emulator.lambda_.variables import ProcessPaths, function_variables
from wavetank.emulator.settings import IsolationLevel

FORKS = """
import os, time
def handler(event, context):
    for _ in range(event["children"]):
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                while event["busy"]: pass
                time.sleep(3600)
            os._exit(0)
        os.wait()
"""
FORKS_WITHOUT_END = """
import os
def handler(event, context):
    if os.fork() == 0:
        while True:
            if os.fork() == 0:
                os._exit(0)
            os.wait()
            os.write(1, b".")
"""
FILLER = """
import os
def handler(event, context):
    try:
        for number in range(event["megabytes"]):
            with open(f"{os.environ.get('TMPDIR', '/tmp')}/{number}", "wb") as file:
                file.write(bytes(2**20))
    except OSError as error: return error.strerror
    while True: pass
"""
VARIABLES = "import os\ndef handler(event, context): return [os.environ[name] for name in event]"
TMP_MB = 8
USER = 50_001
NO_VARIABLES: Mapping[str, str] = MappingProxyType({})

type Invoke = Callable[..., Any]


@pytest.fixture(scope="module")
def functions() -> Iterator[Path]:
    """A folder that functions' users can pass to; pytest's own let no one else in."""
    with TemporaryDirectory(dir="/tmp") as name, pytest.MonkeyPatch.context() as patch:
        Path(name).chmod(0o711)
        patch.setenv("WAVETANK_FUNCTIONS", name)
        yield Path(name)


@pytest.fixture(scope="module", params=list(IsolationLevel))
def isolation(request: pytest.FixtureRequest, functions: Path) -> Isolation:  # noqa: ARG001 - for the trial
    """Each level that works here."""
    found = Isolation(request.param)
    if found.level is not IsolationLevel.PROCESS and (reason := try_level(found)):
        if found.has_private_root and namespaces_are_permitted():
            pytest.fail(f"this machine permits namespaces: {reason}")
        pytest.skip(f"{found.level} is not possible here: {reason}")
    return found


@pytest.fixture
def private_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As the embedded engine starts LocalStack: no other user may read its files."""
    folder = tmp_path / "private"
    folder.mkdir(mode=0o700)
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    monkeypatch.delenv("WAVETANK_FUNCTIONS", raising=False)
    previous = os.umask(PRIVATE_UMASK)
    yield
    os.umask(previous)


@pytest.fixture
def processes() -> list[FunctionProcess]:
    """The processes that `invoke` has started."""
    return []


@pytest.fixture
def invoke(
    isolation: Isolation, functions: Path, tmp_path: Path, processes: list[FunctionProcess]
) -> Iterator[Invoke]:
    """Runs a handler once in an environment that lives until the test ends."""
    opened: list[Environment] = []
    user = USER if isolation.has_users else UNKNOWN
    site = build_runtime_site(functions / "site")
    code, scratch, layer = (functions / f"{tmp_path.name}-{n}" for n in ("code", "scratch", "opt"))
    for folder in (code, scratch, layer, layer / "python", layer / "bin"):
        folder.mkdir()
        folder.chmod(0o755)
    (layer / "python/of_layer.py").write_text("NAME = 'of the layer'")
    (layer / "bin/tool").write_text("#!/bin/sh\necho of the layer")
    for path in (layer / "python/of_layer.py", layer / "bin/tool"):
        path.chmod(0o755)
    reserve_code(layer, user)
    reserve_scratch(scratch, user)
    own: dict[str, str] = {}

    def start(api: str) -> FunctionProcess:
        private = isolation.has_private_root
        place = ProcessPaths(
            task_root=Path("/var/task") if private else code,
            runtime_api=api,
            scratch=Path("/tmp") if private else scratch,  # noqa: S108 - of its own file system
            opt="/opt" if private else str(layer),
        )
        variables = function_variables({"_HANDLER": "function.handler"}, own, "python3.13", place)
        command = FunctionCommand(
            name=tmp_path.name,
            isolation=isolation,
            variables=variables,
            task_root=code,
            runtime_site=site,
            limits=Limits(memory_mb=256, tmp_mb=TMP_MB),
            scratch=(scratch,),
            user=user,
            layers=layer,
        )
        processes.append(FunctionProcess(command))
        return processes[-1]

    def run(source: str, event: object, variables: Mapping[str, str] = NO_VARIABLES) -> Any:
        own.clear()
        own.update(variables)
        (code / "function.py").write_text(source)
        for path in (code, *code.iterdir()):
            path.chmod(0o755)
        environment = Environment(SETTINGS, start, WallClock())
        opened.append(environment)
        payload = json.dumps(event).encode()
        done = environment.invoke(InvokeRequest("r", payload, "arn", "trace"))
        return json.loads(done.report.outcome.payload)

    yield run
    for environment in opened:
        environment.end()


SETTINGS = FunctionSettings(
    timeout_seconds=20,
    memory_mb=256,
    version="$LATEST",
    json_log=False,
    task_root="/task",
    runtime_site="/site",
)


def test_a_handler_that_looks_around_finds_what_its_level_permits(
    invoke: Invoke, isolation: Isolation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In namespaces nothing of the host; with no isolation the variables and files of this user."""
    monkeypatch.setenv("OF_THE_HOST", "secret")
    seen = invoke(ESCAPE, [str(Path(__file__)), "/etc/hostname"])
    if isolation.level is IsolationLevel.NAMESPACES:
        assert (seen["environments"], seen["roots"], seen["may_end"]) == ([], [], [])
        assert (seen["written"], seen["readable"]) == ([], [])
        assert (seen["task_root"], seen["user"]) == ("/var/task", "sbx_user1051")
    else:
        assert "/etc/hostname" in seen["readable"]
    assert seen["no_new_privileges"] == 1


def test_layers_are_found_at_every_level(invoke: Invoke) -> None:
    """Modules and programs; at /opt itself only where mounts are permitted."""
    source = (
        "import subprocess, of_layer\n"
        "def handler(event, context):\n"
        "  done = subprocess.run(['tool'], capture_output=True, text=True)\n"
        "  return [of_layer.NAME, done.stdout.strip()]\n"
    )
    assert invoke(source, None) == ["of the layer", "of the layer"]


def test_a_closed_process_receives_no_signals(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its descriptors may be another function's by then, whose process the words would confuse."""
    closed = list[FunctionProcess]()
    stock = FunctionProcess.close

    def close(process: FunctionProcess) -> None:
        stock(process)
        closed.append(process)

    monkeypatch.setattr(FunctionProcess, "close", close)
    invoke("import os\ndef handler(event, context): os._exit(1)", {})
    (process,) = closed
    pipes = [os.pipe() for _ in range(32)]  # one of them has the number of a descriptor of its
    process.freeze()
    process.thaw()
    for read_end, write_end in pipes:
        os.close(write_end)
        assert os.read(read_end, 1) == b""
        os.close(read_end)


def test_a_functions_variables_reach_nothing_that_is_not_confined(
    invoke: Invoke, tmp_path: Path
) -> None:
    """LD_PRELOAD and its like would run a function's code in whatever we start with them."""
    own = {"LD_PRELOAD": "./of_the_function.so", "LD_DEBUG": "nothing", "OWN": "\u00e4"}
    assert invoke(VARIABLES, sorted(own), own) == [own[name] for name in sorted(own)]
    family = [process for process in _own() if process.cmdline()[-1:] == [tmp_path.name]]
    ours = [process for process in family if process.cmdline()[1] == "-I"]
    assert ours
    for process in ours:
        assert process.environ() == FIXED_VARIABLES
        assert process.cwd() == "/"


def test_a_variable_that_no_process_can_have_ends_the_start_with_a_reason(invoke: Invoke) -> None:
    """LocalStack takes any name and any text; the environment then ends as on a crash."""
    assert invoke(VARIABLES, [], {"A=B": "c"})["errorType"] == "Runtime.ExitError"
    assert invoke(VARIABLES, [], {"A": "\0"})["errorType"] == "Runtime.ExitError"


@pytest.mark.skipif(not namespaces_are_permitted(), reason="no namespaces for this user")
@pytest.mark.usefixtures("private_defaults")
def test_functions_are_isolated_although_the_sandbox_is_private() -> None:
    """The function's user passes through no folder of the sandbox, and needs none of its modes."""
    assert try_level(Isolation(IsolationLevel.NAMESPACES)) is None


@pytest.mark.usefixtures("private_defaults")
def test_a_function_has_the_usual_umask(invoke: Invoke) -> None:
    """Its umask is the usual one, not that of the sandbox."""
    assert invoke("import os\ndef handler(event, context): return os.umask(0)", None) == 0o022


def test_detached_children_are_stopped_and_end_with_the_environment(
    invoke: Invoke, isolation: Isolation, tmp_path: Path
) -> None:
    """Busy grandchildren in sessions of their own, whose parents have ended, do not escape."""
    assert invoke(FORKS, {"children": 5, "busy": True}) is None
    family = [process for process in _own() if process.cmdline()[-1:] == [tmp_path.name]]
    mine = [process for process in family if process.cmdline()[1] == "-S"]
    assert len(mine) == 6
    wait_until_true(lambda: {p.status() for p in mine} == {"stopped"}, "all to be stopped")
    supervisor = next(process for process in family if process.cmdline()[1] == "-I")
    assert {process.pid for process in mine} <= set(descendants(supervisor.pid))
    os.kill(supervisor.pid, 9)
    if isolation.level is IsolationLevel.NAMESPACES:  # else they end with an orderly end only
        wait_until_true(lambda: not any(p.is_running() for p in mine), "all to end")
    for process in mine:
        if process.is_running():
            process.kill()


def test_a_child_forked_while_the_environment_is_stopped_continues_with_it(
    invoke: Invoke, processes: list[FunctionProcess]
) -> None:
    """A stop that reaches a process in the middle of fork() must not outlive the continue."""
    assert invoke(FORKS_WITHOUT_END, {}) is None
    (process,) = processes
    process.thaw()
    for _ in range(300):
        while process.read_output():
            pass
        wait_until_true(process.read_output, "the forking child to go on", pace_seconds=0.0)
        process.freeze()
        process.thaw()


def test_what_a_handler_writes_is_limited(invoke: Invoke, isolation: Isolation) -> None:
    """By a file system of the size of its ephemeral storage, or by an end of its environment."""
    found = invoke(FILLER, {"megabytes": 2 * TMP_MB})
    if isolation.level is IsolationLevel.NAMESPACES:
        assert found == "No space left on device"
    else:
        assert found["errorType"] == "Runtime.ExitError"


def test_the_strongest_level_that_works_is_used_and_the_others_say_why_not() -> None:
    """Levels are tried in order; the weakest needs no trial."""
    found = find_isolation(list(IsolationLevel), lambda tried: f"no {tried.level}")
    assert found.level is IsolationLevel.PROCESS
    assert found.refused == ("namespaces: no namespaces", "users: no users")
    second = find_isolation(
        list(IsolationLevel), lambda tried: "no" if tried.level == "namespaces" else None
    )
    assert second == Isolation(IsolationLevel.USERS, ("namespaces: no",))


def _own() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)
