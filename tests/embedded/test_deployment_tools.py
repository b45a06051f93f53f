"""The CDK's and SAM's own CLIs deploy to a sandbox by the commands that the document gives."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.documents import blocks
from tests.shell import Shell
from wavetank.aws.clients import AwsClients, sandbox_clients
from wavetank.core.settings import read_settings

pytestmark = pytest.mark.nightly

PAGE = "docs/cdk-and-sam.md"
SAM = "aws-sam-cli==1.170.0"
APPLICATIONS = Path(__file__).parents[1] / "deployment_tools"
SECONDS_MAX = 600


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """A sandbox that enforces access, as by default."""
    shell = Shell(tmp_path_factory.mktemp("tools"))
    up = shell.run("up", "--detach")
    assert up.code == 0, up.err
    yield shell
    shell.run("down")


def test_the_cdk_bootstraps_and_deploys(sandbox: Shell, tmp_path: Path) -> None:
    """A stack with generated names, roles of its own and a zipped asset; its function works."""
    if shutil.which("npm") is None:
        pytest.skip("no npm")
    folder = tmp_path / "cdk"
    shutil.copytree(APPLICATIONS / "cdk", folder)
    _run("npm install --no-audit --no-fund", folder, {})
    assert_documented_commands_run("cdk", sandbox, folder)
    assert_the_function_writes(sandbox, "Small")


def test_sam_builds_and_deploys(sandbox: Shell, tmp_path: Path) -> None:
    """With the bucket that it manages in a stack of its own; the deployed function works."""
    folder, environment = tmp_path / "sam", tmp_path / "environment"
    shutil.copytree(APPLICATIONS / "sam", folder)
    _run(f"{sys.executable} -m venv {environment}", tmp_path, {})
    _run(f"{environment}/bin/python -m pip install --quiet {SAM}", tmp_path, {})
    assert_documented_commands_run("sam", sandbox, folder, environment / "bin")
    assert_the_function_writes(sandbox, "small")


def assert_documented_commands_run(
    tool: str, sandbox: Shell, folder: Path, programs: Path | None = None
) -> None:
    """Run the page's commands of the tool, with the variables that it sets and this endpoint."""
    lines = [
        line.removeprefix("$ ") for text in blocks(PAGE, "console") for line in text.splitlines()
    ]
    exported = [
        line.removeprefix("export ").split() for line in lines if line.startswith("export ")
    ]
    variables = dict(pair.split("=", 1) for pairs in exported for pair in pairs)
    variables["AWS_ENDPOINT_URL"] = sandbox.endpoint()
    if programs is not None:
        variables["PATH"] = f"{programs}:{read_settings().path}"
    commands = [line for line in lines if tool in line.split()[:2]]
    assert commands
    for command in commands:
        _run(command, folder, variables)


def _run(command: str, folder: Path, variables: Mapping[str, str]) -> None:
    own = {"PATH": read_settings().path, "HOME": str(folder), "SAM_CLI_TELEMETRY": "0", **variables}
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=folder,
        env=own,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


def assert_the_function_writes(sandbox: Shell, stack: str) -> None:
    """By its own role, into the table of its stack."""
    aws = sandbox_clients(sandbox.endpoint())
    outputs = _outputs(aws, stack)
    payload = json.dumps({"id": stack}).encode()
    answer = aws.awslambda.invoke(FunctionName=outputs["Function"], Payload=payload)
    assert answer.get("FunctionError") is None, answer["Payload"].read()
    found = aws.dynamodb.scan(TableName=outputs["Table"])
    assert found["Items"] == [{"id": {"S": stack}}]


def _outputs(aws: AwsClients, stack: str) -> dict[str, str]:
    (found,) = aws.cloudformation.describe_stacks(StackName=stack)["Stacks"]
    return {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])}
