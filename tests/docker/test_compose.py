"""`docker compose up`: the sandbox that init scripts make, what it may do, and what survives."""

import json
import re
import socket
import uuid
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import docker
import pytest

from tests.conftest import docker_is_demanded
from tests.live.hosts import PROJECT, require_docker
from tests.shell import DEFAULT, Finished, Shell, finish
from wavetank.aws.clients import AwsClients, sandbox_clients
from wavetank.aws.invoker import StreamingInvoker
from wavetank.aws.observers import wait_until
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.core.clock import WallClock, floor_to_minute
from wavetank.core.errors import ExitCode, InfrastructureError
from wavetank.core.settings import docker_variables
from wavetank.engines import docker as docker_engine
from wavetank.engines.docker import ComposeSandbox
from wavetank.engines.docker_endpoint import docker_endpoint
from wavetank.engines.embedded import any_free_port
from wavetank.faults.catalogue import HOST_KINDS
from wavetank.live.drill.host_drill import RECOVERY_SECONDS_MAX

BROKEN = "WAVETANK_PREFIX=D E"
COMPOSE_FILE = "docker-compose.yml"
FILLER = "/var/lib/localstack/filler"
SNAPSHOT = "/var/lib/localstack/wavetank/snapshot.db"
VOLUME_OF_20_MB = """
volumes:
  data:
    driver_opts:
      type: tmpfs
      device: tmpfs
      o: size=20m
"""


class Project:
    """A Compose project of the test's own, on a port of its own."""

    def __init__(self, folder: Path, *files: str) -> None:
        self.name = f"wavetank-{uuid.uuid4().hex[:8]}"
        self.variables = {
            "COMPOSE_PROJECT_NAME": self.name,
            "WAVETANK_PORT": str(any_free_port()),
            "WAVETANK_RETRY_BASE_DELAY": "1",
            "WAVETANK_CONFIRM_EMAILS": "yes",
        }
        self.shell = Shell(folder, self.variables)
        self.files = [
            argument for file in ("docker-compose.yml", *files) for argument in ("-f", file)
        ]
        self.sandbox = ComposeSandbox(PROJECT, self.name)

    def compose(self, *arguments: str, extra: tuple[str, ...] = ()) -> Finished:
        """Runs `docker compose` in the project's folder."""
        assignments = [f"{name}={value}" for name, value in self.variables.items()]
        command = ["env", *assignments, *extra, "docker", "compose", *self.files, *arguments]
        return finish(command, PROJECT)

    def execute(self, *command: str) -> Finished:
        """Runs a command in the container."""
        return self.compose("exec", "--no-TTY", "localstack", *command)

    def container(self) -> Any:
        """The container, with what Docker knows of it."""
        container = self.sandbox.container()
        assert container is not None
        return container

    def remove(self) -> None:
        """Stops it and removes its volume, and the name of its image."""
        self.compose("down", "--volumes", "--rmi", "local", "--timeout", "5")


@pytest.fixture(scope="module", autouse=True)
def engine() -> None:
    """Docker, or a reason to skip."""
    require_docker(demanded=docker_is_demanded())


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A sandbox brought up as the README says."""
    project = Project(tmp_path_factory.mktemp("compose"))
    up = project.compose("up", "--build", "--wait")
    assert up.code == 0, up.err + project.compose("logs").out
    yield project
    project.remove()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Project]:
    """A project that the test brings up itself."""
    project = Project(tmp_path)
    yield project
    project.remove()


def test_up_returns_with_the_pipeline_deployed_and_its_first_tick_made(project: Project) -> None:
    """Healthy means that the first records are in the bucket, not that a port is open."""
    assert len(project.shell.delivered()) >= 1
    status = project.shell.run("status", "--json").events("status")[0]
    assert status["sandbox"]["engine"] == "docker"
    assert status["health"]["last_tick"] is not None
    assert 50 < status["health"]["memory_mb"] < 2000


def test_it_listens_on_loopback_and_has_no_way_to_docker(project: Project) -> None:
    """One port on 127.0.0.1, no socket, no privileges but the ones that are named."""
    attributes = project.container().attrs
    published = attributes["NetworkSettings"]["Ports"]
    assert {binding["HostIp"] for found in published.values() for binding in found or []} == {
        "127.0.0.1"
    }
    assert not [mount for mount in attributes["Mounts"] if "docker.sock" in mount["Source"]]
    writable = [mount["Destination"] for mount in attributes["Mounts"] if mount["RW"]]
    assert writable == ["/var/lib/localstack"]
    assert not attributes["HostConfig"]["Privileged"]
    assert attributes["HostConfig"]["CapDrop"] == ["ALL"]


def test_functions_run_as_awss_own_user(project: Project) -> None:
    """The handler's process cannot touch what belongs to LocalStack."""
    found = project.execute("ps", "-eo", "user:20,args").out.splitlines()
    handlers = [line for line in found if "bootstrap.py" in line and "supervisor" not in line]
    assert len(handlers) >= 1
    assert {line.split()[0] for line in handlers} == {"sbx_user1051"}


