"""What a stranger's handler can reach, and what it can use up, on each engine's own level."""

import threading
from pathlib import Path
from typing import Any

import pytest

from tests.live.conftest import MakeFunction
from tests.live.escape import ESCAPE
from tests.live.hosts import PROJECT, ContainerHost, Host
from tests.permitted import namespaces_are_permitted
from wavetank.aws.sandbox_api import SandboxControls

LAMBDA = "/tmp/lambda"  # noqa: S108 - where LocalStack unpacks code
FORK_BOMB = (
    "import os\n"
    "def handler(event, context):\n"
    "  if event == 'calm': return 'calm'\n"
    "  while True:\n"
    "    try: os.fork()\n"
    "    except OSError: pass\n"
)
FORKS = (
    "import os, signal\n"
    "def handler(event, context):\n"
    "  children = []\n"
    "  try:\n"
    "    while child := os.fork(): children.append(child)\n"
    "    signal.pause()\n"
    "  except OSError as error:\n"
    "    for child in children: os.kill(child, signal.SIGKILL)\n"
    "    for child in children: os.waitpid(child, 0)\n"
    "    return [len(children), error.strerror]\n"
)
DISK_FILLER = (
    "import os\n"
    "def handler(event, context):\n"
    "  written = 0\n"
    "  try:\n"
    "    for number in range(10**6):\n"
    "      with open(f'{os.environ.get(\"TMPDIR\", \"/tmp\")}/{number}', 'wb') as file:\n"
    "        written += file.write(bytes(2**20))\n"
    "  except OSError as error: return [written, error.strerror]\n"
)


@pytest.fixture(scope="module")
def level(localstack: Host) -> str:
    """The level of isolation that this engine says it has: the strongest that is permitted here."""
    found = SandboxControls(localstack.endpoint).isolation()
    if isinstance(localstack, ContainerHost):
        assert found["level"] == "users", found
    elif namespaces_are_permitted():
        assert found["level"] == "namespaces", found
    return str(found["level"])


def test_a_strangers_handler_reaches_no_other_function_nor_the_sandbox(
    make_function: MakeFunction, level: str
) -> None:
    """Neither variables, files and processes of LocalStack, nor another function or its code."""
    if level == "process":
        pytest.skip("this machine permits neither namespaces nor users")
    other = make_function("def handler(e, c): return __file__", Environment=_secret())
    code_of_other = other.result()
    seen = make_function(ESCAPE).result(
        ["/etc/shadow", "/etc/hostname", "/run", str(PROJECT), "/var/lib/localstack", LAMBDA]
        + ([] if level == "namespaces" else [code_of_other, str(Path(code_of_other).parent)])
    )
    assert seen["environments"] == []
    assert seen["may_end"] == []
    assert seen["roots"] == []
    assert seen["written"] == []
    assert (seen["capabilities"], seen["no_new_privileges"]) == (0, 1)
    assert seen["user"] == "sbx_user1051"
    assert seen["tmp"] == "written"
    expected = [] if level == "namespaces" else ["/etc/hostname", "/run"]
    assert seen["readable"] == expected


def test_the_code_is_where_aws_has_it(make_function: MakeFunction, level: str) -> None:
    """In namespaces LAMBDA_TASK_ROOT is /var/task itself, and errors name it without a rewrite."""
    if level != "namespaces":
        pytest.skip(f"the level is {level}")
    source = "import os\ndef handler(e, c): return [__file__, os.getcwd(), os.listdir('/var/task')]"
    assert make_function(source).result() == [
        "/var/task/function.py",
        "/var/task",
        ["function.py"],
    ]


def test_status_explains_the_isolation_level(localstack: Host, level: str) -> None:
    """The route has the level, a sentence on it, and why stronger levels are not used."""
    found = SandboxControls(localstack.endpoint).isolation()
    assert level in {"namespaces", "users", "process"}
    assert len(found["meaning"]) > 20
    assert isinstance(found["refused"], list)


def test_a_handler_cannot_fill_the_disk(make_function: MakeFunction, level: str) -> None:
    """Its ephemeral storage is its limit; in namespaces the file system is full, as on AWS."""
    function = make_function(DISK_FILLER, Timeout=60, MemorySize=512)
    answer = function.invoke()
    if level == "namespaces":
        written, reason = answer.payload
        assert reason == "No space left on device"
        assert 500 * 2**20 < written <= 512 * 2**20
    else:
        assert answer.payload["errorType"] == "Runtime.ExitError"
        assert "more than its ephemeral storage" in answer.log


@pytest.mark.nightly
def test_a_fork_bomb_leaves_the_sandbox_working(
    make_function: MakeFunction, localstack: Host, level: str
) -> None:
    """While it explodes other functions answer, and when its time is up none of it is left."""
    if level == "process":
        pytest.skip("as root, the kernel limits processes only of other users")
    bomb, other = (
        make_function(FORK_BOMB, Timeout=30, MemorySize=512),
        make_function("def handler(e, c): return e"),
    )
    other.result(0)
    answers: list[Any] = []
    thread = threading.Thread(target=lambda: answers.append(bomb.invoke()))
    thread.start()
    assert [other.result(n) for n in range(5)] == list(range(5))
    assert thread.is_alive()
    thread.join()
    assert answers[0].payload["errorType"] in {"Sandbox.Timedout", "Runtime.ExitError"}
    assert localstack.process_states(bomb.name) == []
    assert bomb.result("calm") == "calm"


@pytest.mark.nightly
def test_a_function_has_as_many_processes_as_on_aws(
    make_function: MakeFunction, level: str
) -> None:
    """The 1,024th is refused to it, and the environment works on."""
    if level == "process":
        pytest.skip("as root, the kernel limits processes only of other users")
    function = make_function(FORKS, Timeout=60, MemorySize=10240)
    forked, reason = function.result()
    assert reason == "Resource temporarily unavailable"
    assert 900 < forked <= 1024


@pytest.mark.nightly
def test_a_hundred_functions_at_once_all_answer(make_function: MakeFunction) -> None:
    """A hundred cold starts at the same moment."""
    functions = [make_function("def handler(e, c): return e", Timeout=60) for _ in range(100)]
    answers: dict[int, Any] = {}

    def invoke(number: int) -> None:
        answers[number] = functions[number].result(number)

    threads = [threading.Thread(target=invoke, args=(number,)) for number in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {number: number for number in range(100)}


def _secret() -> dict[str, dict[str, str]]:
    return {"Variables": {"SECRET": "of another function"}}
