"""Podman's socket: the commands see its containers as they see Docker's."""

import io
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import docker
import pytest
from docker.errors import DockerException

from tests.waiting import wait_until_true
from wavetank.core.errors import UsageError
from wavetank.engines.docker import SERVICE, WORKING_DIRECTORY, ComposeSandbox

SCRATCH = "localhost/scratch:latest"


@pytest.fixture
def podman() -> Iterator[str]:
    """The address of Podman's service, with its own storage; skipped where there is no Podman.

    Podman takes no path of more than 50 characters for its files.
    """
    program = shutil.which("podman")
    if program is None:
        pytest.skip("there is no podman command")
    with tempfile.TemporaryDirectory(prefix="podman-") as name:
        folder = Path(name)
        address = f"unix://{folder}/podman.sock"
        storage = ["--root", str(folder / "root"), "--runroot", str(folder / "run")]
        with (folder / "log").open("wb") as log:
            service = subprocess.Popen(
                [program, *storage, "system", "service", "--time", "0", address],
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            wait_until_true(lambda: _answers(address) or service.poll() is not None, "Podman")
            if service.poll() is not None:
                pytest.skip(f"podman does not run here: {(folder / 'log').read_text()[-200:]}")
            yield address
        finally:
            service.terminate()
            service.wait()
            # Images are mounts, which the folder cannot be removed with.
            subprocess.run([program, *storage, "rmi", "--all", "--force"], check=False)


def _answers(address: str) -> bool:
    with suppress(DockerException):
        return bool(docker.DockerClient(base_url=address).ping())
    return False


def _image() -> bytes:
    """A file system with one file, as a tar archive: the container is not started."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("program"))
    return archive.getvalue()


def test_containers_of_podman_are_compose_projects_too(
    podman: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By Compose's labels, which Podman filters like Docker; another folder's is refused."""
    client = docker.DockerClient(base_url=podman)
    client.api.import_image_from_data(_image(), repository="localhost/scratch", tag="latest")
    name = f"wavetank-{os.urandom(4).hex()}"
    labels = {
        "com.docker.compose.project": name,
        "com.docker.compose.service": SERVICE,
        "com.docker.compose.oneoff": "False",
        WORKING_DIRECTORY: "/elsewhere/wavetank",
    }
    client.containers.create(SCRATCH, command=["/program"], labels=labels)
    monkeypatch.setenv("DOCKER_HOST", podman)
    with pytest.raises(UsageError, match="/elsewhere/wavetank"):
        ComposeSandbox(tmp_path, name).delete()
    assert ComposeSandbox(tmp_path, name).record() is None
