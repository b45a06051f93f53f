"""Of all containers that Docker knows, only those of this clone are the sandbox."""

import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docker
import pytest

from wavetank.cli.sandbox import down
from wavetank.core.errors import InfrastructureError, UsageError
from wavetank.core.settings import read_settings
from wavetank.engines import docker as docker_engine
from wavetank.engines.docker import ComposeSandbox
from wavetank.engines.docker_endpoint import DockerEndpoint
from wavetank.engines.embedded import SandboxFolder
from wavetank.engines.sandbox_record import Engine, SandboxRecord
from wavetank.live.sandbox_records import sandbox_record


@dataclass
class Containers:
    """Docker's list, with the folder of each container; remembers what it was asked for."""

    folders: list[str]
    status: str = "running"
    asked: list[dict[str, Any]] = field(default_factory=list)

    @property
    def containers(self) -> "Containers":
        return self

    def list(self, **wanted: Any) -> Any:
        self.asked.append(wanted)
        if self.status != "running" and not wanted.get("all"):
            return []
        return [
            _Container({docker_engine.WORKING_DIRECTORY: folder}, self.status)
            for folder in self.folders
        ]

    def ping(self) -> bool:
        return True


@dataclass
class _Container:
    labels: dict[str, str]
    status: str = "running"
    ports: dict[str, list[dict[str, str]]] = field(
        default_factory=lambda: {"4566/tcp": [{"HostPort": "4567"}]}
    )
    attrs: dict[str, Any] = field(
        default_factory=lambda: {"Config": {"Env": ["LAMBDA_RETRY_BASE_DELAY=1"]}}
    )


def _docker(monkeypatch: pytest.MonkeyPatch, *folders: Path | str) -> Containers:
    found = Containers([str(folder) for folder in folders])
    monkeypatch.setenv("DOCKER_HOST", "unix:///an-engine.sock")
    monkeypatch.setattr(docker, "from_env", lambda **_: found)
    return found


