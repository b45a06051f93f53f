"""Federated users: what the session policies and the user who asked for them both allow."""

from dataclasses import replace

import pytest
from localstack.aws.api import RequestContext, ServiceException
from localstack.aws.connect import InternalRequestParameters
from localstack.aws.spec import load_service
from localstack.http import Request

from tests.unit.iam.policies import (
    BUCKET,
    OBJECT,
    OWNER,
    allow,
    bucket,
    document,
    root,
    user,
)
from wavetank.emulator.iam_enforcement.decision_cache import Applying, decision
from wavetank.emulator.iam_enforcement.principal_resolution import (
    Caller,
    federated_caller,
    find_caller,
    is_administrator,
)
from wavetank.emulator.iam_enforcement.refusals import session_refusal
from wavetank.emulator.iam_enforcement.required_action import Call
from wavetank.emulator.iam_enforcement.resource_policies import ProtectedResource
from wavetank.emulator.iam_enforcement.sessions import PLAIN, SessionDetails, read_details
from wavetank.iam.request import AccessRequest

READS = document(allow())
WRITES = document(allow(Action="s3:PutObject"))
USER = Caller(user(), (READS, WRITES))


def _may(caller: Caller, action: str, policy: str | None = None) -> bool:
    request = AccessRequest(principal=caller.principal, action=action, resource=OBJECT)
    applying = Applying(caller.policies, caller.boundary, caller.session)
    return decision(request, applying, ProtectedResource(OWNER, policy)).allowed


def test_a_federated_user_has_what_both_allow() -> None:
    """The user's policies and the session's, and without the latter nothing."""
    limited = federated_caller(USER, "bob", SessionDetails(policy=READS), {})
    assert _may(limited, "s3:GetObject")
    assert not _may(limited, "s3:PutObject")
    assert not _may(federated_caller(USER, "bob", PLAIN, {}), "s3:GetObject")
    weak = replace(USER, policies=(WRITES,))
    assert not _may(federated_caller(weak, "bob", SessionDetails(policy=READS), {}), "s3:GetObject")


def test_the_administrators_federated_user_is_no_administrator() -> None:
    """It has what its session policies allow."""
    found = federated_caller(Caller(root(), None), "bob", SessionDetails(policy=READS), {})
    assert not is_administrator(found)
    assert _may(found, "s3:GetObject")
    assert not _may(found, "s3:PutObject")


def test_a_resource_can_name_the_federated_user() -> None:
    """Then nothing else must allow it; naming its user leaves the session's limits."""
    found = federated_caller(USER, "bob", PLAIN, {})
    arn = f"arn:aws:sts::{OWNER}:federated-user/bob"
    for name, expected in ((arn, True), (user().arn, False)):
        statement = allow(Principal={"AWS": name}, Resource=f"{BUCKET}/*")
        assert bucket(statement).statements
        assert _may(found, "s3:GetObject", document(statement)) is expected


def test_a_federated_user_calls_neither_iam_nor_sts() -> None:
    """Whatever its policies say, but for asking who it is."""
    found = federated_caller(USER, "bob", SessionDetails(policy=READS), {"team": "blue"})
    calls = {"iam": "ListUsers", "sts": "AssumeRole", "s3": "GetObject"}
    refused = {
        service: session_refusal(found, Call(service, operation, {}, OWNER, "eu-west-1"))
        for service, operation in calls.items()
    }
    assert [service for service, answer in refused.items() if answer is None] == ["s3"]
    assert found.principal.tags == (("team", "blue"),)
    assert session_refusal(found, Call("sts", "GetCallerIdentity", {}, OWNER, "r")) is None


def test_the_details_of_a_session_are_read_from_its_call() -> None:
    """Both kinds of session policy, and the source identity."""
    given = {"Policy": READS, "PolicyArns": [{"arn": "arn:p"}], "SourceIdentity": "ada"}
    assert read_details(given) == SessionDetails(READS, ("arn:p",), "ada")
    assert read_details({}) == PLAIN
    assert read_details(given).has_policies


def _context(key: str, service: str = "iam", *, internal: bool = False) -> RequestContext:
    credential = f"Credential={key}/20260101/eu-west-1/{service}/aws4_request"
    context = RequestContext(
        Request("GET", "/", headers={"Authorization": f"AWS4-HMAC-SHA256 {credential}"})
    )
    context.service, context.account_id = load_service(service), OWNER
    own = InternalRequestParameters(service_principal=None, source_arn=None)
    context.internal_request_params = own if internal else None
    return context


@pytest.mark.parametrize("key", ["LKIAQAAAAAAAGTRAKQEE", "AKIA" + "Q" * 16, "ASIA1", "lsia"])
def test_a_key_that_belongs_to_nobody_is_refused(key: str) -> None:
    """Whether or not signatures are verified, in a call of LocalStack's for somebody too."""
    for service, code in (
        ("iam", "InvalidClientTokenId"),
        ("s3", "InvalidAccessKeyId"),
        ("dynamodb", "UnrecognizedClientException"),
    ):
        for internal in (False, True):
            with pytest.raises(ServiceException) as refused:
                find_caller(_context(key, service, internal=internal))
            assert refused.value.code == code


def test_a_key_with_marks_is_refused() -> None:
    """Where no handler has read the signature before."""
    with pytest.raises(ServiceException) as refused:
        find_caller(_context(" LKIAQAAAAAAAGTRAKQEE"))
    assert refused.value.code == "IncompleteSignature"


def test_any_other_key_is_an_administrators() -> None:
    """And of LocalStack's own calls, LocalStack's."""
    found = find_caller(_context("test"))
    assert found is not None
    assert is_administrator(found)
    assert find_caller(_context("test", internal=True)) is None
