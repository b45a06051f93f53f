"""Peers: installed once, started alone, driven by the same loop, gone at the end."""

import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import psutil
import pytest

from benchmarks.loop_process import LOOP, HandlerSetup, looping
from benchmarks.peer_pipeline import DELIVERY_SECONDS_MAX, delivered, prepare_pipeline
from benchmarks.peer_servers import TOOLS, Server, localstack_peer, server_peer
from benchmarks.peers import WARM_UP, PeerCost, PeerUnavailable, measure_peers
from tests.waiting import wait_until_true
from wavetank.aws.clients import sandbox_clients
from wavetank.core.clock import WallClock
from wavetank.core.errors import InfrastructureError
from wavetank.core.installation import clone_folder
from wavetank.core.naming import derive_names
from wavetank.core.settings import read_settings
from wavetank.core.uv_program import find_uv
from wavetank.reporting.analysis.tool_environment import ToolEnvironment
from wavetank.ticker.contract import RECORDS_PER_TICK

TICKS = 5
ENDLESS = 10_000
METADATA = "Metadata-Version: 2.1\nName: tiny-peer\nVersion: 1.2.3\n"
WHEEL = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
SERVER = """
import http.server, json, os, sys

class Environment(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps(dict(os.environ)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

if sys.argv[1] == "broken":
    sys.exit("broken on purpose")
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Environment).serve_forever()
"""
OWNER = """
import sys
from pathlib import Path
from benchmarks.peer_pipeline import DELIVERY_SECONDS_MAX, delivered, prepare_pipeline
from benchmarks.peer_servers import localstack_peer
from benchmarks.peers import measure_peers
from wavetank.core.clock import WallClock
from wavetank.core.settings import read_settings

settings, clock = read_settings(), WallClock()
say = lambda step: print(step, flush=True)
peers = [localstack_peer(settings.path, clock)]
measure_peers(peers, settings, Path(sys.argv[1]), int(sys.argv[2]), clock, say)
"""


def _tiny_wheel(folder: Path) -> Path:
    """A package that is a server, and needs no index to be installed from."""
    file = folder / "tiny_peer-1.2.3-py3-none-any.whl"
    information = "tiny_peer-1.2.3.dist-info"
    contents = {
        "tiny_peer.py": SERVER,
        f"{information}/METADATA": METADATA,
        f"{information}/WHEEL": WHEEL,
        f"{information}/RECORD": "",
    }
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return file


def _no_uv() -> Path:
    raise AssertionError("asked for uv again")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> ToolEnvironment:
    """One with the tiny peer in it, made by the real uv.

    The real peers take a minute of CI and the network; `bench --peers` itself is what tries them.
    """
    folder = tmp_path_factory.mktemp("peers")
    requirements = folder / "peers.txt"
    requirements.write_text(f"tiny-peer @ {_tiny_wheel(folder).as_uri()}\n")
    environment = ToolEnvironment(folder / "state", requirements, TOOLS)
    environment.require(partial(find_uv, read_settings().path, clone_folder()))
    return environment


def _tiny_server(*arguments: str) -> Server:
    return Server(
        name="tiny",
        distribution="tiny-peer",
        arguments=("-m", "tiny_peer", *arguments),
        variables={"TINY_PORT": "{port}"},
        health="/",
    )


def test_the_environment_is_made_once(environment: ToolEnvironment) -> None:
    """The second time nothing is installed, and uv is not even looked for."""
    told: list[str] = []
    environment.require(_no_uv, lambda: told.append("installing"))
    assert (told, environment.version("tiny-peer")) == ([], "1.2.3")


def test_other_requirements_make_it_anew(tmp_path: Path) -> None:
    """The environment of other versions is replaced, and the user is notified of the wait."""
    requirements = tmp_path / "peers.txt"
    environment = ToolEnvironment(tmp_path / "state", requirements, TOOLS)
    told: list[str] = []
    for text in (f"tiny-peer @ {_tiny_wheel(tmp_path).as_uri()}\n", ""):
        requirements.write_text(text)
        environment.require(
            partial(find_uv, read_settings().path, clone_folder()),
            lambda: told.append("installing"),
        )
    assert told == ["installing"] * 2
    with pytest.raises(InfrastructureError, match="expected tiny-peer in"):
        environment.version("tiny-peer")


