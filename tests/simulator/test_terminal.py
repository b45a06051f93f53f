"""`run` and `replay` in a terminal: progress, output, and what Ctrl-C leaves."""

import termios
from pathlib import Path

import pytest

from tests.shell import Shell
from tests.terminal import Terminal, shown, terminal
from tests.waiting import wait_until_true
from wavetank.core.errors import ExitCode

WIDTH = 60


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """A shell with its own state folder."""
    return Shell(tmp_path_factory.mktemp("terminal"))


@pytest.fixture(scope="module")
def played(shell: Shell) -> Terminal:
    """A run in a window of sixty columns."""
    return shown(shell.command("run", "calm-day", "--duration", "1h", "--seed", "7"), WIDTH)


def test_a_run_shows_progress_and_leaves_its_findings(played: Terminal) -> None:
    """A spinner, then a bar; at the end they are gone, and findings and totals remain."""
    assert played.process.returncode == ExitCode.VALID
    assert played.wrote(r"deploying to LocalStack in this process \(\d+ s\)")
    assert played.wrote(r"virtual time ━+ .* of 1 h")
    text = played.text()
    assert "deploying" not in text
    assert "━" not in text
    assert text.count("\nvalid ") == 11
    assert "\n11 valid\n" in text
    assert "\nthe same again: ./wavetank replay calm-day-7\nreport:" in text


def test_a_run_breaks_between_words(played: Terminal) -> None:
    """What does not fit into sixty columns continues indented on the next line."""
    lines = played.lines()
    assert any(line.startswith("         ") for line in lines)  # under the requirement
    assert not [line for line in lines if len(line) == WIDTH and line.endswith(" ")]
    assert " ".join(" ".join(lines).split()).count("nothing remained") == 1


@pytest.mark.parametrize(
    ("variables", "forbidden"),
    [
        ({"NO_COLOR": "1"}, b"\x1b[3"),
        ({"TERM": "dumb"}, b"\x1b"),
    ],
)
def test_colours_and_codes_can_be_switched_off(
    shell: Shell, played: Terminal, variables: dict[str, str], forbidden: bytes
) -> None:
    """NO_COLOR removes colours, a dumb terminal every code; the words remain."""
    assert b"\x1b[32m" in played.raw  # valid is green
    checked = shown(shell.command("replay", "calm-day-7", "--check"), variables=variables)
    assert checked.text().count("valid  ") == 11
    assert forbidden not in checked.raw


def test_in_a_pipe_there_is_no_code(shell: Shell, played: Terminal) -> None:
    """Neither escape codes nor carriage returns, and every finding is one line."""
    assert played.process.returncode == ExitCode.VALID
    checked = shell.run("replay", "calm-day-7", "--check")
    assert not {"\x1b", "\r"} & set(checked.out + checked.err)
    assert len(checked.out.splitlines()) == 12
    assert checked.err == "checking ...\n"


def test_ctrl_c_in_a_run_says_what_was_saved(tmp_path: Path) -> None:
    """In a line, with the shell's exit code, and the cursor is visible again."""
    command = Shell(tmp_path).command("run", "calm-day")
    with terminal(command) as window:
        window.wait_for("virtual time")
        window.press_ctrl_c()
        window.process.wait(60)
        wait_until_true(lambda: not window.screen.cursor.hidden, "the cursor to be shown again")
    text = " ".join(window.text().split())
    assert window.process.returncode == ExitCode.INTERRUPTED
    assert "stopped; the history until then is in" in text
    assert "history.jsonl" in text
    assert "Traceback" not in text
    assert "virtual time" not in text.partition("stopped;")[2]


def test_the_debugger_has_the_terminal(shell: Shell, played: Terminal) -> None:
    """Keys are edited, Ctrl-C at the prompt ends nothing, and `q` leaves the terminal as it was."""
    assert played.process.returncode == ExitCode.VALID
    command = shell.command("replay", "calm-day-7", "--until", "30", "--pdb")
    with terminal(command, columns=200) as window:
        window.wait_for(r"\(Pdb\)$")
        assert "> /var/task/" in window.text()
        window.press_ctrl_c()
        window.types("p 'right'" + 6 * "\x1b[D" + "b")  # arrows to the left
        window.wait_for(r"'bright'\n\(Pdb\)$")
        echoes = termios.tcgetattr(window.keyboard)[3] & termios.ECHO
        window.types("q")
        window.process.wait(60)
        assert termios.tcgetattr(window.keyboard)[3] & termios.ECHO
        assert not echoes
    assert window.process.returncode == ExitCode.VALID
    assert "ended at event 30" in window.text()
    assert "Traceback" not in window.text()
