"""Engine `docker`: the sandbox of docker-compose.yml, as a Compose project.

Compose starts and stops it, so it is the same sandbox as with `docker compose up`; its state is
read from Docker's API. It does not depend on the process that started it, and runs until it is
stopped.
"""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wavetank.core.errors import InfrastructureError, UsageError
from wavetank.core.settings import docker_variables, read_settings
from wavetank.engines.compose_project import assigned_in_env_file
from wavetank.engines.docker_endpoint import DockerEndpoint, TlsFiles, docker_endpoint
from wavetank.engines.embedded import choose_port
from wavetank.engines.sandbox_record import Engine, SandboxRecord

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.containers import Container

SERVICE = "localstack"
PORT = "4566/tcp"
PORT_VARIABLE = "WAVETANK_PORT"
ERASE_LINE = "\x1b[2K"
"""Compose begins lines of the log with it, `--ansi never` or not. [Compose 2.26]"""
WORKING_DIRECTORY = "com.docker.compose.project.working_dir"
"""Compose's label with the folder of the project's first file."""
ANSWER_SECONDS_MAX = 10
"""The time-out of Docker's API: an unreachable engine must not delay a command."""
LOG_LINES_SHOWN = 5
READY_SECONDS_MAX = 900
"""The longest wait; the health check ends it sooner if the container makes no progress."""


class ComposeSandbox:
    """The sandbox that Docker Compose runs for one clone, found by project name and folder.

    The folder is compared too, because Compose gives projects in folders of the same name the same
    name.
    """

    def __init__(self, clone: Path | None, project_name: str) -> None:
        """A clone has the Compose file and the image's; an installed wheel has no clone."""
        self._folder = clone
        self._name = project_name

    def up(self, variables: Mapping[str, str]) -> SandboxRecord:
        """Build the image if necessary, and return when the pipeline has made its first tick.

        `variables` are those of `.env.example`; they override `.env`.

        Raises:
            UsageError: a project of the same name runs from another folder, or the port is taken.
            InfrastructureError: Docker is missing, or the sandbox did not start.
        """
        with _docker() as client:
            client.ping()
        self._require_own_project()
        port = self._port(variables.get(PORT_VARIABLE))
        wait = ("--wait", "--wait-timeout", str(READY_SECONDS_MAX))
        given = {**variables, PORT_VARIABLE: port}
        done = self._compose(given, "up", "--build", "--detach", *wait)
        record = self.record()
        if done.returncode != 0 or record is None:
            reason = self._reason(done)
            self._remove_unstarted()
            raise InfrastructureError(
                "the sandbox in Docker to come up", reason, f"see: {self._log_command()}"
            )
        return record

    def _port(self, wanted: str | None) -> str:
        """The wanted port, or else that of the running container, or 4566, or any free one.

        Raises:
            UsageError: the wanted port is in use by another program, or invalid.
        """
        own = self.record()
        running = own.endpoint.rpartition(":")[2] if own else None
        wanted = wanted or _given_port(self._folder)
        if running is not None and wanted in {None, running}:
            return running
        if wanted is not None and not wanted.isdecimal():
            raise UsageError("a port", repr(wanted), f"correct {PORT_VARIABLE}")
        return str(choose_port(int(wanted) if wanted else None))

    def _remove_unstarted(self) -> None:
        """Remove the container if it was created and not started, as when the port is taken."""
        found = [each for each in self._containers(stopped=True) if self._is_own(each)]
        if any(container.status == "created" for container in found):
            self._compose({}, "down")

    def down(self) -> bool:
        """Stop it; its volume is kept. Returns False if it was not running.

        Raises:
            InfrastructureError: Compose could not stop it.
        """
        if self.container() is None:
            return False
        done = self._compose({}, "down", "--timeout", "30")
        if done.returncode != 0:
            raise InfrastructureError(
                "Compose to stop it", _last_lines(done.stderr), "stop it by hand"
            )
        return True

    def delete(self) -> None:
        """Stop it and delete its volume: the next one starts empty.

        Raises:
            UsageError: a project of the same name runs from another folder.
        """
        self._require_own_project()
        self._compose({}, "down", "--timeout", "30", "--volumes")

    def record(self) -> SandboxRecord | None:
        """The record of the running sandbox; None if it is not running."""
        container = self.container()
        published = container.ports.get(PORT) if container else None
        if container is None or not published:
            return None
        variables = dict(entry.split("=", 1) for entry in container.attrs["Config"]["Env"])
        return SandboxRecord(
            engine=Engine.DOCKER,
            endpoint=f"http://127.0.0.1:{published[0]['HostPort']}",
            log=self._log_command(),
            retry_base_delay_seconds=int(variables["LAMBDA_RETRY_BASE_DELAY"]),
        )

    def container(self) -> "Container | None":
        """The clone's running container; None without one, or without Docker."""
        found = self._containers()
        return next((container for container in found if self._is_own(container)), None)

    def _containers(self, *, stopped: bool = False) -> "list[Container]":
        """All containers with the project's name, from any folder; none without Docker."""
        try:
            return self._listed(stopped=stopped)
        except InfrastructureError:
            return []

    def _listed(self, *, stopped: bool = False) -> "list[Container]":
        if self._folder is None:
            return []
        labels = [
            f"com.docker.compose.project={self._name}",
            f"com.docker.compose.service={SERVICE}",
            "com.docker.compose.oneoff=False",  # filters containers only, by Compose's label
        ]
        with _docker() as client:
            return client.containers.list(all=stopped, filters={"label": labels})

    def _is_own(self, container: "Container") -> bool:
        """Whether it belongs to this folder; Compose stores the folder as typed, with links."""
        folder = container.labels.get(WORKING_DIRECTORY, "")
        own = self._folder
        return bool(folder) and own is not None and Path(folder).resolve() == own.resolve()

    def _require_own_project(self) -> None:
        others = [found for found in self._containers(stopped=True) if not self._is_own(found)]
        if others:
            raise UsageError(
                f"no other folder's Compose project named {self._name}",
                f"one of {others[0].labels.get(WORKING_DIRECTORY)}",
                "set COMPOSE_PROJECT_NAME to another name, for example in .env",
            )

    def started(self) -> str | None:
        """When the container's program was last started; None without a container.

        Raises:
            InfrastructureError: Docker does not answer, so the time is not known.
        """
        found = self._listed()
        own = next((container for container in found if self._is_own(container)), None)
        return str(own.attrs["State"]["StartedAt"]) if own else None

    def memory_mb(self) -> int:
        """The container's memory in megabytes, without the files that the kernel caches."""
        container = self.container()
        if container is None:
            return 0
        stats: Any = container.stats(stream=False, one_shot=True)
        memory = stats["memory_stats"]
        used = memory.get("usage", 0) - memory.get("stats", {}).get("inactive_file", 0)
        return int(used) // 2**20

    def log_lines(self, count: int | None = None) -> list[str]:
        """The last `count` lines of its log; all without a count."""
        tail = "all" if count is None else str(count)
        log = self._compose(
            {}, "--ansi", "never", "logs", "--no-log-prefix", "--tail", tail, SERVICE
        ).stdout
        return log.replace(ERASE_LINE, "").splitlines()

    def _compose(
        self, variables: Mapping[str, str], *arguments: str
    ) -> subprocess.CompletedProcess[str]:
        given = {**_endpoint().variables(), **variables}
        assignments = [f"{name}={value}" for name, value in given.items()]
        compose = ["docker", "compose", "--project-name", self._name]
        return subprocess.run(
            ["env", *assignments, *compose, *arguments],  # noqa: S607 - the user's own docker
            cwd=self._folder,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )

    def _reason(self, done: subprocess.CompletedProcess[str]) -> str:
        errors = [line for line in self.log_lines(200) if "ERROR" in line or "wavetank: " in line]
        return " | ".join([*errors[-LOG_LINES_SHOWN:], _last_lines(done.stderr)])

    def _log_command(self) -> str:
        return f"docker compose --project-name {self._name} logs"