def test_without_network_one_line_is_reported_and_nothing_is_left_half_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next start tries again, and succeeds once it can."""
    monkeypatch.setenv("UV_OFFLINE", "1")
    requirements = tmp_path / "peers.txt"
    requirements.write_text("wavetank-no-such-peer==1.0\n")
    environment = ToolEnvironment(tmp_path / "state", requirements, TOOLS)
    for _ in range(2):
        with pytest.raises(InfrastructureError, match="check the network and run this again"):
            environment.require(partial(find_uv, read_settings().path, clone_folder()))
    requirements.write_text(f"tiny-peer @ {_tiny_wheel(tmp_path).as_uri()}\n")
    environment.require(partial(find_uv, read_settings().path, clone_folder()))
    assert environment.version("tiny-peer") == "1.2.3"


def test_a_server_gets_a_port_and_nothing_of_the_host(
    environment: ToolEnvironment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No credentials or home of the host's; its own folder is its home and its temporary folder."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "host")
    peer = server_peer(_tiny_server("{port}"), environment, read_settings().path, WallClock())
    with peer.running(tmp_path) as running:
        process = psutil.Process(running.process_id)
        variables = process.environ()
        assert running.version == "1.2.3"
        assert running.endpoint == f"http://127.0.0.1:{variables['TINY_PORT']}"
    assert not process.is_running()
    assert (variables["HOME"], variables["TMPDIR"]) == (str(tmp_path), str(tmp_path))
    assert not [name for name in variables if name.startswith("AWS_")]


def test_the_same_tick_on_a_peer_and_on_one_that_does_not_come_up(
    environment: ToolEnvironment, tmp_path: Path
) -> None:
    """Twenty records a tick, all in the bucket; the broken peer is reported with its error."""
    settings, clock = read_settings(), WallClock()
    peers = [
        localstack_peer(settings.path, clock),
        server_peer(_tiny_server("broken"), environment, settings.path, clock),
    ]
    cost, broken = measure_peers(peers, settings, tmp_path, TICKS, clock)
    assert isinstance(cost, PeerCost)
    assert (cost.name, cost.version) == ("LocalStack", "4.14.0")
    assert cost.records == cost.accepted == (WARM_UP + TICKS) * RECORDS_PER_TICK
    assert cost.objects == WARM_UP + TICKS
    assert min(cost.tick_ms, cost.start_seconds, cost.resident_mb) > 0
    assert isinstance(broken, PeerUnavailable)
    assert "ended while starting (broken on purpose)" in broken.reason


class _HurriedClock(WallClock):
    """One on which waiting takes no time."""

    def __init__(self) -> None:
        self._slept = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self._slept

    def sleep(self, seconds: float) -> None:
        self._slept += seconds


def test_records_that_never_come_are_not_counted(tmp_path: Path) -> None:
    """They are waited for as long as a stream may buffer them, and then known to be lost."""
    names, clock = derive_names("Dora", "Explorer"), _HurriedClock()
    with localstack_peer(read_settings().path, WallClock()).running(tmp_path) as running:
        aws = sandbox_clients(running.endpoint)
        prepare_pipeline(aws, names, WallClock())
        data = b'{"ticker":"Index_1","timestamp":"2026-11-24T10:00:00Z","price":1}\n'
        aws.firehose.put_record_batch(
            DeliveryStreamName=names.delivery_stream, Records=[{"Data": data}, {"Data": data}]
        )
        begun = clock.monotonic()
        assert delivered(aws, names, 3, clock) == (2, 1)
        assert clock.monotonic() - begun > DELIVERY_SECONDS_MAX


def test_a_peer_that_refuses_a_call_is_reported(
    environment: ToolEnvironment, tmp_path: Path
) -> None:
    """The tiny server answers, but is no emulator."""
    settings, clock = read_settings(), WallClock()
    peers = [server_peer(_tiny_server("{port}"), environment, settings.path, clock)]
    (found,) = measure_peers(peers, settings, tmp_path, TICKS, clock)
    assert isinstance(found, PeerUnavailable)
    assert found.name == "tiny"


@pytest.fixture
def handler(tmp_path: Path) -> HandlerSetup:
    """A handler that returns what it sees, and fails on request."""
    script = """
import os
def handle(event, context):
    print("not an answer")
    if event["fail"]:
        raise ValueError("on purpose")
    seen = {name: os.environ.get(name) for name in ("HOME", "AWS_PROFILE", "MINE")}
    assert seen == {"HOME": os.getcwd(), "AWS_PROFILE": None, "MINE": "yes"}, seen
    return {"records": event["records"]}
"""
    (tmp_path / "shown.py").write_text(script)
    return HandlerSetup(folder=tmp_path, handler="shown.handle", variables={"MINE": "yes"})


def test_the_loop_answers_for_each_event(
    handler: HandlerSetup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In order, over several turns, whatever the handler prints, and unseen by the host."""
    monkeypatch.setenv("AWS_PROFILE", "host")
    with looping(handler, "http://127.0.0.1:1", read_settings().path, tmp_path) as loop:
        turns = [
            loop.run([{"fail": False, "records": number} for number in numbers])
            for numbers in ([1, 2], [3])
        ]
    assert [[tick.records for tick in turn] for turn in turns] == [[1, 2], [3]]
    assert all(tick.milliseconds > 0 for turn in turns for tick in turn)


def test_a_handler_that_raises_is_quoted(handler: HandlerSetup, tmp_path: Path) -> None:
    """And every later call raises the same error again."""
    with looping(handler, "http://127.0.0.1:1", read_settings().path, tmp_path) as loop:
        for _ in range(2):
            with pytest.raises(InfrastructureError, match="ValueError: on purpose"):
                loop.run([{"fail": True}])


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A comparison that would go on for minutes, in a process of its own, at its first ticks."""
    command = [sys.executable, "-c", OWNER, str(tmp_path), str(ENDLESS)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("ticking, turn 5 "):
                break
        yield process
        with suppress(ProcessLookupError):
            process.kill()


def _is_loop(process: psutil.Process) -> bool:
    with suppress(psutil.Error):  # it has ended
        return str(LOOP) in process.cmdline()
    return False


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_nothing_outlives_its_owner(owner: subprocess.Popen[str], how: signal.Signals) -> None:
    """Ctrl-C, or a kill that leaves no time to clean up: servers and loops end all the same."""
    family = psutil.Process(owner.pid).children(recursive=True)
    assert any(_is_loop(member) for member in family)
    owner.send_signal(how)
    assert owner.wait(300) != 0
    wait_until_true(lambda: not any(member.is_running() for member in family), "all to end")
