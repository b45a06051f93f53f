"""What is read of the environment."""

import pytest

from wavetank.core.settings import with_bytecode_kept


def test_bytecode_is_written_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """All else is as it is there."""
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("OTHER", "kept")
    kept = with_bytecode_kept()
    assert kept["OTHER"] == "kept"
    assert "PYTHONDONTWRITEBYTECODE" not in kept
