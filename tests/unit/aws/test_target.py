"""Where a command acts is sure before it does anything."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.pretended_aws import (
    ACCOUNT,
    READER_ACCOUNT,
    Answer,
    PretendedAws,
    is_call,
    pretended_aws,
    query_answer,
    query_error,
)
from wavetank.aws.clients import aws_clients, configured_endpoints
from wavetank.aws.target import TargetKind, aws_target, local_target
from wavetank.core.errors import InfrastructureError, UsageError
from wavetank.core.http_types import ConnectionLostError, HttpRequest, HttpResponse

type ToAws = Callable[..., PretendedAws]


@pytest.fixture
def to_aws(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> ToAws:
    """Puts the given answers in AWS's place, with no LocalStack behind them."""

    def use(*answers: Answer) -> PretendedAws:
        context = pretended_aws(monkeypatch, None, *answers)
        aws = context.__enter__()
        request.addfinalizer(lambda: context.__exit__(None, None, None))
        return aws

    return use


def identity(account: str) -> Answer:
    """STS says that the credentials are the account's."""
    answer = query_answer("GetCallerIdentity", f"<Account>{account}</Account>")
    return lambda request: answer if is_call(request, "sts", "GetCallerIdentity") else None


def refusal(code: str) -> Answer:
    """STS refuses the credentials."""
    return lambda _: query_error(code, "no", 403)


def test_an_account_is_named(to_aws: ToAws) -> None:
    """With usable credentials the target is the account that STS says they are of."""
    to_aws(identity(ACCOUNT))
    target = aws_target(None, ACCOUNT)
    assert (target.kind, target.account, target.endpoint) == (TargetKind.AWS, ACCOUNT, None)
    assert target.description == f"AWS account {ACCOUNT} in eu-west-1"


@pytest.mark.parametrize("key", ["test", "000000000000", "LKIAQAAAAAAAHFR7TTMU", "LSIAQAAAAAAA"])
def test_credentials_of_a_sandbox_never_reach_aws(
    key: str, to_aws: ToAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What LocalStack's users sign with is refused before any call."""
    aws = to_aws(identity(ACCOUNT))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
    with pytest.raises(UsageError, match="those of a sandbox"):
        aws_target(None)
    assert aws.sent == []


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"])
def test_an_endpoint_override_is_refused(
    name: str, to_aws: ToAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A variable that moves the SDK's endpoint would have us act on something else than AWS."""
    to_aws(identity(ACCOUNT))
    monkeypatch.setenv(name, "http://127.0.0.1:4566")
    with pytest.raises(UsageError, match=f"{name};"):
        aws_target(None)


def test_an_endpoint_in_the_configuration_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The AWS configuration file can move endpoints as well, for all services or for one."""
    file = tmp_path / "config"
    file.write_text(
        "[profile moved]\nendpoint_url = http://127.0.0.1:4566\nservices = some\n"
        "[services some]\ns3 =\n  endpoint_url = http://127.0.0.1:4566\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    found = configured_endpoints(aws_clients("moved"))
    assert found == ["endpoint_url of the profile", "endpoint_url of s3 in the profile's services"]
    with pytest.raises(UsageError, match="endpoint_url of the profile"):
        aws_target("moved")


def test_another_account_is_refused(to_aws: ToAws) -> None:
    """--account is a promise: credentials of another one are not used."""
    to_aws(identity(READER_ACCOUNT))
    with pytest.raises(UsageError, match=f"credentials of account {READER_ACCOUNT}"):
        aws_target(None, ACCOUNT)


def test_a_sandbox_behind_the_credentials_is_refused(to_aws: ToAws) -> None:
    """An account number that only LocalStack has is no account."""
    to_aws(identity("000000000000"))
    with pytest.raises(UsageError, match="a sandbox's"):
        aws_target(None)


@pytest.mark.parametrize(
    ("code", "action"),
    [
        ("ExpiredToken", "sign in again"),
        ("InvalidClientTokenId", "choose another --profile"),
        ("AccessDenied", "check the profile's permissions"),
    ],
)
def test_refused_credentials_say_what_to_do(code: str, action: str, to_aws: ToAws) -> None:
    """Each way in which AWS refuses credentials has a next step of its own."""
    to_aws(refusal(code))
    with pytest.raises(InfrastructureError, match=action):
        aws_target(None)


def test_missing_credentials_say_how_to_get_some() -> None:
    """A machine without credentials is told to configure a profile."""
    with pytest.raises(UsageError, match="aws configure sso"):
        aws_target(None)


def test_a_missing_profile_is_said() -> None:
    """A profile that is not configured is a wrong option."""
    with pytest.raises(UsageError, match="aws configure list-profiles"):
        aws_target("nobody")


def test_no_network_is_said(to_aws: ToAws, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where AWS cannot be reached the user hears of the network, and not of the SDK."""
    monkeypatch.setattr("wavetank.aws.clients.AWS_ATTEMPTS_MAX", 1)

    def cut(_: HttpRequest) -> HttpResponse | None:
        raise ConnectionLostError

    to_aws(cut)
    with pytest.raises(InfrastructureError, match="check the network"):
        aws_target(None)


@pytest.mark.parametrize("host", ["s3.eu-west-1.amazonaws.com", "sns.eu-west-1.api.aws"])
def test_a_sandbox_is_never_aws(host: str) -> None:
    """The sandbox's credentials are not sent to AWS, whatever --endpoint says."""
    with pytest.raises(UsageError, match="AWS's own"):
        local_target(f"https://{host}")
