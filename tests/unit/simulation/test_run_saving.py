"""A run that ends before its time."""

from pathlib import Path
from typing import Any

import pytest

from wavetank.cli.output import Output
from wavetank.core.command_process import SUPERVISION
from wavetank.scenario.loader import load_scenario, shipped_scenarios
from wavetank.simulation import run_saving
from wavetank.simulation.run_saving import simulate_and_save
from wavetank.simulation.runner import RunSpec


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunSpec:
    """A run in whose middle native code fails."""

    def fail(*_: Any) -> None:
        raise RuntimeError("AWS_ERROR_CRT_CALLBACK_EXCEPTION")

    monkeypatch.setenv("WAVETANK_STATE", str(tmp_path))
    monkeypatch.setattr(run_saving, "play_with_progress", fail)
    return RunSpec(scenario=load_scenario("calm-day", shipped_scenarios()), seed=1)


def test_ctrl_c_within_native_code_is_ctrl_c(
    spec: RunSpec, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The error that it makes of the KeyboardInterrupt is not the run's."""
    monkeypatch.setattr(SUPERVISION, "is_interrupted", True)
    made: Any = None
    with pytest.raises(KeyboardInterrupt):
        simulate_and_save(made, made, spec, Output(as_json=False))
    assert "the history until then is in" in capsys.readouterr().out


def test_an_error_without_ctrl_c_is_an_error(spec: RunSpec) -> None:
    """With its own type and text."""
    made: Any = None
    with pytest.raises(RuntimeError, match="CRT_CALLBACK"):
        simulate_and_save(made, made, spec, Output(as_json=False))
