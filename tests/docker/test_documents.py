"""What the documents say about Docker works, in the order in which they say it."""

import uuid
from pathlib import Path

import pytest

from tests.conftest import docker_is_demanded
from tests.documents import DOCUMENTS, assert_runs, docker_commands, run
from tests.live.hosts import require_docker
from wavetank.engines.embedded import any_free_port

ELSEWHERE = "docker-compose.aws-runtime.yml"
"""Needs AWS's images, which a registry has; `test_compose` reads what the override says."""


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_docker_command_of_a_document_runs(document: str, tmp_path: Path) -> None:
    """In a project and on a port of the test's own; each ends with 0."""
    require_docker(demanded=docker_is_demanded())
    variables = {
        "COMPOSE_PROJECT_NAME": f"wavetank-{uuid.uuid4().hex[:8]}",
        "WAVETANK_PORT": str(any_free_port()),
        "WAVETANK_STATE": str(tmp_path),
    }
    try:
        for line in docker_commands(document):
            if ELSEWHERE not in line:
                assert_runs(line, variables)
    finally:
        run("docker compose down --volumes --rmi local --timeout 5", variables)


def test_the_commands_of_docker_are_in_the_documents() -> None:
    """Otherwise the test above would run nothing without being noticed."""
    found = [line for document in DOCUMENTS for line in docker_commands(document)]
    assert "docker compose up --wait" in found
    assert len(found) >= 6
