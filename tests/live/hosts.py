"""What a live LocalStack runs on: a child process, or a container of the project's image."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import docker
import pytest
from docker.errors import DockerException
from testcontainers.community.localstack import LocalStackContainer
from testcontainers.core.config import testcontainers_config

from wavetank.core.clock import WallClock
from wavetank.core.settings import REGION, read_settings
from wavetank.engines.embedded import SandboxFolder, start_localstack
from wavetank.engines.localstack_child import LocalStackOptions

CONTAINER_PYTHON = "/opt/code/localstack/.venv/bin/python"
PROJECT = Path(__file__).parents[2]
RETRY_BASE_DELAY_SECONDS = 1
AWS_HOSTS = ".amazonaws.com"
"""Where requests are addressed to that `tests.pretended_aws` carries here."""


class Host(Protocol):
    """Where a test can look behind the API."""

    @property
    def endpoint(self) -> str:
        """LocalStack's address."""
        ...

    def process_states(self, function: str) -> list[str]:
        """The kernel's letter, such as T for stopped, of each process that the function has."""
        ...

    def names_in(self, folder: str) -> list[str]:
        """What the folder holds, as LocalStack sees it."""
        ...

    def log(self) -> str:
        """What LocalStack has logged."""
        ...


STATES = """
import pathlib, sys
for folder in pathlib.Path("/proc").glob("[0-9]*"):
    try:
        arguments = (folder / "cmdline").read_bytes().split(b"\\0")[:-1]
        stat = (folder / "stat").read_text()
    except OSError:
        continue
    if arguments[1:2] == [b"-S"] and arguments[-1] == sys.argv[1].encode():
        print(stat.rpartition(")")[2].split()[0])
"""
"""Prints the state of each process that has the command line of the function's; its process
identifiers are of its own namespace. What is forked has its parent's command line."""


@dataclass(frozen=True)
class ChildHost:
    """LocalStack as a child process."""

    endpoint: str
    log_file: Path

    def process_states(self, function: str) -> list[str]:
        command = [sys.executable, "-c", STATES, function]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()

    def names_in(self, folder: str) -> list[str]:
        return [path.name for path in Path(folder).iterdir()]

    def log(self) -> str:
        return self.log_file.read_text()


@dataclass(frozen=True)
class ContainerHost:
    """LocalStack in a container."""

    endpoint: str
    container: LocalStackContainer

    def process_states(self, function: str) -> list[str]:
        return self._run(CONTAINER_PYTHON, "-c", STATES, function)[1].split()

    def names_in(self, folder: str) -> list[str]:
        return self._run("ls", folder)[1].split()

    def log(self) -> str:
        return "".join(part.decode() for part in self.container.get_logs())

    def _run(self, *command: str) -> tuple[int, str]:
        code, output = self.container.exec(list(command))
        return int(code or 0), b"".join([output] if isinstance(output, bytes) else output).decode()


@contextmanager
def child_host(state: Path) -> Iterator[Host]:
    """LocalStack with our plug-ins as a child, Lambda's retries a second apart."""
    folder = SandboxFolder(state)
    with folder.owned():
        options = LocalStackOptions(
            folder=folder.path / "localstack",
            path=read_settings().path,
            retry_base_delay_seconds=RETRY_BASE_DELAY_SECONDS,
            allowed_hosts=AWS_HOSTS,
        )
        child = start_localstack(folder, options, WallClock())
        yield ChildHost(child.endpoint, child.log_file)
        child.stop()


@contextmanager
def container_host() -> Iterator[Host]:
    """The image of docker-compose.yml with its environment; what is in it, the tests deploy."""
    testcontainers_config.ryuk_disabled = True  # it is an image of its own; `with` cleans up here
    service = compose_service()
    container = LocalStackContainer(image=service["image"], region_name=REGION)
    container.ports["4566/tcp"] = ("127.0.0.1",)  # type: ignore[assignment]  # any port of loopback
    environment = service["environment"] | {
        "LAMBDA_RETRY_BASE_DELAY": str(RETRY_BASE_DELAY_SECONDS),
        "WAVETANK_ALLOWED_HOSTS": AWS_HOSTS,
        "WAVETANK_SNAPSHOT": "",
    }
    for name, value in environment.items():
        container.with_env(name, value)
    start_scripts = "/etc/localstack/init/start.d"
    container.with_volume_mapping(PROJECT / "init" / "start.d", start_scripts, "ro")
    container.with_kwargs(cap_drop=service["cap_drop"], cap_add=service["cap_add"])
    with container:
        endpoint = f"http://127.0.0.1:{container.get_exposed_port(4566)}"
        yield ContainerHost(endpoint, container)


def compose_service() -> dict[str, Any]:
    """The service of docker-compose.yml with its defaults filled in; its image is built.

    The image has the name that Compose gives it, since the file leaves it to Compose.
    """
    _compose("build", "--quiet")
    configuration = json.loads(_compose("config", "--format", "json"))
    image = f"{configuration['name']}-localstack"
    return {"image": image, **configuration["services"]["localstack"]}


def require_docker(*, demanded: bool) -> None:
    """Skips the test where there is no Docker with Compose; fails it where that is demanded."""
    missing = _what_is_missing()
    if missing and demanded:
        pytest.fail(f"WAVETANK_REQUIRE_DOCKER is set, and {missing}")
    if missing:
        pytest.skip(missing)


def _what_is_missing() -> str | None:
    try:
        docker.from_env().ping()
    except DockerException as error:
        return f"no Docker engine answers: {error}"
    if shutil.which("docker") is None:
        return "there is no docker command"
    version = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)  # noqa: S607 - the user's own
    return None if version.returncode == 0 else "docker has no compose command"


def _compose(*arguments: str) -> str:
    done = subprocess.run(
        ["docker", "compose", *arguments],  # noqa: S607 - the user's own
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
