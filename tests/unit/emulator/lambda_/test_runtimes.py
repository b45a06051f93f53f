"""Which runtimes run, on which program, and with which arguments they are started."""

import sys

import pytest

from wavetank.emulator.lambda_.runtimes import (
    NodeProgram,
    RuntimeFamily,
    RuntimePaths,
    family_of,
    runtime_refusal,
    start_command,
    substitution,
)

NODE = NodeProgram("/usr/bin/node", "v20.20.2")
OWN = f"python{sys.version_info.major}.{sys.version_info.minor}"
PATHS = RuntimePaths(
    task_root="/code",
    opt="/layers",
    entry_point="/code/bootstrap",
    python="/python",
    python_script="/bootstrap.py",
    node_script="/index.mjs",
    site="/site",
)


@pytest.mark.parametrize(
    ("runtime", "family"),
    [
        ("python3.12", RuntimeFamily.PYTHON),
        ("nodejs22.x", RuntimeFamily.NODE),
        ("provided", RuntimeFamily.OS_ONLY),
        ("provided.al2023", RuntimeFamily.OS_ONLY),
        ("java21", None),
        ("pythonic", None),
        (None, None),
    ],
)
def test_runtimes_belong_to_the_family_that_starts_them(
    runtime: str | None, family: RuntimeFamily | None
) -> None:
    """Others are not started at all."""
    assert family_of(runtime) is family


@pytest.mark.parametrize(
    ("runtime", "node", "in_process", "said"),
    [
        ("python3.9", None, False, None),
        ("nodejs20.x", NODE, False, None),
        ("provided.al2023", None, False, None),
        ("nodejs20.x", None, False, "needs the program node"),
        ("dotnet8", NODE, False, "needs an interpreter and a runtime client"),
        (None, NODE, False, "a container image needs Docker"),
        ("python3.9", None, True, None),
        ("nodejs20.x", NODE, True, "use --engine embedded"),
    ],
)
def test_what_cannot_run_is_refused_with_what_is_missing(
    runtime: str | None,
    node: NodeProgram | None,
    in_process: bool,  # noqa: FBT001 - a parameter of the test
    said: str | None,
) -> None:
    """The simulator, whose functions are in its own process, has Python only."""
    refusal = runtime_refusal(runtime, node, in_process=in_process)
    assert refusal is None if said is None else said in str(refusal)


def test_another_version_is_named_together_with_that_of_the_runtime() -> None:
    """The same version, and a custom program, need no warning."""
    assert substitution("nodejs22.x", NODE) == (
        "functions with the runtime nodejs22.x run on Node.js v20.20.2"
    )
    assert substitution("nodejs20.x", NODE) is None
    assert substitution(OWN, NODE) is None
    assert substitution("provided.al2023", NODE) is None
    assert substitution("python3.9", None) == (
        f"functions with the runtime python3.9 run on Python {OWN.removeprefix('python')}"
    )


def test_a_wrapper_gets_the_interpreter_and_the_script_as_its_last_argument() -> None:
    """AWS's example inserts options before the last argument; without one the name is for `ps`."""
    options = ["-S", "-X", "runtime_site=/site", "-X", "layers=/layers"]
    plain = start_command("python3.13", PATHS, "name", None)
    assert plain == ["/python", *options, "/bootstrap.py", "name"]
    wrapped = start_command("python3.13", PATHS, "name", "/opt/wrapper")
    assert wrapped == ["/layers/wrapper", "/python", *options, "/bootstrap.py"]
    own = start_command("python3.13", PATHS, "name", "/var/task/bin/wrapper")
    assert own[0] == "/code/bin/wrapper"


def test_os_only_runtimes_start_their_own_program_and_have_no_wrapper() -> None:
    """[Lambda developer guide: runtimes-modify]."""
    assert start_command("provided.al2023", PATHS, "name", "/opt/x") == ["/code/bootstrap"]
