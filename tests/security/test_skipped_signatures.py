"""A sandbox that does not verify signatures."""

from pathlib import Path

import pytest
import requests

from tests.security.signing import ALLOW_ALL, Keys, client_of, read
from wavetank.core.clock import WallClock
from wavetank.core.errors import UsageError
from wavetank.core.settings import read_settings
from wavetank.engines.embedded import SandboxFolder, start_localstack
from wavetank.engines.localstack_child import LocalStackOptions

HTTP_SECONDS = 10


def test_another_value_of_the_variable_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is verified or skipped by a typing error."""
    monkeypatch.setenv("WAVETANK_SIGNATURES", "of")
    with pytest.raises(UsageError, match="verify or skip"):
        read_settings()


@pytest.mark.nightly
def test_signatures_are_skipped_if_the_variable_says_skip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Secrets are not compared; a deleted key, or one of AWS's, is still no administrator's."""
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
            iam = client_of(child.endpoint, "iam", Keys("test", "test"))
            iam.create_user(UserName="some")
            iam.put_user_policy(UserName="some", PolicyName="all", PolicyDocument=ALLOW_ALL)
            made = Keys(iam.create_access_key(UserName="some")["AccessKey"]["AccessKeyId"], "any")
            assert read(child.endpoint, "iam", made) == "done"
            iam.update_access_key(UserName="some", AccessKeyId=made.access_key, Status="Inactive")
            assert read(child.endpoint, "iam", made) == "InvalidClientTokenId"
            iam.delete_access_key(UserName="some", AccessKeyId=made.access_key)
            for key in (made.access_key, made.access_key.lower(), "AKIA" + "Q" * 16, "ASIA1"):
                assert read(child.endpoint, "iam", Keys(key, "any")) == "InvalidClientTokenId"
                assert read(child.endpoint, "s3", Keys(key, "any")) == "InvalidAccessKeyId"
            link = client_of(child.endpoint, "s3", Keys("test", "wrong")).generate_presigned_url(
                "list_buckets"
            )
            assert requests.get(link, timeout=HTTP_SECONDS).status_code == 200
        finally:
            child.stop()
