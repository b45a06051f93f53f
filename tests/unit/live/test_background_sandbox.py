"""How `up --detach` ends if its process does."""

from pathlib import Path

import pytest

from wavetank.core.errors import ExitCode, InfrastructureError, UsageError, WavetankError
from wavetank.live.background_sandbox import ending


@pytest.mark.parametrize(
    ("log", "code", "kind", "text"),
    [
        (
            "starting\nwavetank: expected a; found b; do c\n",
            2,
            UsageError,
            "expected a; found b; do c",
        ),
        ("wavetank: no d; do e\nexpected f", 2, UsageError, "no d; do e"),
        (
            "wavetank: expected a; found b; do c",
            4,
            InfrastructureError,
            "expected a; found b; do c",
        ),
    ],
)
def test_its_own_error_is_shown_alone(
    tmp_path: Path, log: str, code: int, kind: type[WavetankError], text: str
) -> None:
    """With the exit code that `up` in the foreground would have."""
    (tmp_path / "up.log").write_text(log)
    error = ending(code, tmp_path / "up.log")
    assert (type(error), str(error)) == (kind, text)


def test_the_log_is_named_if_it_has_none(tmp_path: Path) -> None:
    """The process was killed, or has printed something else."""
    (tmp_path / "up.log").write_text("Killed")
    error = ending(-9, tmp_path / "up.log")
    assert error.exit_code is ExitCode.INFRASTRUCTURE
    assert str(error).endswith(f"found Killed; see {tmp_path / 'up.log'}")
