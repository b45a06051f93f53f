"""Development on the sandbox in Docker: changes are deployed, and a project alone is deployed."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import docker_is_demanded
from tests.docker.clones import Clone
from tests.live.hosts import require_docker
from tests.shell import DEFAULT
from wavetank.aws.clients import AwsClients, sandbox_clients
from wavetank.aws.observers import wait_until
from wavetank.core.clock import WallClock
from wavetank.engines.readiness import init_state
from wavetank.inspection.stack_resources import root_stacks

BUILD_SECONDS_MAX = 900.0
CODE_SECONDS_MAX = 60.0
HANDLER = "def lambda_handler(event: dict[str, Any], _context: object) -> dict[str, object]:\n"

pytestmark = pytest.mark.nightly


@pytest.fixture(scope="module", autouse=True)
def engine() -> None:
    """Docker, or a reason to skip."""
    require_docker(demanded=docker_is_demanded())


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Clone]:
    """One of a folder of its own."""
    made = Clone(tmp_path / "wavetank", f"wavetank-{os.urandom(4).hex()}")
    yield made
    made.remove()


@pytest.fixture
def watched(clone: Clone, tmp_path: Path) -> Iterator[AwsClients]:
    """The clone's sandbox, while `docker compose watch` runs."""
    with (tmp_path / "watch.log").open("w") as log:
        process = subprocess.Popen(
            ["docker", "compose", "watch"],  # noqa: S607 - the user's own
            cwd=clone.folder,
            stdout=log,
            stderr=log,
        )
    try:
        yield sandbox_clients(_ready_endpoint(clone))
    finally:
        process.terminate()
        process.wait(60)


def _ready_endpoint(clone: Clone) -> str:
    record = wait_until(
        clone.sandbox.record,
        lambda found: (
            found is not None and (state := init_state(found.endpoint)) is not None and state.ready
        ),
        expected="the sandbox to be ready",
        hint="read watch.log",
        within_seconds=BUILD_SECONDS_MAX,
        clock=WallClock(),
    )
    assert record is not None  # None was not accepted
    return record.endpoint


def test_compose_watch_deploys_a_changed_handler_and_keeps_data(
    clone: Clone, watched: AwsClients
) -> None:
    """The container is the same, and the table has what was put into it."""
    container = clone.sandbox.container()
    table = DEFAULT.table
    watched.dynamodb.put_item(TableName=table, Item={"TickerName": {"S": "Own"}})
    path = clone.folder / "lambdas" / "streaming" / "handler.py"
    text = path.read_text()
    assert HANDLER in text
    path.write_text(text.replace(HANDLER, f'{HANDLER}    return {{"answer": "new"}}\n'))
    wait_until(
        lambda: _answer(watched),
        lambda answer: answer == b'{"answer": "new"}',
        expected="the changed handler to answer",
        hint="read the container's log",
        within_seconds=CODE_SECONDS_MAX,
        clock=WallClock(),
    )
    after = clone.sandbox.container()
    assert container is not None
    assert after is not None
    assert after.id == container.id
    assert "Item" in watched.dynamodb.get_item(TableName=table, Key={"TickerName": {"S": "Own"}})


def _answer(aws: AwsClients) -> bytes:
    return aws.awslambda.invoke(FunctionName=DEFAULT.streaming_function)["Payload"].read()


def test_a_project_is_the_only_pipeline_of_its_sandbox(clone: Clone) -> None:
    """`up` of a project deploys it on Docker as it does without: no ticker beside it."""
    assert clone.wavetank("init").code == 0
    up = clone.wavetank("up", "--engine", "docker", "--detach")
    assert up.code == 0, up.err
    record = clone.sandbox.record()
    assert record is not None
    assert list(root_stacks(sandbox_clients(record.endpoint))) == ["wavetank"]
    assert clone.wavetank("invoke").code == 0
