"""One LocalStack of each engine for the session; what a test makes has names of its own."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from tests.conftest import docker_is_demanded
from tests.live.hosts import PROJECT, Host, child_host, container_host, require_docker
from tests.live.mail import confirm
from tests.live.names import unique_letters, unique_names
from tests.live.place import Place
from tests.pretended_aws import pretended_aws
from tests.waiting import wait_until_seen
from wavetank.aws.clients import AwsClients, sandbox_clients
from wavetank.aws.target import aws_target
from wavetank.core.clock import WallClock
from wavetank.core.lambda_package import package_files
from wavetank.core.naming import Names
from wavetank.deployment.deployer import Deployer, Deployment, DeploymentOptions

PACE_SECONDS = 0.1
PATIENT_SECONDS = 60
"""A function's time-out where a test is not about it: on a busy machine Lambda's three may pass."""
ADDRESS = "reader@example.com"


@pytest.fixture(
    scope="session",
    params=[
        pytest.param("embedded", marks=pytest.mark.embedded),
        pytest.param("docker", marks=pytest.mark.docker),
    ],
)
def localstack(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Host]:
    """LocalStack with our plug-ins, Lambda's retries a second apart; every test runs on each."""
    if request.param == "docker":
        require_docker(demanded=docker_is_demanded())
        engine = container_host()
    else:
        engine = child_host(tmp_path_factory.mktemp("state"))
    with engine as host:
        yield host
        log = host.log()
    ours = [line for line in log.splitlines() if "w.emulator" in line]
    assert [line for line in ours if "is not authorized to perform" not in line] == []


@pytest.fixture(scope="session")
def aws(localstack: Host) -> AwsClients:
    """Clients of the session's LocalStack."""
    return sandbox_clients(localstack.endpoint)


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
def make_pipeline(localstack: Host, aws: AwsClients) -> MakePipeline:
    """Deploys pipelines by the code that deploys to AWS; their address is confirmed."""

    def make() -> Pipeline:
        names = unique_names()
        options = DeploymentOptions(names=names, addresses=(ADDRESS,), schedule_enabled=False)
        deployer = Deployer(aws, PROJECT, WallClock(), PACE_SECONDS)
        deployment = deployer.deploy(options)
        confirm(localstack.endpoint, ADDRESS)
        return Pipeline(names, aws, deployer, deployment, options)

    return make


@pytest.fixture(scope="session")
def pipeline(make_pipeline: MakePipeline) -> Pipeline:
    """One for the tests that do not change its deployment."""
    return make_pipeline()


@pytest.fixture(scope="session")
def fault_pipeline(make_pipeline: MakePipeline) -> Pipeline:
    """A pipeline for the tests that switch faults on and revert them."""
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


type MakeRole = Callable[..., str]


@pytest.fixture
def make_role(aws: AwsClients) -> Iterator[MakeRole]:
    """Makes roles that Lambda may take, each with the statements given; deletes them afterwards."""
    made: list[str] = []

    def make(*statements: Mapping[str, object], service: str = "lambda") -> str:
        name = f"test-{unique_letters()}"
        principal = {"Service": f"{service}.amazonaws.com"}
        trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        answer = aws.iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy(trust))
        made.append(name)
        if statements:
            document = _policy(*statements)
            aws.iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=document)
        return answer["Role"]["Arn"]

    yield make
    for name in made:
        for policy in aws.iam.list_role_policies(RoleName=name)["PolicyNames"]:
            aws.iam.delete_role_policy(RoleName=name, PolicyName=policy)
        aws.iam.delete_role(RoleName=name)


def _policy(*statements: Mapping[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


@pytest.fixture
def make_function(aws: AwsClients, make_role: MakeRole) -> Iterator[MakeFunction]:
    """Makes functions from source or a zip, with all rights if no role is given; deletes them."""
    made: list[str] = []
    mighty = make_role({"Effect": "Allow", "Action": "*", "Resource": "*"})

    def make(
        source: str,
        handler: str = "function.handler",
        role: str = mighty,
        code: bytes = b"",
        **settings: Any,
    ) -> Function:
        name = f"test-{unique_letters()}"
        settings.setdefault("Timeout", PATIENT_SECONDS)
        settings.setdefault("Runtime", "python3.13")
        package = code or package_files(name, {"function.py": source.encode()}).content
        aws.awslambda.create_function(
            FunctionName=name,
            Role=role,
            Handler=handler,
            Code={"ZipFile": package},
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


@pytest.fixture
def place(localstack: Host, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """An account in whose place the session's LocalStack answers; the SDK gives up soon."""
    monkeypatch.setattr("wavetank.aws.clients.AWS_ATTEMPTS_MAX", 1)
    monkeypatch.setattr("wavetank.aws.target.AWS_PACE_SECONDS", PACE_SECONDS)
    with pretended_aws(monkeypatch, localstack.endpoint) as pretended:
        yield Place(pretended, aws_target(None), localstack.endpoint)
