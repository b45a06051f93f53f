"""The Docker engine that the `docker` command uses is found, and others where it finds none."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from wavetank.core.errors import InfrastructureError
from wavetank.core.settings import DockerVariables, docker_variables
from wavetank.engines.docker_endpoint import DEFAULT_SOCKET, DockerEndpoint, docker_endpoint

COLIMA = "unix:///dora/.colima/default/docker.sock"


@pytest.fixture
def variables(tmp_path: Path) -> DockerVariables:
    """Of a user who has chosen nothing."""
    return DockerVariables(
        host=None,
        context=None,
        config_folder=tmp_path / ".docker",
        home=tmp_path,
        runtime_folder=tmp_path / "run",
    )


def _context(variables: DockerVariables, name: str, endpoint: dict[str, Any]) -> Path:
    """A context as `docker context create` writes it; returns the folder of its certificates."""
    identity = hashlib.sha256(name.encode()).hexdigest()
    contexts = variables.config_folder / "contexts"
    folder = contexts / "meta" / identity
    folder.mkdir(parents=True)
    content = {"Name": name, "Metadata": {}, "Endpoints": {"docker": endpoint}}
    (folder / "meta.json").write_text(json.dumps(content))
    return contexts / "tls" / identity / "docker"


def _use(variables: DockerVariables, name: str) -> None:
    variables.config_folder.mkdir(exist_ok=True)
    config = {"auths": {}, "currentContext": name}
    (variables.config_folder / "config.json").write_text(json.dumps(config))


def _endpoint(variables: DockerVariables, *listening: Path) -> DockerEndpoint:
    """Where engines listen on these sockets; tests/docker has a real one."""
    return docker_endpoint(variables, listening.__contains__)


def test_the_context_in_use_is_the_endpoint(variables: DockerVariables) -> None:
    """As Colima, Docker Desktop and rootless Docker leave it; the command needs no help."""
    _context(variables, "colima", {"Host": COLIMA, "SkipTLSVerify": False})
    _use(variables, "colima")
    found = _endpoint(variables)
    assert (found.host, found.source) == (COLIMA, 'the context "colima"')
    assert found.variables() == {}


def test_variables_come_before_the_context_in_use(variables: DockerVariables) -> None:
    """First DOCKER_HOST, then DOCKER_CONTEXT, as for the `docker` command."""
    for name in ("colima", "other"):
        _context(variables, name, {"Host": f"unix:///{name}"})
    _use(variables, "colima")
    chosen = replace(variables, context="other")
    assert _endpoint(chosen).host == "unix:///other"
    assert _endpoint(replace(chosen, host="tcp://10.0.0.1:2376")).is_docker_host


def test_the_context_default_is_the_default_socket(variables: DockerVariables) -> None:
    """By name, by a configuration without a choice, and without one."""
    default = f"unix://{DEFAULT_SOCKET}"
    assert _endpoint(variables).host == default
    _use(variables, "")
    assert _endpoint(variables).host == default
    assert _endpoint(replace(variables, context="default")).host == default


def test_a_context_may_have_certificates(variables: DockerVariables) -> None:
    """An engine that is reached by TLS; whether its certificate is checked is the context's."""
    endpoint = {"Host": "tcp://10.0.0.1:2376", "SkipTLSVerify": True}
    folder = _context(variables, "remote", endpoint)
    assert _endpoint(replace(variables, context="remote")).tls is None
    folder.mkdir(parents=True)
    found = _endpoint(replace(variables, context="remote")).tls
    assert found is not None
    assert (found.folder, found.verify) == (folder, False)


@pytest.mark.parametrize(
    "place",
    [
        "run/docker.sock",
        "run/podman/podman.sock",
        ".docker/run/docker.sock",
        ".colima/default/docker.sock",
        ".rd/docker.sock",
    ],
)
def test_an_engine_that_set_no_context_is_found_by_its_socket(
    variables: DockerVariables, place: str
) -> None:
    """The `docker` command gets it as DOCKER_HOST, since it would use the default socket."""
    path = variables.home / place
    assert _endpoint(variables, path).variables() == {"DOCKER_HOST": f"unix://{path}"}


def test_the_default_socket_comes_first_if_something_listens(variables: DockerVariables) -> None:
    """Then the command finds it by itself."""
    found = _endpoint(variables, DEFAULT_SOCKET, variables.home / "run" / "docker.sock")
    assert (found.host, found.variables()) == (f"unix://{DEFAULT_SOCKET}", {})


def test_a_context_that_does_not_exist_is_one_clear_line(variables: DockerVariables) -> None:
    """With what to do."""
    _use(variables, "colima")
    with pytest.raises(InfrastructureError, match=r'context "colima".*docker context use NAME'):
        _endpoint(variables)


@pytest.mark.parametrize("text", ["{", "[]", '{"Endpoints": {}}', '{"Endpoints": {"docker": 1}}'])
def test_a_broken_context_is_one_clear_line(variables: DockerVariables, text: str) -> None:
    """That names the file."""
    _context(variables, "colima", {})
    (path,) = (variables.config_folder / "contexts").rglob("meta.json")
    path.write_text(text)
    with pytest.raises(InfrastructureError, match=r"meta\.json; found"):
        _endpoint(replace(variables, context="colima"))


def test_the_variables_are_those_of_the_docker_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty one counts as unset."""
    monkeypatch.setenv("DOCKER_HOST", "")
    monkeypatch.setenv("DOCKER_CONTEXT", "colima")
    monkeypatch.setenv("DOCKER_CONFIG", "/etc/docker-of-mine")
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/user/1000")
    monkeypatch.setenv("HOME", "/dora")
    found = docker_variables()
    assert (found.host, found.context) == (None, "colima")
    assert found.config_folder == Path("/etc/docker-of-mine")
    assert found.runtime_folder == Path("/run/user/1000")
    monkeypatch.delenv("DOCKER_CONFIG")
    assert docker_variables().config_folder == Path("/dora/.docker")
