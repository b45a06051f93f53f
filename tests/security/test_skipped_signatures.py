"""A sandbox that does not verify signatures."""

from pathlib import Path

import pytest

from tests.security.signing import Keys, read
from wavetank.clock import WallClock
from wavetank.engines.embedded import SandboxFolder, start_localstack
from wavetank.engines.localstack_child import LocalStackOptions
from wavetank.errors import UsageError
from wavetank.settings import read_settings


def test_another_value_of_the_variable_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is verified or skipped by a typing error."""
    monkeypatch.setenv("WAVETANK_SIGNATURES", "of")
    with pytest.raises(UsageError, match="verify or skip"):
        read_settings()


@pytest.mark.nightly
def test_signatures_are_skipped_where_the_variable_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has the key of an account in the shell is an administrator then."""
    monkeypatch.setenv("WAVETANK_SIGNATURES", "skip")
    settings, folder = read_settings(), SandboxFolder(tmp_path)
    options = LocalStackOptions(
        folder=folder.path / "localstack",
        path=settings.path,
        verify_signatures=settings.verify_signatures,
    )
    with folder.owned():
        child = start_localstack(folder, options, WallClock())
        try:
            unknown = Keys("AKIA" + "Q" * 16, "any")
            assert read(child.endpoint, "iam", unknown) == "done"
        finally:
            child.stop()