def test_the_container_of_another_clone_is_not_ours(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Two folders of one name have one project name by Compose's rule; `down` stops one."""
    _docker(monkeypatch, tmp_path / "other" / "wavetank")
    sandbox = ComposeSandbox(tmp_path / "mine" / "wavetank", "wavetank")
    assert sandbox.container() is None
    assert sandbox.record() is None
    assert sandbox.down() is False


def test_ours_is_found_among_others_and_by_a_linked_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Compose writes down the folder as the shell has it, which may lead over a link."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "mine")
    _docker(monkeypatch, tmp_path / "other", tmp_path / "link")
    record = ComposeSandbox(tmp_path / "mine", "wavetank").record()
    assert record is not None
    assert record.endpoint == "http://127.0.0.1:4567"


def test_up_and_fresh_refuse_a_name_that_another_clone_uses(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Compose would take the other's container, and its volume, for ours."""
    _docker(monkeypatch, tmp_path / "other")
    sandbox = ComposeSandbox(tmp_path / "mine", "wavetank")
    for start in (lambda: sandbox.up({}), sandbox.delete):
        with pytest.raises(UsageError, match=r"found one of .*other; set COMPOSE_PROJECT_NAME"):
            start()


def test_an_embedded_sandbox_is_found_and_stopped_without_docker(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Compose is not asked while the embedded sandbox runs; it is once that has stopped."""
    monkeypatch.setenv("WAVETANK_STATE", str(tmp_path))
    monkeypatch.setenv("COMPOSE_PROJECT_NAME", "none")
    asked = _docker(monkeypatch).asked
    folder = SandboxFolder(tmp_path)
    record = SandboxRecord(engine=Engine.EMBEDDED, endpoint="http://127.0.0.1:1", log="x")
    with folder.owned():
        folder.write(record)
        assert sandbox_record() == record
        monkeypatch.setattr(SandboxFolder, "stop", lambda *_: True)
        down(as_json=True)
        assert asked == []
    assert sandbox_record() is None
    assert len(asked) == 1


def test_an_invalid_name_stops_only_what_asks_compose(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Settings are read by every command, `run` included."""
    monkeypatch.setenv("WAVETANK_STATE", str(tmp_path))
    monkeypatch.setenv("COMPOSE_PROJECT_NAME", "No Name")
    assert read_settings().compose_project == "No Name"
    with pytest.raises(UsageError, match="'No Name'"):
        sandbox_record()


class _Compose:
    """In place of the `docker` command: what it was called with, and its exit codes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *codes: int) -> None:
        self.calls: list[list[str]] = []
        self._codes = list(codes)
        monkeypatch.setattr(subprocess, "run", self._run)

    def _run(self, command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        self.calls.append(command)
        code = self._codes.pop(0) if self._codes else 0
        reason = "Bind for 127.0.0.1:4566 failed: port is already allocated"
        return subprocess.CompletedProcess(command, code, "", reason if code else "")

    def ports(self) -> list[str]:
        """The ports of all calls that had one."""
        return [
            argument.removeprefix("WAVETANK_PORT=")
            for call in self.calls
            for argument in call
            if argument.startswith("WAVETANK_PORT=")
        ]


TAKEN, FREE = 4566, 45660


def _choose_port(wanted: int | None) -> int:
    """As the embedded engine's, where another program listens on one port."""
    if wanted == TAKEN:
        raise UsageError(f"port {TAKEN} to be free", "another program", "choose another --port")
    return wanted or FREE


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ComposeSandbox:
    """A sandbox that does not run, without a port of the user's."""
    _docker(monkeypatch)
    monkeypatch.delenv("WAVETANK_PORT", raising=False)
    monkeypatch.setattr(docker_engine, "choose_port", _choose_port)
    return ComposeSandbox(tmp_path, "wavetank")


def test_without_a_wanted_port_the_engines_choose_alike(
    monkeypatch: pytest.MonkeyPatch, stopped: ComposeSandbox
) -> None:
    """4566 if it is free, else any free port; Compose gets it as a variable."""
    compose = _Compose(monkeypatch)
    with pytest.raises(InfrastructureError):  # the stand-in starts no container
        stopped.up({})
    assert compose.ports() == [str(FREE)]


@pytest.mark.parametrize("place", ["option", "environment", "file"])
def test_a_wanted_port_that_is_taken_is_one_line_and_no_container(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    stopped: ComposeSandbox,
    place: str,
) -> None:
    """Wherever it is wanted; Compose is not called."""
    given = {}
    match place:
        case "option":
            given = {"WAVETANK_PORT": str(TAKEN)}
        case "environment":
            monkeypatch.setenv("WAVETANK_PORT", str(TAKEN))
        case _:
            (tmp_path / ".env").write_text(f"WAVETANK_PORT={TAKEN}\n")
    compose = _Compose(monkeypatch)
    with pytest.raises(UsageError, match=f"port {TAKEN} to be free; found another program"):
        stopped.up(given)
    assert compose.calls == []


def test_a_running_sandbox_keeps_its_port(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """On another one Compose would make the container anew."""
    _docker(monkeypatch, tmp_path)
    monkeypatch.delenv("WAVETANK_PORT", raising=False)
    compose = _Compose(monkeypatch)
    assert ComposeSandbox(tmp_path, "wavetank").up({}).endpoint == "http://127.0.0.1:4567"
    assert compose.ports() == ["4567"]


def test_a_port_that_is_taken_meanwhile_leaves_no_container(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Docker has created it by then, and could not start it."""
    _docker(monkeypatch, tmp_path).status = "created"
    monkeypatch.setattr(docker_engine, "choose_port", lambda _: FREE)
    compose = _Compose(monkeypatch, 1)
    with pytest.raises(InfrastructureError, match="port is already allocated"):
        ComposeSandbox(tmp_path, "wavetank").up({})
    assert compose.calls[-1][-1] == "down"


def test_an_engine_found_by_its_socket_is_passed_to_compose(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The commands and `docker compose` act on the same engine."""
    found = DockerEndpoint(host="unix:///run/podman.sock", source="its socket", is_found=True)
    monkeypatch.setattr(docker_engine, "docker_endpoint", lambda _: found)
    compose = _Compose(monkeypatch)
    assert ComposeSandbox(tmp_path, "wavetank").log_lines() == []
    assert compose.calls[0][:2] == ["env", "DOCKER_HOST=unix:///run/podman.sock"]
