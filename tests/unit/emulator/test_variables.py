"""What a function's process finds in its environment."""

from dataclasses import replace
from pathlib import Path

from wavetank.emulator.lambda_.variables import (
    AWS_TMP,
    LOCALSTACK_ONLY,
    ProcessPaths,
    function_variables,
)

PLACE = ProcessPaths(
    task_root=Path("/code"), runtime_api="127.0.0.1:9001", scratch=Path("/scratch")
)


def _variables(prepared: dict[str, object] | None = None, **own: str) -> dict[str, str]:
    return function_variables(prepared or {}, own, "python3.13", PLACE)


def test_what_only_localstacks_containers_know_is_taken_out() -> None:
    """A handler must not come to rely on what AWS does not have."""
    prepared: dict[str, object] = dict.fromkeys(LOCALSTACK_ONLY, "x")
    assert LOCALSTACK_ONLY.isdisjoint(_variables(prepared))


def test_the_functions_own_variables_win_over_defaults_but_not_over_reserved_ones() -> None:
    """TZ or PATH may be set; the runtime's own address may not."""
    variables = _variables(PATH="/mine", AWS_LAMBDA_RUNTIME_API="elsewhere")
    assert variables["PATH"] == "/mine"
    assert variables["AWS_LAMBDA_RUNTIME_API"] == "127.0.0.1:9001"


def test_numbers_become_text_and_the_log_level_is_awss() -> None:
    """LocalStack prepares some values as numbers, and the level as `Info`."""
    variables = _variables({"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": 128, "AWS_LAMBDA_LOG_LEVEL": "Info"})
    assert variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "128"
    assert variables["AWS_LAMBDA_LOG_LEVEL"] == "INFO"


def test_unreserved_variables_have_awss_values_in_the_paths_that_the_function_sees() -> None:
    """With files of its own they are AWS's; without, its folders stand for /var/task and /opt."""
    own_files = ProcessPaths(task_root=Path("/var/task"), runtime_api="", scratch=AWS_TMP)
    found = function_variables({}, {}, "python3.13", own_files)
    assert found["LD_LIBRARY_PATH"] == (
        "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:"
        "/var/task:/var/task/lib:/opt/lib"
    )
    assert found["PATH"] == "/usr/local/bin:/usr/bin/:/bin:/opt/bin"
    assert not {"HOME", "TMPDIR"} & found.keys()
    shared = replace(PLACE, opt="/layers")
    found = function_variables({}, {}, "nodejs20.x", shared)
    assert found["LD_LIBRARY_PATH"].endswith(":/code:/code/lib:/layers/lib")
    assert found["PATH"].endswith(":/layers/bin")
    assert found["NODE_PATH"] == (
        "/layers/nodejs/node20/node_modules:/layers/nodejs/node_modules:/var/runtime/node_modules"
    )
    assert found["HOME"] == found["TMPDIR"] == "/scratch"


def test_an_os_only_runtime_has_no_execution_environment_variable() -> None:
    """[Lambda developer guide: configuration-envvars]."""
    found = function_variables({"AWS_EXECUTION_ENV": "x"}, {}, "provided.al2023", PLACE)
    assert "AWS_EXECUTION_ENV" not in found
    assert "PYTHONPATH" not in found
