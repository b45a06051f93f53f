"""Commands killed before and after each writing call: a later command reaches the same end.

The calls are counted in the command's own process, which kills itself there with SIGKILL.
"""

import subprocess
import sys
from collections.abc import Iterator
from itertools import count

import pytest

from tests.live.hosts import PROJECT
from tests.shell import DEFAULT, NO_PROJECT, Shell
from wavetank.clients import AwsClients, sandbox_clients

pytestmark = pytest.mark.nightly
KILLED = """
import os, signal, sys
from botocore.client import BaseClient
number, side, *words = sys.argv[1:]
left, stock = int(number), BaseClient._make_api_call
READS = ("BatchGet", "Describe", "Filter", "Get", "Head", "List", "Query", "Scan")

def call(client, operation, parameters):
    global left
    if operation.startswith(READS):
        return stock(client, operation, parameters)
    left -= 1
    if left == 0 and side == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    answer = stock(client, operation, parameters)
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return answer

BaseClient._make_api_call = call
sys.argv[1:] = words
from wavetank.cli.main import run
run()
"""
SIDES = ("before", "after")
DRILL = ("drill",)
FORBID = ("drill", "--by", "no-concurrency")
RUN = ("run", "broken-deployment", "--engine", "embedded", "--seed", "1")
DENY = ("run", "permission-removed", "--engine", "embedded", "--seed", "1")
RESTORE = ("drill", "--restore")
DEPLOY = ("deploy", "--record-format", "original")


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """With a sandbox that is up."""
    shell = Shell(tmp_path_factory.mktemp("kill-points"))
    up = shell.run("up", "--detach", "--retry-base-delay", "1", "--confirm-emails")
    assert up.code == 0, up.err
    yield shell
    shell.run("down")


def _end_state(aws: AwsClients) -> object:
    """All that these commands change."""
    name = DEFAULT.streaming_function
    found = aws.awslambda.get_function_configuration(FunctionName=name)
    role = found["Role"].rpartition("/")[2]
    stacks = [
        aws.cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
        for stack in (DEFAULT.storage_stack, DEFAULT.pipeline_stack)
    ]
    return (
        found["CodeSha256"],
        found.get("Environment"),
        aws.awslambda.get_function_concurrency(FunctionName=name).get(
            "ReservedConcurrentExecutions"
        ),
        aws.events.describe_rule(Name=DEFAULT.rule)["State"],
        sorted(aws.iam.list_role_policies(RoleName=role)["PolicyNames"]),
        [(stack["StackStatus"], stack.get("Parameters")) for stack in stacks],
    )


def _is_killed(shell: Shell, number: int, side: str, words: tuple[str, ...]) -> bool:
    """Runs the command; whether it came to that call."""
    assignments = [f"WAVETANK_STATE={shell.state}", f"COMPOSE_PROJECT_NAME={NO_PROJECT}"]
    command = ["env", *assignments, sys.executable, "-c", KILLED, str(number), side, *words]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode in {0, 1, 3, -9}, done.stderr
    return done.returncode == -9


def _kill_points() -> Iterator[tuple[int, str]]:
    """Each writing call's number, and the side of it; they do not end."""
    for number in count(1):
        for side in SIDES:
            yield number, side


def _journals(shell: Shell) -> list[str]:
    return [file.name for file in (shell.state / "changes").glob("*.json")]


@pytest.mark.parametrize("words", [DRILL, FORBID, RUN, DENY], ids=" ".join)
def test_what_a_command_changed_is_reverted_wherever_it_is_killed(
    shell: Shell, words: tuple[str, ...]
) -> None:
    """`drill --restore` brings the state from before, and leaves no entry."""
    aws = sandbox_clients(shell.endpoint())
    before, tried = _end_state(aws), 0
    for number, side in _kill_points():
        if not _is_killed(shell, number, side, words):
            break
        restored = shell.run(*RESTORE)
        assert restored.code == 0, (number, side, restored.err)
        assert _end_state(aws) == before, (number, side, restored.out)
        assert _journals(shell) == []
        tried += 1
    sys.stdout.write(f"{tried} of {tried} kill points recovered\n")  # shown by -rP
    assert tried >= 4


def test_a_killed_restoration_is_made_again(shell: Shell) -> None:
    """Before and after each of its calls; the second one comes to the same end."""
    aws = sandbox_clients(shell.endpoint())
    before = _end_state(aws)
    for number, side in _kill_points():
        assert _is_killed(shell, 3, "before", RUN)  # the rule is off, and the code broken
        if not _is_killed(shell, number, side, RESTORE):
            break
        assert shell.run(*RESTORE).code == 0
        assert _end_state(aws) == before, (number, side)
        assert _journals(shell) == []
    assert number > 1


def test_a_killed_deployment_is_made_again(shell: Shell) -> None:
    """The same command comes to the end of one that nothing disturbed."""
    aws = sandbox_clients(shell.endpoint())
    assert shell.run(*DEPLOY).code == 0
    expected = _end_state(aws)
    for number, side in _kill_points():
        assert shell.run("deploy", "--record-format", "ndjson").code == 0
        if not _is_killed(shell, number, side, DEPLOY):
            break
        again = shell.run(*DEPLOY)
        assert again.code == 0, (number, side, again.err)
        assert _end_state(aws) == expected, (number, side)
    assert number > 2
