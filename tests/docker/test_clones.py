"""Two clones of one folder name, each with its Compose sandbox: a command acts on its own."""

import os
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from tests.conftest import docker_is_demanded
from tests.docker.clones import Clone
from tests.live.hosts import PROJECT, require_docker
from wavetank.engines.docker import SERVICE, WORKING_DIRECTORY, ComposeSandbox
from wavetank.engines.embedded import any_free_port


@pytest.fixture(scope="module", autouse=True)
def engine() -> None:
    """Docker, or a reason to skip."""
    require_docker(demanded=docker_is_demanded())


@pytest.fixture
def neighbour() -> Iterator[str]:
    """The name of a project that runs from another folder: a container with Compose's labels."""
    name = f"wavetank-{os.urandom(4).hex()}"
    labels = {
        "com.docker.compose.project": name,
        "com.docker.compose.service": SERVICE,
        "com.docker.compose.oneoff": "False",
        WORKING_DIRECTORY: "/elsewhere/wavetank",
    }
    client = docker.from_env()
    image = next(image for image in client.images.list() if "localstack" in str(image.tags))
    container = client.containers.run(
        image.id or "", ["infinity"], entrypoint="sleep", detach=True, labels=labels
    )
    yield name
    container.remove(force=True)


def test_a_neighbours_container_is_neither_found_nor_stopped(neighbour: str) -> None:
    """Though its project has the very same name."""
    sandbox = ComposeSandbox(PROJECT, neighbour)
    assert sandbox.record() is None
    assert sandbox.down() is False
    assert ComposeSandbox(Path("/elsewhere/wavetank"), neighbour).container() is not None


@pytest.fixture
def clones(tmp_path: Path) -> Iterator[list[Clone]]:
    """Two whose folders have the same name."""
    made = []
    for number in ("one", "two"):
        (tmp_path / number).mkdir()
        made.append(Clone(tmp_path / number / "wavetank", f"wavetank-{os.urandom(4).hex()}"))
    yield made
    for clone in made:
        clone.remove()


@pytest.mark.nightly
def test_down_in_one_clone_leaves_the_others_sandbox_alone(clones: list[Clone]) -> None:
    """Compose brought both up by hand, each named in its .env; one also runs an embedded one."""
    one, two = clones
    for clone in clones:
        up = clone.run("docker", "compose", "up", "--build", "--wait")
        assert up.code == 0, up.err
    first, second = (clone.sandbox.record() for clone in clones)
    assert first is not None
    assert second is not None
    for clone, record in ((one, first), (two, second)):
        assert record.endpoint in clone.wavetank("status").out
    assert one.wavetank("up", "--detach", "--port", str(any_free_port())).code == 0
    assert one.wavetank("down").code == 0
    assert one.sandbox.record() == first  # the embedded one was meant
    assert one.wavetank("down").code == 0
    assert one.sandbox.record() is None
    assert two.sandbox.record() == second
    assert two.wavetank("invoke").code == 0
