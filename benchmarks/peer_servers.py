"""The emulators that Wavetank is compared with, each in a separate folder.

Each gets a few environment variables and nothing of the host's: no credentials, no listener but the
requested one, and no Docker, in which MiniStack would first remove containers that look like its
own.
"""

import http.client
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path

from wavetank.aws.observers import wait_until
from wavetank.core.clock import Clock, WallClock
from wavetank.core.errors import InfrastructureError
from wavetank.core.installation import clone_folder
from wavetank.core.reporter import Reporter
from wavetank.core.settings import REGION, Settings
from wavetank.core.uv_program import find_uv
from wavetank.engines.embedded import SandboxFolder, any_free_port, start_localstack
from wavetank.engines.localstack_child import LocalStackOptions
from wavetank.engines.supervised_process import Program, SupervisedProcess, supervised
from wavetank.reporting.analysis.tool_environment import ToolEnvironment

REQUIREMENTS = Path(__file__).with_name("peers.txt")
TOOLS = "the peers"
INSTALLING = "installing the peers; the first time this takes a minute ..."
START_SECONDS_MAX = 60.0
START_POLL_SECONDS = 0.02
ANSWER_SECONDS_MAX = 5.0
STOP_GRACE_SECONDS = 3.0


@dataclass(frozen=True)
class RunningPeer:
    """A server that is ready; `start_seconds` is its start-up time."""

    version: str
    endpoint: str
    process_id: int
    start_seconds: float


@dataclass(frozen=True)
class Peer:
    """An emulator, and how it is started in an empty folder, for the duration of a body.

    Starting raises InfrastructureError if it does not come up.
    """

    name: str
    running: Callable[[Path], AbstractContextManager[RunningPeer]]


@dataclass(frozen=True, kw_only=True)
class Server:
    """A peer from the peers' environment: its module, and how its port is passed.

    `{port}` in arguments and variables is replaced; it is ready when `health` answers 200.
    """

    name: str
    distribution: str
    arguments: tuple[str, ...]
    variables: Mapping[str, str]
    health: str


MOTO = Server(
    name="moto server",
    distribution="moto",
    arguments=("-m", "moto.server", "--host", "127.0.0.1", "--port", "{port}"),
    variables={},
    health="/moto-api/",
)
MINISTACK = Server(
    name="MiniStack",
    distribution="ministack",
    arguments=("-m", "ministack"),
    variables={
        "BIND_HOST": "127.0.0.1",
        "DOCKER_HOST": "unix:///nonexistent/docker.sock",
        "GATEWAY_PORT": "{port}",
        "IOT_MTLS_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
        "MINISTACK_REGION": REGION,
        "SFTP_ENABLED": "0",
    },
    health="/_ministack/health",
)


def install_peers(settings: Settings, reporter: Reporter) -> list[Peer]:
    """All peers; installed now if they are missing, so that no measurement includes that.

    Raises:
        InfrastructureError: they could not be installed, for lack of uv or of a network.
    """
    environment = ToolEnvironment(settings.state_folder / "peers", REQUIREMENTS, TOOLS)
    environment.require(
        partial(find_uv, settings.path, clone_folder()), lambda: reporter.note(INSTALLING)
    )
    return all_peers(environment, settings.path, WallClock())


def all_peers(environment: ToolEnvironment, path: str, clock: Clock) -> list[Peer]:
    """LocalStack without our plug-ins, moto's server and MiniStack."""
    servers = [server_peer(server, environment, path, clock) for server in (MOTO, MINISTACK)]
    return [localstack_peer(path, clock), *servers]


def localstack_peer(path: str, clock: Clock) -> Peer:
    """Without our plug-ins; but its tables are moto's here too, since its own would need Java."""
    return Peer("LocalStack", partial(_localstack, path, clock))


def server_peer(server: Server, environment: ToolEnvironment, path: str, clock: Clock) -> Peer:
    """A server from the environment."""
    return Peer(server.name, partial(_server, server, environment, path, clock))


@contextmanager
def _localstack(path: str, clock: Clock, folder: Path) -> Iterator[RunningPeer]:
    sandbox = SandboxFolder(folder)
    options = LocalStackOptions(folder=sandbox.path / "localstack", path=path, corrected=False)
    with sandbox.owned():
        begun = clock.monotonic()
        child = start_localstack(sandbox, options, clock)
        try:
            seconds = clock.monotonic() - begun
            version = metadata.version("localstack-core")
            yield RunningPeer(version, child.endpoint, child.process_id(), seconds)
        finally:
            child.stop()


@contextmanager
def _server(
    server: Server, environment: ToolEnvironment, path: str, clock: Clock, folder: Path
) -> Iterator[RunningPeer]:
    version = environment.version(server.distribution)
    port = any_free_port()
    program = Program(
        command=[str(environment.python), *(word.format(port=port) for word in server.arguments)],
        folder=folder,
        log_file=folder / "server.log",
        variables=_variables(server, port, path, folder),
        grace_seconds=STOP_GRACE_SECONDS,
    )
    begun = clock.monotonic()
    with supervised(program) as child:
        _wait_until_ready(server, child, port, clock)
        seconds = clock.monotonic() - begun
        yield RunningPeer(version, f"http://127.0.0.1:{port}", child.process_id, seconds)


def _variables(server: Server, port: int, path: str, folder: Path) -> dict[str, str]:
    own = {name: value.format(port=port) for name, value in server.variables.items()}
    return {"HOME": str(folder), "LANG": "C.UTF-8", "PATH": path, "TMPDIR": str(folder)} | own


def _wait_until_ready(server: Server, child: SupervisedProcess, port: int, clock: Clock) -> None:
    def is_ready() -> bool:
        if child.has_ended():
            raise InfrastructureError(
                f"{server.name} to come up",
                f"it ended while starting ({child.last_log_lines()})",
                "run this again",
            )
        return _is_healthy(port, server.health) and child.listens(port)

    wait_until(
        is_ready,
        bool,
        expected=f"{server.name} to answer",
        hint="run this again on a host with less load",
        within_seconds=START_SECONDS_MAX,
        clock=clock,
        pace_seconds=START_POLL_SECONDS,
    )


def _is_healthy(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS_MAX)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
