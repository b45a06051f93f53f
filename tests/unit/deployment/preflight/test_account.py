"""The checks of credentials, region, clocks, names and account-wide restrictions."""

from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime

import pytest

from tests.pretended_aws import ACCOUNT, READER_ACCOUNT, query_answer
from tests.unit.deployment.preflight.answers import NOW, Aws, at, context, on, xml
from wavetank.core.findings import Verdict
from wavetank.core.http_types import HttpResponse
from wavetank.deployment.preflight.account import (
    account_access_block,
    clocks,
    credentials,
    names_fit,
    region,
)

USER = f"arn:aws:iam::{ACCOUNT}:user/dora"


def _identity(account: str) -> HttpResponse:
    result = f"<Account>{account}</Account><Arn>{USER}</Arn><UserId>D</UserId>"
    return query_answer("GetCallerIdentity", result)


def test_credentials_are_named(aws: Aws) -> None:
    """The evidence names the account and the user."""
    aws.answers(on("sts", "GetCallerIdentity", _identity(ACCOUNT)))
    outcome = credentials(context())
    assert (outcome.verdict, outcome.evidence) == (Verdict.VALID, f"account {ACCOUNT}, {USER}")


def test_credentials_that_changed_meanwhile_are_refused(aws: Aws) -> None:
    """A deployment only goes to the account that was given."""
    aws.answers(on("sts", "GetCallerIdentity", _identity(READER_ACCOUNT)))
    assert credentials(context()).verdict is Verdict.INVALID


def test_the_region_is_the_assignments(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is eu-west-1, whatever region the environment names."""
    aws.answers()
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    assert region(context()).evidence == "eu-west-1"


@pytest.mark.parametrize(
    ("seconds", "verdict"),
    [(0, Verdict.VALID), (-299, Verdict.VALID), (301, Verdict.INVALID), (-301, Verdict.INVALID)],
)
def test_a_wrong_clock_is_invalid(aws: Aws, seconds: int, verdict: Verdict) -> None:
    """AWS takes signatures that are up to five minutes off."""
    answer = _identity(ACCOUNT)
    stamp = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    dated = HttpResponse(200, {**answer.headers, "Date": stamp}, answer.body)
    aws.answers(on("sts", "GetCallerIdentity", dated))
    assert clocks(context()).verdict is verdict


def test_an_answer_without_a_date_is_unknown(aws: Aws) -> None:
    """Nothing is guessed."""
    aws.answers(on("sts", "GetCallerIdentity", _identity(ACCOUNT)))
    assert clocks(context()).verdict is Verdict.UNKNOWN


def test_names_are_shown_with_the_limit(aws: Aws) -> None:
    """The longest of them is what is nearest to its limit."""
    aws.answers()
    assert "32 of 63 characters" in names_fit(context()).evidence


def test_a_name_that_is_too_long_is_a_blocker(aws: Aws) -> None:
    """With what AWS would say of it."""
    aws.answers()
    meant = context()
    names = replace(meant.names, bucket="x" * 64)
    outcome = names_fit(replace(meant, names=names))
    assert (outcome.verdict, "1 too long" in outcome.evidence) == (Verdict.INVALID, True)


def _block(**settings: bool) -> str:
    flags = "".join(f"<{key}>{str(value).lower()}</{key}>" for key, value in settings.items())
    return f"<PublicAccessBlockConfiguration>{flags}</PublicAccessBlockConfiguration>"


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (
            xml(
                "<ErrorResponse><Error><Code>NoSuchPublicAccessBlockConfiguration</Code>"
                "<Message>none</Message></Error></ErrorResponse>",
                404,
            ),
            Verdict.VALID,
        ),
        (xml(_block(BlockPublicAcls=True, IgnorePublicAcls=True)), Verdict.VALID),
        (xml(_block(BlockPublicPolicy=True, RestrictPublicBuckets=False)), Verdict.INVALID),
        (xml(_block(BlockPublicPolicy=False, RestrictPublicBuckets=True)), Verdict.INVALID),
    ],
)
def test_a_block_of_public_policies_is_a_blocker(
    aws: Aws, answer: HttpResponse, verdict: Verdict
) -> None:
    """Access lists may be blocked, as nothing here has any; policies may not."""
    aws.answers(at("s3-control", "GET", "/v20180820/configuration/publicAccessBlock", answer))
    outcome = account_access_block(context())
    assert outcome.verdict is verdict
    assert ("put-public-access-block" in outcome.fix) == (verdict is Verdict.INVALID)
