"""What a command says on a terminal, in a pipe and to a program."""

import json
import sys
from io import StringIO

import pytest

from tests.unit.cli.output.windows import Window, output_in, text_of, window
from wavetank.cli.output import Output
from wavetank.core.findings import Finding, Verdict

FINDINGS = (
    Finding("if a tick or a later one succeeds, its records are in S3", Verdict.VALID, "53 did"),
    Finding(
        "each ticker's prices change by at most 1 % from sample to sample",
        Verdict.INVALID,
        "a jump of 12 % between two samples of Index_1 in a bucket of a rather long name",
        fix="put the records first and write the prices back after that, all of them at once",
    ),
    Finding("each rule fires at every due instant", Verdict.UNKNOWN, "nobody was asked"),
    Finding("groups are processed in order", Verdict.NOT_EXERCISED, "no message has a group"),
)


@pytest.mark.parametrize("width", [80, 60])
def test_findings_stand_in_columns_and_fit(width: int) -> None:
    """No line is longer, no word is lost, verdicts are words, and the totals stand below."""
    console = window(width)
    output_in(console).findings(FINDINGS)
    lines = text_of(console).splitlines()
    assert max(map(len, lines)) <= width
    said = " ".join(lines).split()
    for finding in FINDINGS:
        assert set(f"{finding.requirement} {finding.evidence} {finding.fix or ''}".split()) <= {
            *said
        }
    assert [line.split()[0] for line in lines if not line.startswith(" ")][:5] == [
        "valid",
        "invalid",
        "unknown",
        "not",
        "fix",
    ]
    assert lines[-1] == "1 valid, 1 invalid, 1 unknown, 1 not exercised"


def test_in_a_pipe_a_finding_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """However long, so that grep finds it whole, and without an escape code."""
    Output(as_json=False).findings(FINDINGS)
    out = capsys.readouterr().out
    assert f"invalid {FINDINGS[1].requirement}: {FINDINGS[1].evidence}\n" in out
    assert "\x1b" not in out


def test_progress_in_a_pipe_is_a_line_now_and_then_on_standard_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though colours are forced: a pipe stays one."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    console = window(80)
    output = Output(as_json=False, clock=output_in(console).clock)
    with output.counting("playing", 10) as activity:
        activity.update(done=1)
        output.clock.sleep(10)
        activity.update(done=5)
        activity.update(done=6)
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "playing ...\nplaying: 5 of 10, 10 s to go\n"


def test_what_moves_is_gone_at_the_end_and_never_too_long() -> None:
    """A long text has an ellipsis; what was said meanwhile stays."""
    console = window(60)
    output = output_in(console)
    with output.waiting("deploying " + "a stack of a long name " * 5):
        output.say("said meanwhile")
    assert "…" in text_of(console)
    assert "said meanwhile" in text_of(console)


def test_json_stays_on_standard_output_while_something_moves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`campaign --json > file` on a terminal: the file has the JSON, the terminal what moves."""
    pipe, terminal = StringIO(), Window()
    monkeypatch.setattr(sys, "stdout", pipe)
    monkeypatch.setattr(sys, "stderr", terminal)
    output = Output(as_json=True)
    with output.waiting("playing"):
        output.emit("result", seed=1, text="x" * 200)
    assert json.loads(pipe.getvalue()) == {"event": "result", "seed": 1, "text": "x" * 200}
    assert "result" not in terminal.getvalue()
    assert "playing" in terminal.getvalue()


def test_json_on_a_terminal_is_whole_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is wrapped into them, also where both streams are one terminal."""
    terminal = Window()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setattr(sys, "stderr", terminal)
    output = Output(as_json=True)
    output.emit("result", text="word " * 50)
    assert json.loads(terminal.getvalue())["text"] == "word " * 50


def test_a_dumb_terminal_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing can be written over, nothing moves, and there is no escape code."""
    monkeypatch.setenv("TERM", "dumb")
    terminal = Window()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setattr(sys, "stderr", terminal)
    with Output(as_json=False).waiting("playing"):
        pass
    assert terminal.getvalue() == "playing ...\n"


def test_a_command_to_copy_is_never_broken() -> None:
    """It has a line of its own where there is no room for it beside its reason."""
    console = window(60)
    command = "./wavetank run " + "x" * 60
    output_in(console).command("the same again", command)
    output_in(console).command("again", "./wavetank replay x")
    assert text_of(console) == f"the same again:\n{command}\nagain: ./wavetank replay x\n"
