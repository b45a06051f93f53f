"""The embedded engine's life: clean starts, clear failures, and never an orphan."""

import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.waiting import wait_until_true
from wavetank.core.clock import WallClock
from wavetank.core.errors import InfrastructureError, UsageError
from wavetank.core.settings import read_settings
from wavetank.engines import embedded
from wavetank.engines.embedded import SandboxFolder, any_free_port, choose_port, start_localstack
from wavetank.engines.localstack_child import LocalStackChild, LocalStackOptions
from wavetank.engines.readiness import init_state

OWNER = """
import sys
from pathlib import Path
from wavetank.core.clock import WallClock
from wavetank.engines.embedded import SandboxFolder, start_localstack
from wavetank.engines.localstack_child import LocalStackOptions
from wavetank.core.settings import read_settings

folder = SandboxFolder(Path(sys.argv[1]))
with folder.owned():
    options = LocalStackOptions(folder=folder.path / "localstack", path=read_settings().path)
    child = start_localstack(folder, options, WallClock())
    print(child.process_id(), flush=True)
    sys.stdin.read()
"""


def _options(folder: SandboxFolder) -> LocalStackOptions:
    return LocalStackOptions(folder=folder.path / "localstack", path=read_settings().path)


@dataclass
class Owner:
    """A process that owns a sandbox, and LocalStack's process in it."""

    process: subprocess.Popen[str]
    localstack: int


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Owner]:
    """A sandbox owned by another process, which the test may kill."""
    command = [sys.executable, "-c", OWNER, str(tmp_path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield Owner(process, int(process.stdout.readline()))
        process.kill()


def test_a_killed_owner_leaves_nothing_of_a_localstack_that_only_this_machine_reached(
    owner: Owner, tmp_path: Path
) -> None:
    """It and its functions listen on loopback; kill -9 of the owner ends all, and frees the folder.

    LocalStack runs code for every caller, so other hosts must not be able to reach it.
    """
    localstack = psutil.Process(owner.localstack)
    family = [localstack, *localstack.children(recursive=True)]
    sockets = [entry for process in family for entry in process.net_connections("inet")]
    listening = {entry.laddr.ip for entry in sockets if entry.status == psutil.CONN_LISTEN}
    assert listening == {"127.0.0.1"}
    owner.process.send_signal(signal.SIGKILL)
    owner.process.wait()
    wait_until_true(lambda: not any(found.is_running() for found in family), "LocalStack to end")
    assert not SandboxFolder(tmp_path).is_owned()


def test_an_init_script_that_fails_fails_the_start(tmp_path: Path) -> None:
    """LocalStack itself would only log it; we name the script, and leave nothing running."""
    folder = SandboxFolder(tmp_path)
    folder.path.mkdir(parents=True)
    options = _options(folder)
    child = LocalStackChild(options, any_free_port(), WallClock())
    scripts = options.folder / "root" / "etc" / "localstack" / "init" / "ready.d"
    scripts.mkdir(parents=True)
    (scripts / "10-broken.py").write_text("raise RuntimeError('broken on purpose')")
    with pytest.raises(InfrastructureError, match=r"10-broken\.py in state ERROR.*on purpose"):
        child.start()
    assert not psutil.pid_exists(child.process_id())


def test_a_chosen_port_is_none_of_outgoing_connections() -> None:
    """Another program's connection from that port would keep a killed sandbox from restarting."""
    given = Path("/proc/sys/net/ipv4/ip_local_port_range")
    first = int(given.read_text().split()[0]) if given.exists() else 49152
    assert all(any_free_port() < first for _ in range(20))


def test_a_localstack_that_ends_while_starting_is_reported(tmp_path: Path) -> None:
    """Its last words are in the message, with the file that has the rest."""
    folder = SandboxFolder(tmp_path)
    child = LocalStackChild(_options(folder), 99999, WallClock())
    with pytest.raises(InfrastructureError, match=r"it ended while starting.*localstack\.log"):
        child.start()


class _AlwaysReady(BaseHTTPRequestHandler):
    """Says what a LocalStack that is ready says."""

    def do_GET(self) -> None:
        body = b'{"completed": {"READY": true}, "scripts": []}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@dataclass(frozen=True)
class Stranger:
    """Another LocalStack, by what it says; it has its port, and listens on request."""

    port: int
    listen: Callable[[], None]


@pytest.fixture
def stranger() -> Iterator[Stranger]:
    """One that does not listen yet, at a port that no other program can have."""
    with (
        ThreadingHTTPServer(("127.0.0.1", 0), _AlwaysReady, bind_and_activate=False) as server,
        ExitStack() as listening,
    ):
        server.allow_reuse_address = False
        server.server_bind()

        def listen() -> None:
            server.server_activate()
            threading.Thread(target=server.serve_forever, daemon=True).start()
            listening.callback(server.shutdown)

        yield Stranger(server.server_port, listen)


def test_another_localstack_at_the_port_is_not_taken_for_ours(
    tmp_path: Path, stranger: Stranger
) -> None:
    """Only what our own child says counts, so that no command uses another user's sandbox."""
    stranger.listen()
    child = LocalStackChild(_options(SandboxFolder(tmp_path)), stranger.port, WallClock())
    with pytest.raises(InfrastructureError, match="another program listening there"):
        child.start()


def test_another_that_begins_to_listen_while_we_look_is_not_taken_for_ours(
    tmp_path: Path, stranger: Stranger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if it does so between two polls: first no answer, then ready."""
    connect, refused = socket.create_connection, list[object]()

    def and_then_listen(address: tuple[str, int], *given: Any, **named: Any) -> socket.socket:
        try:
            return connect(address, *given, **named)
        except ConnectionRefusedError:
            if not refused:
                stranger.listen()
            refused.append(address)
            raise

    monkeypatch.setattr(socket, "create_connection", and_then_listen)
    child = LocalStackChild(_options(SandboxFolder(tmp_path)), stranger.port, WallClock())
    with pytest.raises(InfrastructureError, match="another program listening there"):
        child.start()
    assert len(refused) == 1


def test_two_that_start_at_once_get_ports_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both find the same port free; the one that comes second to it starts again on another."""
    monkeypatch.setattr(embedded, "DEFAULT_PORT", any_free_port())
    folders = [SandboxFolder(tmp_path / name) for name in ("one", "other")]
    for folder in folders:
        folder.path.mkdir(parents=True)
    with ThreadPoolExecutor() as pool:
        children = list(
            pool.map(
                lambda folder: start_localstack(folder, _options(folder), WallClock()), folders
            )
        )
    endpoints = {child.endpoint for child in children}
    for child in children:
        child.stop()
    assert len(endpoints) == 2


def test_a_taken_port_is_refused_by_number() -> None:
    """Before anything is started."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port} to be free.*choose another --port"):
            choose_port(port)


class _NoLocalStack(BaseHTTPRequestHandler):
    """Answers JSON, as many programs do."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"[]")


def test_another_program_at_an_endpoint_is_no_localstack() -> None:
    """Its answer is not LocalStack's, and it is not asked for more."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _NoLocalStack) as stranger:
        threading.Thread(target=stranger.serve_forever, daemon=True).start()
        assert init_state(f"http://127.0.0.1:{stranger.server_port}") is None
        stranger.shutdown()


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_number_that_is_no_port_is_refused(port: int) -> None:
    """The message says what a port is."""
    with pytest.raises(UsageError, match="a port from 1 to 65535"):
        choose_port(port)


def test_too_little_disk_space_is_refused_with_both_sizes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LocalStack would fail half-way, and not say why."""
    folder = SandboxFolder(tmp_path)
    folder.path.mkdir(parents=True)
    monkeypatch.setattr(embedded, "DISK_BYTES_MIN", 2**60)
    with pytest.raises(InfrastructureError, match=r"MB free in .*make room"):
        start_localstack(folder, _options(folder), WallClock())
    assert list(folder.path.iterdir()) == []


def test_a_sandbox_that_is_still_starting_is_stopped_too(tmp_path: Path) -> None:
    """It holds the folder before it is ready; another process of the folder ends it."""
    waits = (
        "import pathlib, signal, sys; from wavetank.engines.embedded import SandboxFolder\n"
        "with SandboxFolder(pathlib.Path(sys.argv[1])).owned(): print(flush=True); signal.pause()"
    )
    command = [sys.executable, "-c", waits, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as starting:
        assert starting.stdout is not None
        starting.stdout.readline()
        folder = SandboxFolder(tmp_path)
        assert folder.running() is None
        assert folder.stop(WallClock()) is True
        assert starting.wait() == -signal.SIGTERM
