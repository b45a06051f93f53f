"""No test can reach a real AWS account, whatever the machine it runs on is configured with."""

from pathlib import Path

import pytest
from botocore.session import Session

from tests.conftest import hide_accounts

PROFILE = "[default]\naws_access_key_id = host\naws_secret_access_key = host\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder in which the SDK would find an account, if it were not for the guard."""
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "credentials").write_text(PROFILE)
    (tmp_path / ".boto").write_text(PROFILE.replace("default", "Credentials"))
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE", "BOTO_CONFIG"):
        monkeypatch.delenv(name)
    return tmp_path


def test_run_starts_without_an_account() -> None:
    """The SDK finds no credentials in a test as the suite starts it."""
    assert Session().get_credentials() is None


@pytest.mark.parametrize("place", [".aws/credentials", ".boto"])
def test_accounts_in_files_are_hidden(
    home: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Credentials in the host's files are found without the guard, and not with it."""
    for other in {".aws/credentials", ".boto"} - {place}:
        (home / other).unlink()
    assert Session().get_credentials() is not None
    hide_accounts(monkeypatch)
    assert Session().get_credentials() is None


def test_accounts_in_variables_are_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials in the host's variables are found without the guard, and not with it."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "host")
    assert Session().get_credentials() is not None
    hide_accounts(monkeypatch)
    assert Session().get_credentials() is None
