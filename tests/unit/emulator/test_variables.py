"""What a function's process finds in its environment."""

from pathlib import Path

from wavetank.emulator.lambda_.variables import LOCALSTACK_ONLY, ProcessPaths, function_variables

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
