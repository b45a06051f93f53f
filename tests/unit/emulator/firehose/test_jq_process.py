"""jq programs that would never end, fill the memory, or read what is not theirs.

[jq 1.6 manual]
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.passing import Passing
from wavetank.emulator.firehose.jq_process import BARRED_SECONDS, JqError, JqProcesses


@pytest.fixture(scope="module")
def clock() -> Passing:
    """Time that does not pass by itself."""
    return Passing()


@pytest.fixture(scope="module")
def processes(clock: Passing) -> Iterator[JqProcesses]:
    """Ended afterwards."""
    made = JqProcesses(clock)
    yield made
    made.end()


def test_a_program_has_its_first_output(processes: JqProcesses) -> None:
    """Of the first value in the text, whatever characters it has."""
    assert processes.first("{c: .c, n: 1}", '{"c": "ż\\n"}\n{"c": 2}') == {"c": "ż\n", "n": 1}
    assert processes.first(".[]", "[3, 4]") == 3


@pytest.mark.parametrize(
    ("program", "text"),
    [
        ("{", None),
        (".a", "no json"),
        ("empty", "{}"),
        ("error", "{}"),
        (".a", '{"a": 1'),
        (".a", ""),
    ],
)
def test_a_program_that_fails_says_so(
    processes: JqProcesses, program: str, text: str | None
) -> None:
    """And may be run again at once."""
    for _ in range(2):
        with pytest.raises(JqError) as failed:
            processes.check(program) if text is None else processes.first(program, text)
        assert "too much" not in str(failed.value)


@pytest.mark.parametrize(
    "program",
    ["def f: f; f", '"x" * 1e9'],
)
def test_a_program_without_an_end_is_ended(
    processes: JqProcesses, clock: Passing, program: str
) -> None:
    """It is refused for a while, so that a thousand records do not wait a second each."""
    with pytest.raises(JqError):
        processes.first(program, "{}")
    with pytest.raises(JqError, match="in the last 60 s"):
        processes.first(program, "{}")
    assert processes.first(".", "1") == 1
    clock.sleep(BARRED_SECONDS)


def test_the_environment_is_not_that_of_the_sandbox(
    processes: JqProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where credentials may be."""
    monkeypatch.setenv("SECRET", "value")
    for program in ("env", "$ENV"):
        assert set(processes.first(program, "{}")) <= {"LC_CTYPE"}


@pytest.mark.parametrize(
    "program",
    [
        'import "a" as $a {search: "FOLDER"}; $a',
        'include "m" {search: "FOLDER"}; secret',
        '"FOLDER/m" | modulemeta',
    ],
)
def test_files_are_not_read(processes: JqProcesses, tmp_path: Path, program: str) -> None:
    """Neither data nor modules, though they exist."""
    (tmp_path / "a.json").write_text('"secret"', encoding="utf8")
    (tmp_path / "m.jq").write_text('def secret: "secret";', encoding="utf8")
    with pytest.raises(JqError, match=r"not found|Could not open"):
        processes.first(program.replace("FOLDER", str(tmp_path)), "{}")
