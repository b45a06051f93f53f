"""What a command that is killed has left changed, a later command finds and reverts."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator

import pytest

from tests.shell import DEFAULT, Shell
from tests.waiting import wait_until_true
from wavetank.aws.clients import AwsClients, sandbox_clients
from wavetank.core.errors import ExitCode
from wavetank.core.lambda_package import package_files

pytestmark = pytest.mark.nightly
RULE_OFF = f"the rule {DEFAULT.rule} is off"
BROKEN = f"the code of {DEFAULT.streaming_function} is broken"
PAUSED = "the host of the sandbox has the fault host-paused"
RESTORE = f"./wavetank drill --restore --name {DEFAULT.stem}"


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """With a sandbox that is up."""
    shell = Shell(tmp_path_factory.mktemp("killed"))
    up = shell.run("up", "--detach", "--retry-base-delay", "1", "--confirm-emails")
    assert up.code == 0, up.err
    yield shell
    shell.run("down")


@pytest.fixture(scope="module")
def aws(shell: Shell) -> AwsClients:
    """Its clients."""
    return sandbox_clients(shell.endpoint())


def _state(aws: AwsClients) -> tuple[str, str]:
    """The rule's state, and the digest of the code."""
    name = DEFAULT.streaming_function
    code = aws.awslambda.get_function_configuration(FunctionName=name)["CodeSha256"]
    return aws.events.describe_rule(Name=DEFAULT.rule)["State"], code


def _journal(shell: Shell) -> str:
    """All that is in the journals."""
    return "".join(file.read_text() for file in (shell.state / "changes").glob("*.json"))


def _kill_when(shell: Shell, condition: Callable[[], bool], *arguments: str) -> None:
    """Kills the command's own process once that is so."""
    process = subprocess.Popen(
        shell.command(*arguments), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    wait_until_true(condition, f"{arguments} to get there", 90)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def test_a_killed_run_is_reported_and_reverted_completely(shell: Shell, aws: AwsClients) -> None:
    """Rule and code: every command shows what does it, `drill --restore` does, once."""
    before = _state(aws)
    assert before[0] == "ENABLED"
    command = ["run", "broken-deployment", "--engine", "embedded", "--seed", "1"]
    _kill_when(shell, lambda: '"code"' in _journal(shell), *command)
    wait_until_true(lambda: _state(aws)[0] == "DISABLED", "the rule to be off", 30)
    for words in (["status"], ["plan"], ["check"], ["invoke"]):
        said = shell.run(*words, "--json")
        assert said.events("changed") == [{"event": "changed", "changes": [RULE_OFF, BROKEN]}]
        assert RESTORE in said.err
    refused = shell.run(*command)
    assert refused.code == ExitCode.USAGE
    assert "a change of an earlier command" in refused.err
    restored = shell.run("drill", "--restore", "--json")
    assert restored.code == 0, restored.err
    assert set(restored.events("restored")[0]["changes"]) >= {RULE_OFF}
    assert _state(aws) == before
    assert _journal(shell) == ""
    assert shell.run("status", "--json").events("changed") == []
    assert "nothing to revert" in shell.run("drill", "--restore").out


def test_code_that_was_deployed_since_is_not_overwritten(shell: Shell, aws: AwsClients) -> None:
    """What is there is no longer what was put there."""
    deployed = _state(aws)
    _kill_when(shell, lambda: _state(aws) != deployed, "drill")
    other = package_files("streaming", {"other.py": b"pass"})
    name = DEFAULT.streaming_function
    aws.awslambda.update_function_code(FunctionName=name, ZipFile=other.content)
    wait_until_true(lambda: _state(aws)[1] == other.code_sha256, "the other code", 30)
    restored = shell.run("drill", "--restore")
    assert restored.code == 0, restored.err
    assert "already reverted, or replaced since" in restored.out
    assert _state(aws)[1] == other.code_sha256
    assert _journal(shell) == ""


def test_a_sandbox_that_a_killed_drill_has_paused_is_continued(shell: Shell) -> None:
    """Before anything is asked of it, as it would not answer."""
    _kill_when(
        shell,
        lambda: '"host"' in _journal(shell),
        "drill",
        "--fault",
        "host-paused",
        "--duration",
        "10m",
    )
    restored = shell.run("drill", "--restore", "--json")
    assert restored.code == 0, restored.err
    assert restored.events("restored")[0]["changes"] == [PAUSED]
    assert shell.run("status", "--json").events("changed") == []