def test_every_command_knows_the_sandbox_that_compose_started(project: Project) -> None:
    """Invoke, check, drill, deploy and logs find it, and what it holds, by themselves."""
    shell = project.shell
    assert shell.run("invoke").code == 0
    drill = shell.run("drill", "--json")
    assert drill.code == 0, drill.err
    check = shell.run("check", "--json")
    assert check.code == ExitCode.VALID, check.out
    deploy = shell.run("deploy", "--json").events("deployed")
    assert deploy == [{"event": "deployed", "changed": [], "prices_reset": False}]
    assert "Ready." in shell.run("logs", "--lines", "1000").out
    attached = Shell(shell.state, {"COMPOSE_PROJECT_NAME": "another-one"})
    by_endpoint = attached.run("check", "--endpoint", shell.endpoint())
    assert by_endpoint.code == ExitCode.VALID, by_endpoint.out + by_endpoint.err


def test_compose_shows_what_happens(project: Project) -> None:
    """Ticks with prices, objects, each failed attempt with its error, and the alert, a line each.

    Of a handler that fails. The start ends with the pages' address, and none of LocalStack's
    warnings about the project's own settings are in it.
    """
    endpoint = project.shell.endpoint()
    aws = sandbox_clients(endpoint)
    # of the next minute: this minute's records may have been delivered before the watcher began
    invoker = StreamingInvoker(aws, DEFAULT)
    invoker.fire_and_wait(floor_to_minute(WallClock().now()) + timedelta(minutes=1))
    SandboxControls(endpoint).deliver_now()
    function = DEFAULT.streaming_function
    aws.awslambda.update_function_code(FunctionName=function, ZipFile=_failing_handler(aws))
    invoker.fire(floor_to_minute(WallClock().now()))
    failure = rf"failure {function} fails at attempt [123]: KeyError: 'price'"
    expected = {
        "alert": (r"alert   to alerts@example\.com: KeyError: 'price'", 1),
        "failed attempts": (failure, 3),
        "tick": (r"tick    \S+Z  prices: Index_1 \d+\.\d\d  Index_2 .*", 1),
        "object": (r"object  \d{4}/\d\d/\S+ \(\d+ bytes\)", 1),
    }

    def missing(lines: list[str]) -> list[str]:
        """What the log does not show yet."""
        texts = {line[len("00:00:00  ") :] for line in lines if re.match(r"\d\d:\d\d:\d\d  ", line)}
        return [
            name
            for name, (pattern, times) in expected.items()
            if sum(bool(re.fullmatch(pattern, text)) for text in texts) < times
        ]

    lines = wait_until(
        project.sandbox.log_lines,
        lambda found: not missing(found),
        expected="ticks, objects, failures and the alert in the log",
        hint="see the log",
        within_seconds=60,
        clock=WallClock(),
    )
    assert project.shell.run("deploy").code == 0
    assert lines[lines.index("Ready.") + 1] == f"pages: {endpoint}/_wavetank/"
    assert not [line for line in lines if "deprecated" in line or "mocked" in line]


def _failing_handler(aws: AwsClients) -> bytes:
    """A package whose handler fails, for the function's setting of where that is."""
    configured = aws.awslambda.get_function_configuration(FunctionName=DEFAULT.streaming_function)
    module, _, name = configured["Handler"].rpartition(".")
    package = BytesIO()
    with ZipFile(package, "w") as archive:
        text = f"def {name}(event, context):\n    raise KeyError('price')\n"
        archive.writestr(f"{module.replace('.', '/')}.py", text)
    return package.getvalue()


