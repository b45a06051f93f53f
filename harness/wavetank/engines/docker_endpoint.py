"""Finds the Docker engine that the user's `docker` command uses, or one that it does not find.

In the order of Docker's command: `DOCKER_HOST`, `DOCKER_CONTEXT`, the context of `docker context
use`, the default socket. Colima, Docker Desktop, rootless Docker and Rancher Desktop each set a
context. If nothing listens on the default socket, the usual sockets of these engines and of Podman
are tried. [Docker documentation: docker context, Docker CLI environment variables]
"""

import hashlib
import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wavetank.core.errors import InfrastructureError
from wavetank.core.settings import DockerVariables

DEFAULT_CONTEXT = "default"
DEFAULT_SOCKET = Path("/var/run/docker.sock")
IN_HOME = (
    ".docker/run/docker.sock",  # Docker Desktop
    ".docker/desktop/docker.sock",  # Docker Desktop for Linux
    ".colima/default/docker.sock",
    ".colima/docker.sock",
    ".rd/docker.sock",  # Rancher Desktop
    ".orbstack/run/docker.sock",
)
IN_RUNTIME_FOLDER = ("docker.sock", "podman/podman.sock")
"""Of rootless Docker and of rootless Podman, in the user's XDG_RUNTIME_DIR."""
OF_PODMAN = Path("/run/podman/podman.sock")
CONNECT_SECONDS_MAX = 1.0


@dataclass(frozen=True)
class TlsFiles:
    """Client certificates for a Docker engine; `verify`: the engine's certificate is checked."""

    folder: Path
    verify: bool


@dataclass(frozen=True, kw_only=True)
class DockerEndpoint:
    """The address of a Docker engine, and where that address comes from.

    `is_docker_host`: the environment says so, with the variables for TLS. `is_found`: the `docker`
    command would not find it, and must be told.
    """

    host: str
    source: str
    tls: TlsFiles | None = None
    is_docker_host: bool = False
    is_found: bool = False

    def variables(self) -> dict[str, str]:
        """What the `docker` command must be told."""
        return {"DOCKER_HOST": self.host} if self.is_found else {}


def _listens(path: Path) -> bool:
    """Whether an engine listens, and admits this user; a socket outlives its engine."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(CONNECT_SECONDS_MAX)
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


def docker_endpoint(
    variables: DockerVariables, listens: Callable[[Path], bool] = _listens
) -> DockerEndpoint:
    """The engine's endpoint; the default socket if no engine is found.

    `listens` tells whether an engine that admits this user listens on a socket.

    Raises:
        InfrastructureError: the chosen context does not exist, or cannot be read.
    """
    if variables.host:
        return DockerEndpoint(host=variables.host, source="DOCKER_HOST", is_docker_host=True)
    name = variables.context or _current_context(variables.config_folder)
    if name != DEFAULT_CONTEXT:
        return _endpoint_of_context(name, variables.config_folder)
    if not listens(DEFAULT_SOCKET):
        for path in _other_sockets(variables):
            if listens(path):
                return DockerEndpoint(host=f"unix://{path}", source="its socket", is_found=True)
    return DockerEndpoint(host=f"unix://{DEFAULT_SOCKET}", source="the default socket")


def _current_context(config_folder: Path) -> str:
    """The context of `docker context use`."""
    path = config_folder / "config.json"
    if not path.exists():
        return DEFAULT_CONTEXT
    return str(_read_json(path).get("currentContext") or DEFAULT_CONTEXT)


def _endpoint_of_context(name: str, config_folder: Path) -> DockerEndpoint:
    identity = hashlib.sha256(name.encode()).hexdigest()
    path = config_folder / "contexts" / "meta" / identity / "meta.json"
    if not path.exists():
        raise InfrastructureError(
            f'the Docker context "{name}"', "none", "choose one with: docker context use NAME"
        )
    try:
        endpoint = _read_json(path)["Endpoints"]["docker"]
        host = str(endpoint["Host"])
    except (KeyError, TypeError) as error:
        raise _unreadable(path, f"no docker endpoint ({error!r})") from error
    folder = config_folder / "contexts" / "tls" / identity / "docker"
    verify = not endpoint.get("SkipTLSVerify", False)
    return DockerEndpoint(
        host=host,
        source=f'the context "{name}"',
        tls=TlsFiles(folder, verify) if folder.is_dir() else None,
    )


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _unreadable(path, str(error)) from error
    if not isinstance(content, dict):
        raise _unreadable(path, "no JSON object")
    return content


def _unreadable(path: Path, found: str) -> InfrastructureError:
    return InfrastructureError(f"Docker's file {path}", found, "correct it, or set DOCKER_HOST")


def _other_sockets(variables: DockerVariables) -> Iterator[Path]:
    if variables.runtime_folder is not None:
        yield from (variables.runtime_folder / name for name in IN_RUNTIME_FOLDER)
    yield from (variables.home / name for name in IN_HOME)
    yield OF_PODMAN
