"""Of all containers that Docker knows, only those of this clone are the sandbox."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docker
import pytest

from wavetank.cli.sandbox import down
from wavetank.core.errors import UsageError
from wavetank.core.settings import read_settings
from wavetank.engines import docker as docker_engine
from wavetank.engines.docker import ComposeSandbox
from wavetank.engines.embedded import SandboxFolder
from wavetank.engines.sandbox_record import Engine, SandboxRecord
from wavetank.live.running_sandbox import sandbox_record


@dataclass
class Containers:
    """Docker's list, with the folder of each container; remembers what it was asked for."""

    folders: list[str]
    asked: list[dict[str, Any]] = field(default_factory=list)

    @property
    def containers(self) -> "Containers":
        return self

    def list(self, **wanted: Any) -> Any:
        self.asked.append(wanted)
        return [_Container({docker_engine.WORKING_DIRECTORY: folder}) for folder in self.folders]

    def ping(self) -> bool:
        return True


@dataclass
class _Container:
    labels: dict[str, str]
    ports: dict[str, list[dict[str, str]]] = field(
        default_factory=lambda: {"4566/tcp": [{"HostPort": "4567"}]}
    )
    attrs: dict[str, Any] = field(
        default_factory=lambda: {"Config": {"Env": ["LAMBDA_RETRY_BASE_DELAY=1"]}}
    )


def _docker(monkeypatch: pytest.MonkeyPatch, *folders: Path | str) -> Containers:
    found = Containers([str(folder) for folder in folders])
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