def test_commands_find_the_engine_of_a_context(project: Project, tmp_path: Path) -> None:
    """By name and in use, as Colima, Docker Desktop and rootless Docker leave theirs."""
    linked = tmp_path / "colima.sock"
    linked.symlink_to(docker_endpoint(docker_variables()).host.removeprefix("unix://"))
    configuration = {"DOCKER_CONFIG": str(tmp_path), "DOCKER_HOST": ""}
    for name, host in (("colima", linked), ("stopped", tmp_path / "none.sock")):
        create = ["docker", "context", "create", name, "--docker", f"host=unix://{host}"]
        made = finish(["env", *(f"{k}={v}" for k, v in configuration.items()), *create])
        assert made.code == 0, made.err

    def found(**variables: str) -> list[dict[str, Any]]:
        shell = Shell(tmp_path, project.variables | configuration | variables)
        return shell.run("status", "--json").events("status")

    assert found(DOCKER_CONTEXT="colima")[0]["running"]
    assert not found(DOCKER_CONTEXT="stopped")[0]["running"]
    (tmp_path / "config.json").write_text('{"currentContext": "stopped"}')
    assert not found()[0]["running"]
    shell = Shell(tmp_path, project.variables | configuration)
    up = shell.run("up", "--engine", "docker")
    assert up.code == ExitCode.INFRASTRUCTURE
    assert 'which is the context "stopped"' in up.err
    (tmp_path / "config.json").write_text('{"currentContext": "colima"}')
    assert found()[0]["running"]


def test_a_port_that_another_program_takes_meanwhile_leaves_no_container(
    other: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Docker refuses it only when the container exists; the error is Docker's, in one line."""
    monkeypatch.setattr(docker_engine, "choose_port", lambda wanted: wanted)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(other.variables["WAVETANK_PORT"])))
        taken.listen()
        with pytest.raises(InfrastructureError, match=r"in use|already allocated") as caught:
            other.sandbox.up(other.variables)
    assert "\n" not in str(caught.value)
    assert other.compose("ps", "--all", "--quiet").out == ""


@pytest.mark.parametrize("fault", [kind.kind for kind in HOST_KINDS])
def test_the_machine_breaks_and_the_sandbox_is_whole_again(project: Project, fault: str) -> None:
    """Each fault is reverted, nothing that was saved is lost, and `check` passes."""
    project.shell.save()
    drill = project.shell.run("drill", "--fault", fault, "--duration", "1s", "--json")
    assert drill.code == 0, drill.err
    result = drill.events("host")[0]
    assert result["seconds_until_whole"] < RECOVERY_SECONDS_MAX
    assert (result["objects_lost"], result["messages_lost"], result["minutes_lost"]) == (0, 0, 0)
    found = project.shell.run("check", "--json").events("finding")
    assert [finding for finding in found if finding["verdict"] == "invalid"] == []


def test_what_was_delivered_survives_down_and_up(project: Project) -> None:
    """The same objects are there again in a new container of the same volume."""
    before = project.shell.delivered()
    first = project.container().id
    assert project.shell.run("down").code == 0
    up = project.shell.run("up", "--engine", "docker", "--detach")
    assert up.code == 0, up.err
    assert project.container().id != first
    assert project.shell.delivered() >= before


def test_a_damaged_snapshot_is_set_aside_and_the_sandbox_starts(project: Project) -> None:
    """The log says so, the old one stays to be looked at, and the drill counts what was lost."""
    held = len(project.shell.delivered())
    project.execute("sh", "-c", f"echo damaged > {SNAPSHOT}")
    drill = project.shell.run("drill", "--fault", "host-killed", "--duration", "1s", "--json")
    assert drill.code == 0, drill.err
    assert drill.events("host")[0]["objects_lost"] == held
    assert "snapshot-damaged-" in project.compose("logs").out
    assert "snapshot-damaged-" in project.execute("ls", "/var/lib/localstack/wavetank").out


