"""One LocalStack for the whole session; what a test makes in it has names of its own."""

import base64
import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.waiting import wait_until_seen
from wavetank.clients import AwsClients, sandbox_clients
from wavetank.clock import WallClock
from wavetank.engines.embedded import SandboxFolder, start_localstack
from wavetank.engines.localstack_child import LocalStackChild, LocalStackOptions
from wavetank.naming import Names, derive_names
from wavetank.settings import SANDBOX_ACCOUNT, read_settings
from wavetank.stack.deployment import Deployer, Deployment, DeploymentOptions
from wavetank.stack.package import package_files

PROJECT = Path(__file__).parents[2]
PACE_SECONDS = 0.1
RETRY_BASE_DELAY_SECONDS = 1
ADDRESS = "reader@example.com"
LETTERS = "abcdefghijklmnop"


@pytest.fixture(scope="session")
def localstack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStackChild]:
    """LocalStack with our plug-ins, Lambda's retries a second apart."""
    folder = SandboxFolder(tmp_path_factory.mktemp("state"))
    with folder.owned():
        options = LocalStackOptions(
            folder=folder.path / "localstack",
            path=read_settings().path,
            retry_base_delay_seconds=RETRY_BASE_DELAY_SECONDS,
        )
        child = start_localstack(folder, options, WallClock())
        yield child
        log = child.log_file.read_text()
        child.stop()
    assert [line for line in log.splitlines() if "w.emulator" in line] == []


@pytest.fixture(scope="session")
def aws(localstack: LocalStackChild) -> AwsClients:
    """Clients of the session's LocalStack."""
    return sandbox_clients(localstack.endpoint)


def unique_letters() -> str:
    """Twelve letters that no other test has: hexadecimal digits as letters."""
    return "".join(LETTERS[int(digit, 16)] for digit in uuid.uuid4().hex[:12])


def unique_names() -> Names:
    """A person that no other test has; the prefix keeps the stem unique too."""
    letters = unique_letters()
    return derive_names(letters[:6], letters[6:], prefix=f"T{letters[:8]}")


@dataclass(frozen=True)
class Pipeline:
    """A deployed pipeline whose schedule is off: tests fire its ticks."""

    names: Names
    aws: AwsClients
    deployer: Deployer
    deployment: Deployment
    options: DeploymentOptions


type MakePipeline = Callable[[], Pipeline]


@pytest.fixture(scope="session")
def make_pipeline(aws: AwsClients) -> MakePipeline:
    """Deploys pipelines by the code that deploys to AWS."""

    def make() -> Pipeline:
        names = unique_names()
        options = DeploymentOptions(names=names, addresses=(ADDRESS,), schedule_enabled=False)
        deployer = Deployer(aws, PROJECT, WallClock(), PACE_SECONDS)
        return Pipeline(names, aws, deployer, deployer.deploy(options), options)

    return make


@pytest.fixture(scope="session")
def pipeline(make_pipeline: MakePipeline) -> Pipeline:
    """One for the tests that do not change its deployment."""
    return make_pipeline()


@dataclass(frozen=True)
class Answer:
    """What an invocation gave: the payload, the error's kind, and the last 4 KB of its log."""

    payload: Any
    error: str | None
    log: str


@dataclass(frozen=True)
class Function:
    """A function of one test."""

    name: str
    aws: AwsClients

    def invoke(self, event: object = None) -> Answer:
        """Invokes it and waits."""
        answer = self.aws.awslambda.invoke(
            FunctionName=self.name, Payload=json.dumps(event), LogType="Tail"
        )
        return Answer(
            payload=json.loads(answer["Payload"].read()),
            error=answer.get("FunctionError"),
            log=base64.b64decode(answer["LogResult"]).decode(errors="replace"),
        )

    def result(self, event: object = None) -> Any:
        """What the handler returns; its log is the failure where it does not."""
        answer = self.invoke(event)
        assert answer.error is None, answer.log
        return answer.payload


type MakeFunction = Callable[..., Function]


@pytest.fixture
def make_function(aws: AwsClients) -> Iterator[MakeFunction]:
    """Makes functions from source, and deletes them afterwards."""
    made: list[str] = []

    def make(source: str, handler: str = "function.handler", **settings: Any) -> Function:
        name = f"test-{unique_letters()}"
        package = package_files(name, {"function.py": source.encode()})
        aws.awslambda.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=f"arn:aws:iam::{SANDBOX_ACCOUNT}:role/test",
            Handler=handler,
            Code={"ZipFile": package.content},
            **settings,
        )
        made.append(name)
        wait_until_seen(
            lambda: aws.awslambda.get_function_configuration(FunctionName=name)["State"],
            lambda state: state == "Active",
            f"{name} to be active",
        )
        return Function(name, aws)

    yield make
    for name in made:
        aws.awslambda.delete_function(FunctionName=name)