@contextmanager
def _docker() -> "Iterator[DockerClient]":
    """A client of the host's Docker engine.

    Raises:
        InfrastructureError: Docker is missing, or does not answer.
    """
    import docker  # noqa: PLC0415 - a fifth of a command's start, and needed where it runs alone
    from docker.errors import DockerException  # noqa: PLC0415 - as above
    from requests import RequestException  # noqa: PLC0415 - as above

    endpoint = _endpoint()
    try:
        if endpoint.is_docker_host:
            yield docker.from_env(timeout=ANSWER_SECONDS_MAX)
        else:
            yield docker.DockerClient(
                base_url=endpoint.host,
                tls=_tls(endpoint.tls),
                timeout=ANSWER_SECONDS_MAX,
                use_ssh_client=endpoint.host.startswith("ssh://"),
            )
    except (DockerException, RequestException) as error:
        raise InfrastructureError(
            f"a Docker engine at {endpoint.host}, which is {endpoint.source}",
            str(error),
            "start Docker, or leave --engine docker out",
        ) from error


def _endpoint() -> DockerEndpoint:
    return docker_endpoint(docker_variables())


def _tls(files: TlsFiles | None) -> Any:
    """The client's certificates; False without any, which is the SDK's default."""
    if files is None:
        return False
    from docker.tls import TLSConfig  # noqa: PLC0415 - as in `_docker`

    certificate = (str(files.folder / "cert.pem"), str(files.folder / "key.pem"))
    authority = str(files.folder / "ca.pem")
    return TLSConfig(client_cert=certificate, ca_cert=authority, verify=files.verify)


def _given_port(clone: Path | None) -> str | None:
    """The user's port, of the environment or of the clone's `.env`; None without one."""
    in_file = assigned_in_env_file(clone, PORT_VARIABLE) if clone else None
    return read_settings().compose_port or in_file


def _last_lines(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return " | ".join(lines[-LOG_LINES_SHOWN:])
