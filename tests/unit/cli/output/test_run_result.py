"""What a command says about a run besides its verdicts."""

from pathlib import Path

import pytest

from wavetank.cli.output import Output
from wavetank.cli.output.run_result import show_result
from wavetank.core.errors import ExitCode
from wavetank.scenario.run_store import SavedRun
from wavetank.simulation.runner import RunResult


def test_calls_without_an_answer_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With where an answer can be given; and in JSON."""
    call = "comprehend DetectSentiment has no answer (2 calls)"
    result = RunResult((), "ab" * 32, 3, ExitCode.VALID, unanswered=(call,))
    show_result(result, SavedRun(tmp_path / "run-1"), Output(as_json=False))
    expected = f"{call}: no emulator serves it; answer it in a test by simulator.answers\n"
    assert expected in capsys.readouterr().out
    show_result(result, SavedRun(tmp_path / "run-1"), Output(as_json=True))
    assert f'"call": "{call}"' in capsys.readouterr().out