def test_a_failing_init_script_fails_up_with_the_reason_in_the_log(other: Project) -> None:
    """A sandbox without a pipeline is never ready; `--engine docker` shows the reason."""
    up = other.compose("up", "--wait", extra=(BROKEN,))
    assert up.code != 0
    assert "unhealthy" in up.err
    log = other.compose("logs", "--no-log-prefix").out
    assert "expected a prefix of 1 to 12 letters or digits" in log
    assert log.count("wavetank: init script ready.d/10-deploy.sh failed: exit code 2;") == 1
    assert "invoking" not in log
    assert "Ready." not in log
    assert log.rstrip().endswith(  # Compose begins its output with an escape sequence
        "wavetank: not ready, because ready.d/10-deploy.sh failed; fix it and start again"
    )
    other.remove()
    with pytest.raises(InfrastructureError, match="expected a prefix of 1 to 12 letters or digits"):
        other.sandbox.up({**other.variables, "WAVETANK_PREFIX": "D E"})


def test_a_full_volume_stops_nothing_and_is_saved_to_when_there_is_room(
    tmp_path: Path,
) -> None:
    """With no byte left the ticks go on and the log warns; the next save makes up for it."""
    override = tmp_path / "small.yml"
    override.write_text(VOLUME_OF_20_MB)
    project = Project(tmp_path, str(override))
    try:
        up = project.compose("up", "--build", "--wait")
        assert up.code == 0, up.err
        project.execute("sh", "-c", f"cat /dev/zero > {FILLER}")
        project.shell.run("deploy", "--reset-prices")
        assert project.shell.run("invoke").code == 0
        assert "full" in str(_save(project)["error"])
        assert "could not be saved" in project.compose("logs").out
        project.execute("rm", FILLER)
        assert _save(project)["error"] is None
    finally:
        project.remove()


def test_our_dynamodb_answers_and_a_variable_chooses_localstacks(project: Project) -> None:
    """Which the published image has; this one may not."""
    script = "from wavetank.emulator.dynamodb import choose_provider as c; print(c())"
    python = "/opt/code/localstack/.venv/bin/python"
    assert project.execute(python, "-c", script).out.strip() == "wavetank"
    for choice, provider in (("localstack", "default"), ("wavetank", "wavetank")):
        chosen = project.execute("env", f"WAVETANK_DYNAMODB={choice}", python, "-c", script)
        assert chosen.out.strip() == provider


def test_a_container_of_the_image_is_not_taken_for_the_sandbox(project: Project) -> None:
    """An image that Compose built carries Compose's labels, and so does all that runs from it."""
    image = project.container().image
    labels = image.labels
    other = ComposeSandbox(PROJECT, labels["com.docker.compose.project"])
    container = docker.from_env().containers.run(
        image.id, entrypoint=["sleep", "60"], detach=True, labels={"of": project.name}
    )
    try:
        found = other.container()
        assert found is None or found.id != container.id
    finally:
        container.remove(force=True)


def test_no_docker_is_one_clear_line(tmp_path: Path) -> None:
    """Without Docker the error says what to do instead."""
    shell = Shell(tmp_path, {"DOCKER_HOST": "unix:///nonexistent.sock"})
    up = shell.run("up", "--engine", "docker")
    assert up.code == ExitCode.INFRASTRUCTURE
    assert "expected a Docker engine" in up.err
    assert "leave --engine docker out" in up.err
    assert shell.run("status").code == 0


def _save(project: Project) -> dict[str, Any]:
    url = "http://127.0.0.1:4566/_wavetank/snapshot"
    return dict(json.loads(project.execute("curl", "-s", "-X", "POST", url).out))


def test_the_override_gives_functions_awss_runtime_images_and_documents_the_cost() -> None:
    """With it LocalStack starts containers through the socket; without it there is no socket."""
    files = ("-f", "docker-compose.yml", "-f", "docker-compose.aws-runtime.yml")
    command = ["docker", "compose", *files, "config", "--format", "json"]
    service = json.loads(finish(command, PROJECT).out)["services"]["localstack"]
    assert service["environment"]["LAMBDA_RUNTIME_EXECUTOR"] == "docker"
    assert [v["source"] for v in service["volumes"] if v["target"] == "/var/run/docker.sock"]
    own = finish(["docker", "compose", "config", "--format", "json"], PROJECT).out
    links = json.loads(own)["services"]["localstack"]["environment"]["LOCALSTACK_HOST"]
    assert links.startswith("127.0.0.1:")  # where a browser on this machine finds the pages
    assert service["environment"]["LOCALSTACK_HOST"] == links
    assert service["security_opt"] == ["no-new-privileges:true", "label=disable"]
