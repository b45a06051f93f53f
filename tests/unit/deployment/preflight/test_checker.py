"""A check that is denied is unknown and names the permission; a silent target is an error."""

import re

import pytest

from tests.pretended_aws import query_error
from tests.unit.deployment.preflight.answers import Aws, context, refused, xml
from wavetank.aws.clients import ClientError
from wavetank.core.errors import InfrastructureError
from wavetank.core.findings import Verdict
from wavetank.core.http_types import ConnectionLostError, HttpRequest, HttpResponse
from wavetank.deployment.preflight import preflight
from wavetank.deployment.preflight.account import credentials
from wavetank.deployment.preflight.checker import _run_check
from wavetank.deployment.preflight.outcome import CheckOutcome, PreflightContext


def _failing(code: str, message: str, operation: str) -> CheckOutcome:
    def check(_: PreflightContext) -> CheckOutcome:
        raise ClientError({"Error": {"Code": code, "Message": message}}, operation)

    return _run_check(check, context())


@pytest.mark.parametrize(
    ("code", "message", "operation", "right"),
    [
        (
            "AccessDeniedException",
            "User: arn:d is not authorized to perform: lambda:GetAccountSettings on resource: *",
            "GetAccountSettings",
            "lambda:GetAccountSettings",
        ),
        ("AccessDenied", "Access Denied", "GetPublicAccessBlock", "s3:GetAccountPublicAccessBlock"),
        ("403", "Forbidden", "HeadBucket", "s3:ListBucket"),
        ("AccessDenied", "Access Denied", "Other", "of Other"),
    ],
)
def test_a_denied_check_names_the_missing_permission(
    aws: Aws, code: str, message: str, operation: str, right: str
) -> None:
    """From AWS's message or, if it does not say, from its documentation."""
    aws.answers()
    outcome = _failing(code, message, operation)
    assert (outcome.verdict, outcome.fix) == (Verdict.UNKNOWN, f"grant {right}")


def test_another_error_leaves_the_verdict_unknown(aws: Aws) -> None:
    """An error of a service does not make a check valid."""
    aws.answers()
    outcome = _failing("InternalError", "try later", "ListTables")
    assert (outcome.verdict, "try later" in outcome.evidence) == (Verdict.UNKNOWN, True)


def test_a_cut_network_is_an_error(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    """One message, not one for each check."""
    monkeypatch.setattr("wavetank.aws.clients.AWS_ATTEMPTS_MAX", 1)

    def cut(_: HttpRequest) -> HttpResponse | None:
        raise ConnectionLostError

    aws.answers(cut)
    with pytest.raises(InfrastructureError, match="check the network"):
        _run_check(credentials, context())


def test_without_permissions_every_check_still_has_an_outcome(aws: Aws) -> None:
    """No check raises; what is denied is unknown and names the missing permission."""

    def deny(request: HttpRequest) -> HttpResponse:
        if b"Action=" in request.body:
            return query_error("AccessDenied", "no", 403)
        if re.search(r"s3[.-]", request.url):
            return xml("<Error><Code>AccessDenied</Code><Message>no</Message></Error>", 403)
        return refused("AccessDeniedException", status=403)

    sent = aws.answers(deny).sent
    meant = context("a@example.com")
    findings = list(preflight(meant.target, meant.names, meant.addresses, meant.clock))
    unknown = [finding for finding in findings if finding.verdict is Verdict.UNKNOWN]
    answered = {finding.requirement for finding in findings} - {f.requirement for f in unknown}
    assert answered == {"region", "names within AWS's limits"}
    assert all("missing" in finding.evidence for finding in unknown)
    assert all(finding.fix for finding in unknown)
    assert {request.method for request in sent} <= {"GET", "HEAD", "POST"}
    assert not [r for r in sent if re.search(rb"Action=(Create|Delete|Put|Update)", r.body)]
